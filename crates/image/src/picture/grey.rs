//! Conversion of values to brightness.

/// The brightness (0 to 255) of values, black at the 1st percentile of those that are finite and white at the 99th.
pub fn greys(values: &[f32]) -> Vec<u8> {
    greys_between(values, window(values))
}

/// The brightness (0 to 255) of values, black at `low` and white at `high`.
pub(super) fn greys_between(values: &[f32], [low, high]: [f32; 2]) -> Vec<u8> {
    let range = (high - low).max(f32::MIN_POSITIVE);
    values
        .iter()
        .map(|v| (255.0 * ((v - low) / range).clamp(0.0, 1.0) + 0.5) as u8)
        .collect()
}

/// The 1st and 99th percentile of the values that are finite.
fn window(values: &[f32]) -> [f32; 2] {
    let mut values: Vec<f32> = values.iter().copied().filter(|v| v.is_finite()).collect();
    if values.is_empty() {
        return [0.0, 1.0];
    }
    let rank = |q: f32| (q * (values.len() - 1) as f32).round() as usize;
    let [low, high] = [rank(0.01), rank(0.99)];
    let (below, high, _) = values.select_nth_unstable_by(high, f32::total_cmp);
    match below.get(low) {
        None => [*high; 2],
        Some(_) => [*below.select_nth_unstable_by(low, f32::total_cmp).1, *high],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extremes_do_not_set_the_window() {
        let mut values: Vec<f32> = (0..=100_u8).map(f32::from).collect();
        values[100] = 1e9;
        values.push(f32::NAN);
        assert_eq!(window(&values), [1.0, 99.0]);
        let greys = greys(&values);
        assert_eq!(
            [greys[0], greys[1], greys[50], greys[99], greys[100]],
            [0, 0, 128, 255, 255]
        );
        assert!(super::greys(&[]).is_empty());
    }
}
