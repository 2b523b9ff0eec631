//! Percentiles by linear interpolation between ranks.

/// The percentile of ascending values, interpolated linearly between the two nearest ranks (the default of `NumPy`).
/// No values have the percentile 0.
pub fn percentile(ascending: &[f64], percent: f64) -> f64 {
    let Some(last) = ascending.len().checked_sub(1) else {
        return 0.0;
    };
    let rank = percent / 100.0 * last as f64;
    let below = (rank.floor() as usize).min(last);
    let above = (below + 1).min(last);
    ascending[below] + (ascending[above] - ascending[below]) * (rank - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_lie_between_ranks() {
        let values: Vec<f64> = (0..=10).map(f64::from).collect();
        assert_eq!(percentile(&values, 95.0), 9.5);
        assert_eq!(percentile(&values, 100.0), 10.0);
        assert_eq!(
            (percentile(&[3.0], 95.0), percentile(&[], 95.0)),
            (3.0, 0.0)
        );
    }
}
