//! Whether one method does better than another on the same cases.

use serde::{Deserialize, Serialize};

use super::bootstrap::{Interval, mean_interval};
use super::wilcoxon::{ROUNDING, Wilcoxon, wilcoxon};

/// Two lists that should hold one value for each of the same cases have different lengths.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{first} values cannot be paired with {second}")]
pub struct LengthMismatch {
    /// Values of the first method.
    pub first: usize,
    /// Values of the second method.
    pub second: usize,
}

/// The difference between two methods on the same cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Paired {
    /// Number of cases.
    pub n: usize,
    /// Mean of first minus second, in the unit of the values.
    pub mean_difference: f64,
    /// 95 % bootstrap interval of that mean; `None` for a single case.
    pub interval: Option<Interval>,
    /// Wilcoxon's signed-rank test of the differences; `None` where all are zero, and for a single case.
    pub wilcoxon: Option<Wilcoxon>,
}

impl Paired {
    /// Compares two methods case by case; `None` without cases. The seed is that of the bootstrap.
    ///
    /// # Errors
    /// [`LengthMismatch`] where the lists have different lengths.
    pub fn between(
        first: &[f64],
        second: &[f64],
        seed: u64,
    ) -> Result<Option<Self>, LengthMismatch> {
        if first.len() != second.len() {
            return Err(LengthMismatch {
                first: first.len(),
                second: second.len(),
            });
        }
        let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
        let n = differences.len();
        if n == 0 {
            return Ok(None);
        }
        let unrounded: Vec<f64> = first
            .iter()
            .zip(second)
            .map(|(a, b)| difference(*a, *b))
            .collect();
        Ok(Some(Self {
            n,
            mean_difference: differences.iter().sum::<f64>() / n as f64,
            interval: mean_interval(&differences, seed),
            wilcoxon: if n > 1 { wilcoxon(&unrounded) } else { None },
        }))
    }
}

/// The difference of two values, 0 where they are equal within rounding.
fn difference(a: f64, b: f64) -> f64 {
    if (a - b).abs() <= ROUNDING * a.abs().max(b.abs()) {
        0.0
    } else {
        a - b
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_gain_is_found() {
        let second: Vec<f64> = (0..8).map(f64::from).collect();
        let first: Vec<f64> = second.iter().map(|v| v + 0.5).collect();
        let paired = Paired::between(&first, &second, 0).unwrap().unwrap();
        assert_eq!((paired.n, paired.mean_difference), (8, 0.5));
        assert_eq!(
            paired.interval,
            Some(Interval {
                low: 0.5,
                high: 0.5
            })
        );
        assert_eq!(
            Paired::between(&second, &second, 0)
                .unwrap()
                .unwrap()
                .wilcoxon,
            None
        );
        assert_eq!(Paired::between(&[], &[], 0), Ok(None));
        assert!(Paired::between(&first, &[], 0).is_err());
    }

    #[test]
    fn one_case_has_no_interval_and_no_test() {
        let one = Paired::between(&[0.5], &[0.25], 0).unwrap().unwrap();
        assert_eq!(
            (one.n, one.mean_difference, one.interval, one.wilcoxon),
            (1, 0.25, None, None)
        );
    }

    #[test]
    fn values_that_differ_by_rounding_are_equal() {
        let paired = Paired::between(&[0.1 + 0.2, 1.0, 2.0], &[0.3, 0.5, 2.5], 0)
            .unwrap()
            .unwrap();
        let test = paired.wilcoxon.unwrap();
        assert_eq!((test.n, test.statistic), (2, 1.5));
    }
}
