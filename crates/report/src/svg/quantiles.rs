//! Values that so much of a sample lies below, and samples thinned out.

/// The shares of the quartiles.
pub const QUARTILES: [f64; 3] = [0.25, 0.5, 0.75];

/// The values below which some shares of a sample lie, by linear interpolation; `None` without values.
pub fn quantiles<const N: usize>(values: &[f64], shares: [f64; N]) -> Option<[f64; N]> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    Some(shares.map(|share| {
        let rank = share * last as f64;
        let below = rank as usize;
        sorted[below] + (rank - below as f64) * (sorted[(below + 1).min(last)] - sorted[below])
    }))
}

/// All values, or, of more than `most`, so many evenly spread over their ranks by a key: the least and the greatest are among
/// them.
pub fn spread<T: Copy>(values: &[T], most: usize, key: impl Fn(&T) -> f64) -> Vec<T> {
    if values.len() <= most {
        return values.to_vec();
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| key(a).total_cmp(&key(b)));
    let last = sorted.len() - 1;
    (0..most).map(|n| sorted[n * last / (most - 1)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_two_values_is_interpolated() {
        let values = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(quantiles(&values, QUARTILES), Some([1.75, 2.5, 3.25]));
        assert_eq!(quantiles(&values, [0.0, 1.0]), Some([1.0, 4.0]));
        assert_eq!(quantiles(&[], [0.5]), None);
    }

    #[test]
    fn a_thinned_sample_keeps_its_ends_and_its_middle() {
        let values: Vec<f64> = (0..101).rev().map(f64::from).collect();
        assert_eq!(spread(&values, 5, |v| *v), [0.0, 25.0, 50.0, 75.0, 100.0]);
        assert_eq!(spread(&values, 101, |v| *v), values, "in their order");
    }
}
