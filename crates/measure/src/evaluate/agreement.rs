//! How well two measurements of one volume agree (Bland and Altman, Lancet 1986;327:307).

use serde::{Deserialize, Serialize};

/// Half the width of the limits of agreement, in standard deviations: they hold 95 % of normal differences.
const LIMITS_SD: f64 = 1.96;

/// Bias and limits of agreement of a volume in prediction and reference, over all cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// Number of cases.
    pub n: usize,
    /// Mean of prediction minus reference, in ml.
    pub bias_ml: f64,
    /// Standard deviation (n - 1) of these differences, in ml.
    pub sd_ml: f64,
    /// Bias minus 1.96 standard deviations, in ml.
    pub lower_limit_ml: f64,
    /// Bias plus 1.96 standard deviations, in ml.
    pub upper_limit_ml: f64,
}

impl Agreement {
    /// Compares volumes given as prediction minus reference in ml; `None` for fewer than two cases.
    pub fn of(differences_ml: &[f64]) -> Option<Self> {
        let n = differences_ml.len();
        if n < 2 {
            return None;
        }
        let bias_ml = differences_ml.iter().sum::<f64>() / n as f64;
        let squares: f64 = differences_ml.iter().map(|d| (d - bias_ml).powi(2)).sum();
        let sd_ml = (squares / (n - 1) as f64).sqrt();
        let half = LIMITS_SD * sd_ml;
        Some(Self {
            n,
            bias_ml,
            sd_ml,
            lower_limit_ml: bias_ml - half,
            upper_limit_ml: bias_ml + half,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_lie_about_the_bias() {
        let found = Agreement::of(&[1.0, 3.0, 2.0, 2.0]).unwrap();
        assert_eq!((found.n, found.bias_ml), (4, 2.0));
        let sd = (2.0_f64 / 3.0).sqrt();
        assert!((found.sd_ml - sd).abs() < 1e-12);
        assert!((found.upper_limit_ml - (2.0 + 1.96 * sd)).abs() < 1e-12);
        assert!((found.lower_limit_ml - (2.0 - 1.96 * sd)).abs() < 1e-12);
        assert_eq!(Agreement::of(&[1.0]), None);
    }
}
