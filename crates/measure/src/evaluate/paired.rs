//! Whether one method does better than another on the same cases.

use serde::{Deserialize, Serialize};

use super::bootstrap::{Interval, mean_interval};
use super::wilcoxon::{Wilcoxon, wilcoxon};

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
    /// 95 % bootstrap interval of that mean.
    pub interval: Interval,
    /// Wilcoxon's signed-rank test of the differences; `None` where all are zero.
    pub wilcoxon: Option<Wilcoxon>,
}

impl Paired {
    /// Compares two methods case by case; `None` without cases. The seed is that of the bootstrap.
    ///
    /// # Errors
    /// [`LengthMismatch`] where the lists have different lengths.
    pub fn between(first: &[f64], second: &[f64], seed: u64) -> Result<Option<Self>, LengthMismatch> {
        if first.len() != second.len() {
            return Err(LengthMismatch { first: first.len(), second: second.len() });
        }
        let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
        let n = differences.len();
        Ok(mean_interval(&differences, seed).map(|interval| Self {
            n,
            mean_difference: differences.iter().sum::<f64>() / n as f64,
            interval,
            wilcoxon: wilcoxon(&differences),
        }))
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
        assert_eq!(paired.interval, Interval { low: 0.5, high: 0.5 });
        assert_eq!(Paired::between(&second, &second, 0).unwrap().unwrap().wilcoxon, None);
        assert_eq!(Paired::between(&[], &[], 0), Ok(None));
        assert!(Paired::between(&first, &[], 0).is_err());
    }
}
