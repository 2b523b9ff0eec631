//! Values that so much of a sample lies below.

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
}
