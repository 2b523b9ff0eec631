//! What the values of many cases sum up to.

use serde::{Deserialize, Serialize};

use super::bootstrap::{Interval, mean_interval};
use crate::percentile::percentile;

/// Mean, spread and quartiles of values, in their own unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Number of values.
    pub n: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation with n - 1 in the denominator; `None` for a single value.
    pub sd: Option<f64>,
    /// Median.
    pub median: f64,
    /// First quartile, by linear interpolation; `None` for a single value.
    pub first_quartile: Option<f64>,
    /// Third quartile, by linear interpolation; `None` for a single value.
    pub third_quartile: Option<f64>,
    /// 95 % bootstrap interval of the mean; `None` for a single value.
    pub mean_interval: Option<Interval>,
}

impl Summary {
    /// Sums values up; `None` without values. The seed is that of the bootstrap.
    pub fn of(values: &[f64], seed: u64) -> Option<Self> {
        let n = values.len();
        if n == 0 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / n as f64;
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        let mut ascending = values.to_vec();
        ascending.sort_unstable_by(f64::total_cmp);
        Some(Self {
            n,
            mean,
            sd: (n > 1).then(|| (squares / (n - 1) as f64).sqrt()),
            median: percentile(&ascending, 50.0),
            first_quartile: (n > 1).then(|| percentile(&ascending, 25.0)),
            third_quartile: (n > 1).then(|| percentile(&ascending, 75.0)),
            mean_interval: mean_interval(values, seed),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_summed_up() {
        let summary = Summary::of(&[4.0, 1.0, 3.0, 2.0], 0).unwrap();
        assert_eq!((summary.n, summary.mean, summary.median), (4, 2.5, 2.5));
        assert!((summary.sd.unwrap() - (5.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        assert_eq!(
            (summary.first_quartile, summary.third_quartile),
            (Some(1.75), Some(3.25))
        );
        assert_eq!(Summary::of(&[], 0), None);
    }

    #[test]
    fn one_value_has_no_spread() {
        let one = Summary::of(&[0.5], 0).unwrap();
        assert_eq!((one.n, one.mean, one.median), (1, 0.5, 0.5));
        assert_eq!(
            (
                one.sd,
                one.first_quartile,
                one.third_quartile,
                one.mean_interval
            ),
            (None, None, None, None)
        );
    }
}
