//! How sure a network was of the labels that it chose.

use myops_image::label::Label;

use super::recipe::Recipe;

/// The mean probability of the label chosen, over the pixels of `[slice][row][column][class]` that are not background, in
/// percent; `None` where all are.
pub fn mean_probability_percent(probabilities: &[f32], classes: usize, recipe: &Recipe) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0_usize);
    for pixel in probabilities.chunks_exact(classes.max(1)) {
        let label = recipe.label(pixel);
        if label != Label::Background {
            sum += f64::from(pixel.get(label.class()).copied().unwrap_or(0.0));
            n += 1;
        }
    }
    (n > 0).then(|| 100.0 * sum / n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::Decision;

    #[test]
    fn background_does_not_count() {
        let scar = [0.0, 0.0, 0.0, 0.1, 0.1, 0.75];
        let pool = [0.0, 0.25, 0.2, 0.0, 0.0, 0.0];
        let background = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let all = [scar, pool, background].concat();
        let recipe = Recipe { decision: Decision::Largest, ..Recipe::PUBLISHED };
        assert_eq!(mean_probability_percent(&all, 6, &recipe), Some(50.0));
        assert_eq!(mean_probability_percent(&background, 6, &recipe), None);
    }
}
