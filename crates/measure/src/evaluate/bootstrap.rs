//! A 95 % interval of a mean from resampled cases.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::percentile::percentile;

/// How often cases are drawn again.
const RESAMPLES: usize = 10_000;

/// A 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The 2.5th percentile.
    pub low: f64,
    /// The 97.5th percentile.
    pub high: f64,
}

/// The percentile bootstrap interval of the mean (Efron 1979): 10 000 draws of as many values, with replacement, from
/// a `ChaCha8` stream of the given seed. `None` for fewer than two values: one value says nothing of its spread.
pub fn mean_interval(values: &[f64], seed: u64) -> Option<Interval> {
    if values.len() < 2 {
        return None;
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let n = values.len();
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            (0..n)
                .map(|_| values[random.random_range(0..n)])
                .sum::<f64>()
                / n as f64
        })
        .collect();
    means.sort_unstable_by(f64::total_cmp);
    Some(Interval {
        low: percentile(&means, 2.5),
        high: percentile(&means, 97.5),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_many_values_is_that_of_the_normal_law() {
        // 400 values 0 to 1, evenly spread: SD of the mean is sqrt(1/12/400) = 0.01443.
        let values: Vec<f64> = (0..400).map(|n| (f64::from(n) + 0.5) / 400.0).collect();
        let interval = mean_interval(&values, 1).unwrap();
        assert!(
            (interval.low - (0.5 - 1.96 * 0.01443)).abs() < 0.001,
            "{interval:?}"
        );
        assert!(
            (interval.high - (0.5 + 1.96 * 0.01443)).abs() < 0.001,
            "{interval:?}"
        );
        assert_eq!(mean_interval(&values, 1), Some(interval));
        assert_ne!(mean_interval(&values, 2), Some(interval));
    }

    #[test]
    fn one_value_has_no_interval() {
        assert_eq!(mean_interval(&[0.5], 3), None);
        assert_eq!(mean_interval(&[], 3), None);
    }
}
