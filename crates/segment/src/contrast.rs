//! What the contrast of scar on T2 says of pixels in doubt.
//!
//! Where an injury stands out on T2, readers draw what is bright; where T2 shows little, they draw more than can be seen,
//! whole territories. Networks that learned from a few patients call both alike: too much in the first, too little in the
//! second.

use myops_image::label::Label;
use myops_image::preprocess::Prepared;
use myops_image::sequence::Sequence;
use rayon::prelude::*;

/// The contrast-to-noise ratio that leaves probabilities as they are: about that of the median training case. Others are
/// between -0.2 and 2.1; what is below 0 or beyond twice the usual counts as that.
const USUAL: f64 = 1.0;

/// Multiplies the odds of edema and of scar in the wall by `exp(weight (1 - c))`, with `c` the contrast-to-noise ratio of
/// scar on T2, at least 0 and at most 2. What is likely to be wall stays so.
///
/// Leaves all as it is where LGE or T2 is missing, which tell what scar is and how bright.
///
/// # Shapes
/// The sequences are the first channels of `input`; `probabilities` is `[pixel][label]`, the pixels those of the input.
pub fn weigh(weight: f64, input: &Prepared, probabilities: &mut [f32]) {
    let Some(contrast) = contrast_to_noise(input, probabilities) else {
        return;
    };
    let factor = (weight * (USUAL - contrast.clamp(0.0, 2.0 * USUAL))).exp() as f32;
    let [healthy, edema, scar] = [Label::Myocardium, Label::Edema, Label::Scar].map(Label::class);
    probabilities
        .par_chunks_exact_mut(Label::ALL.len())
        .for_each(|p| {
            let wall = p[healthy] + p[edema] + p[scar];
            p[edema] *= factor;
            p[scar] *= factor;
            let share = wall / (p[healthy] + p[edema] + p[scar]).max(f32::MIN_POSITIVE);
            for class in [healthy, edema, scar] {
                p[class] *= share;
            }
        });
}

/// How far scar lies above healthy myocardium on T2, in standard deviations of that; a pixel counts for as much as it is
/// likely to be the one or the other. `None` where LGE or T2 is missing, or nothing can be told.
fn contrast_to_noise(input: &Prepared, probabilities: &[f32]) -> Option<f64> {
    let of = |sequence: Sequence| {
        let values = input.data.iter().skip(sequence as usize);
        values
            .step_by(input.channels)
            .map(|value| f64::from(*value))
    };
    // A sequence that is missing is 0 everywhere.
    if of(Sequence::Lge).all(|value| value == 0.0) {
        return None;
    }
    // In a slice that was not imaged it is 0 too, and tells nothing.
    let pixels = input.size * input.size;
    let t2: Vec<f64> = of(Sequence::T2).collect();
    let shows_t2: Vec<bool> = t2
        .chunks(pixels)
        .map(|slice| slice.iter().any(|value| *value != 0.0))
        .collect();
    let moments = |label: Label| {
        let weights = probabilities
            .chunks_exact(Label::ALL.len())
            .map(|p| f64::from(p[label.class()]));
        let add = |[n, sum, squares]: [f64; 3], (p, value): (f64, f64)| {
            [n + p, sum + p * value, squares + p * value * value]
        };
        let seen = weights.zip(of(Sequence::T2)).enumerate();
        let seen = seen.filter(|(pixel, _)| shows_t2[pixel / pixels]);
        let [n, sum, squares] = seen.map(|(_, seen)| seen).fold([0.0; 3], add);
        (sum / n, (squares / n - (sum / n).powi(2)).sqrt())
    };
    let ((scar, _), (healthy, deviation)) = (moments(Label::Scar), moments(Label::Myocardium));
    let contrast = (scar - healthy) / deviation;
    contrast.is_finite().then_some(contrast)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pixels as T2 and the probabilities of healthy myocardium, edema and scar; LGE is 1 everywhere.
    fn case(pixels: &[(f32, [f32; 3]); 4]) -> (Prepared, Vec<f32>) {
        let input = Prepared {
            slices: 1,
            size: 2,
            channels: 3,
            data: pixels.iter().flat_map(|(t2, _)| [0.0, 1.0, *t2]).collect(),
        };
        let p = pixels
            .iter()
            .flat_map(|(_, [m, e, s])| [1.0 - m - e - s, 0.0, 0.0, *m, *e, *s])
            .collect();
        (input, p)
    }

    #[test]
    fn the_contrast_is_counted_in_deviations_of_healthy_myocardium() {
        // Healthy: 1 and 3, so 2 ± 1. Scar: 5 with a weight of .75, 3 with one of .25.
        let (input, p) = case(&[
            (1.0, [1.0, 0.0, 0.0]),
            (3.0, [1.0, 0.0, 0.0]),
            (5.0, [0.0, 0.25, 0.75]),
            (3.0, [0.0, 0.0, 0.25]),
        ]);
        assert_eq!(contrast_to_noise(&input, &p), Some(2.5));
    }

    #[test]
    fn slices_without_t2_do_not_count() {
        let (mut input, mut p) = case(&[
            (1.0, [1.0, 0.0, 0.0]),
            (3.0, [1.0, 0.0, 0.0]),
            (5.0, [0.0, 0.25, 0.75]),
            (3.0, [0.0, 0.0, 0.25]),
        ]);
        input.slices = 2;
        input.data.extend([0.0, 1.0, 0.0].repeat(4));
        p.extend(p.clone());
        assert_eq!(contrast_to_noise(&input, &p), Some(2.5));
    }

    #[test]
    fn odds_fall_where_scar_stands_out_and_rise_where_it_does_not() {
        let pixels = |t2: f32| {
            [
                (1.0, [1.0, 0.0, 0.0]),
                (3.0, [1.0, 0.0, 0.0]),
                (t2, [0.25, 0.25, 0.5]),
                (2.0, [0.0; 3]),
            ]
        };
        let odds = |t2: f32, weight: f64| {
            let (input, mut p) = case(&pixels(t2));
            weigh(weight, &input, &mut p);
            assert!(
                (p[2 * 6 + 3..3 * 6].iter().sum::<f32>() - 1.0).abs() < 1e-6,
                "the wall stays"
            );
            assert!(
                (p[17] / p[16] - 2.0).abs() < 1e-5,
                "scar and edema keep their shares"
            );
            (p[16] + p[17]) / p[15]
        };
        assert!((odds(9.0, 0.0) - 3.0).abs() < 1e-6);
        // A contrast of 2 counts as any larger one, 0 as any smaller.
        assert!((odds(9.0, 1.0) - 3.0 / 1.0_f32.exp()).abs() < 1e-4);
        assert!((odds(-9.0, 0.5) - 3.0 * 0.5_f32.exp()).abs() < 1e-4);
    }

    #[test]
    fn without_lge_or_t2_all_stays_as_it_is() {
        let (input, p) = case(&[
            (1.0, [1.0, 0.0, 0.0]),
            (3.0, [1.0, 0.0, 0.0]),
            (5.0, [0.25, 0.25, 0.5]),
            (2.0, [0.0; 3]),
        ]);
        for missing in [Sequence::Lge, Sequence::T2] {
            let mut input = input.clone();
            input
                .data
                .chunks_exact_mut(3)
                .for_each(|channels| channels[missing as usize] = 0.0);
            let mut after = p.clone();
            weigh(1.0, &input, &mut after);
            assert_eq!(after, p);
        }
    }
}
