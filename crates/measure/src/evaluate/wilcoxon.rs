//! Wilcoxon's signed-rank test (1945), two-sided.

use serde::{Deserialize, Serialize};

/// The most differences, without ties or zeros, that have the exact distribution.
const EXACT_UP_TO: usize = 50;
/// The most differences, zeros among them, whose signs are all tried where there are ties or zeros.
const ENUMERATED_UP_TO: usize = 13;
/// Part of a number up to which another is the same but for rounding.
pub(super) const ROUNDING: f64 = 1e-9;

/// The result of a signed-rank test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wilcoxon {
    /// Differences that are not zero.
    pub n: usize,
    /// The smaller of the rank sums of positive and of negative differences.
    pub statistic: f64,
    /// Two-sided probability of a statistic at most this large where neither method is better.
    pub p: f64,
    /// Whether the probability is exact; otherwise it is that of the normal approximation, corrected for ties.
    pub exact: bool,
}

/// Tests whether differences are symmetric about zero; `None` where all of them are zero.
///
/// As `scipy.stats.wilcoxon` with `method="auto"` (`SciPy` 1.17): zeros are dropped; up to 50 differences without ties or
/// zeros, and up to 13 with them, have the exact distribution over all signs, others the normal approximation with the
/// variance corrected for ties and without a continuity correction. Unlike there, differences whose sizes are equal within
/// [`ROUNDING`] are tied.
pub fn wilcoxon(differences: &[f64]) -> Option<Wilcoxon> {
    let mut nonzero: Vec<f64> = differences.iter().copied().filter(|d| *d != 0.0).collect();
    let n = nonzero.len();
    if n == 0 {
        return None;
    }
    nonzero.sort_unstable_by(|a, b| a.abs().total_cmp(&b.abs()));
    let mut doubled_ranks = Vec::with_capacity(n);
    let (mut doubled_positive, mut tied) = (0, 0.0);
    for group in nonzero.chunk_by(|a, b| b.abs() - a.abs() <= ROUNDING * b.abs()) {
        // Ranks are shared, so twice a rank is whole.
        let doubled_rank = 2 * doubled_ranks.len() + group.len() + 1;
        doubled_positive += doubled_rank * group.iter().filter(|d| **d > 0.0).count();
        tied += (group.len() as f64).powi(3) - group.len() as f64;
        doubled_ranks.extend(std::iter::repeat_n(doubled_rank, group.len()));
    }
    let doubled_statistic = doubled_positive.min(n * (n + 1) - doubled_positive);
    let statistic = doubled_statistic as f64 / 2.0;
    let plain = n == differences.len() && tied == 0.0;
    let exact = differences.len() <= if plain { EXACT_UP_TO } else { ENUMERATED_UP_TO };
    let p = if exact {
        exact_p(&doubled_ranks, doubled_statistic)
    } else {
        let count = n as f64;
        let variance = (count * (count + 1.0) * (2.0 * count + 1.0) - tied / 2.0) / 24.0;
        let z = (statistic - count * (count + 1.0) / 4.0) / variance.sqrt();
        erfc(z.abs() / std::f64::consts::SQRT_2)
    };
    Some(Wilcoxon {
        n,
        statistic,
        p,
        exact,
    })
}

/// Twice the fraction of the 2^n sign patterns whose positive rank sum is at most `statistic`; ranks and statistic are doubled.
fn exact_p(ranks: &[usize], statistic: usize) -> f64 {
    let mut patterns = vec![0_u64; ranks.iter().sum::<usize>() + 1];
    patterns[0] = 1;
    for rank in ranks {
        for sum in (*rank..patterns.len()).rev() {
            patterns[sum] += patterns[sum - rank];
        }
    }
    let at_most: u64 = patterns[..=statistic].iter().sum();
    (2.0 * at_most as f64 / (1_u64 << ranks.len()) as f64).min(1.0)
}

/// The complementary error function for `x >= 0`: the Taylor series of erf below 2.5, Laplace's continued fraction
/// above.
fn erfc(x: f64) -> f64 {
    let bell = (-x * x).exp() / std::f64::consts::PI.sqrt();
    if x < 2.5 {
        let (mut term, mut sum) = (x, x);
        for n in 1..100 {
            term *= 2.0 * x * x / f64::from(2 * n + 1);
            sum += term;
        }
        1.0 - 2.0 * bell * sum
    } else {
        let tail = (1..=60)
            .rev()
            .fold(x, |tail, n| x + f64::from(n) / 2.0 / tail);
        bell / tail
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Fixture {
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        seed: u64,
        n: usize,
        grain: u64,
        shift: u64,
        statistic: f64,
        p: f64,
        zeros: usize,
    }

    /// What `scripts/wilcoxon_fixture.py` draws.
    fn differences(case: &Case) -> Vec<f64> {
        let mut state = case.seed;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) % case.grain) as f64
        };
        (0..case.n)
            .map(|_| {
                let first = next() + case.shift as f64;
                first - next()
            })
            .collect()
    }

    #[test]
    fn probabilities_are_those_of_scipy() {
        let fixture: Fixture =
            serde_json::from_str(include_str!("../../tests/fixtures/wilcoxon.json")).unwrap();
        assert!(fixture.cases.len() > 200);
        for case in fixture.cases {
            let found = wilcoxon(&differences(&case)).unwrap();
            assert_eq!(
                (found.n, found.statistic),
                (case.n - case.zeros, case.statistic),
                "seed {}",
                case.seed
            );
            assert!(
                (found.p - case.p).abs() < 1e-12 + 1e-9 * case.p,
                "seed {}: {found:?}, not {}",
                case.seed,
                case.p
            );
        }
    }

    #[test]
    fn differences_that_are_equal_but_for_rounding_are_tied() {
        // Voxel counts 3 n + 2 of a tenth of a millilitre each, as predictions and references have them.
        let clean = [1.0_f64, -1.0, 2.0, -2.0, 3.0, 3.0];
        let rounded: Vec<f64> = (0..)
            .zip(clean)
            .map(|(n, d)| (d, f64::from(3 * n + 2)))
            .map(|(d, n)| (d + n) * 0.1 - n * 0.1)
            .collect();
        assert_ne!(rounded[0].abs(), rounded[1].abs());
        assert_eq!(wilcoxon(&rounded), wilcoxon(&clean));
    }

    #[test]
    fn the_error_function_is_that_of_tables() {
        for (x, y) in [
            (0.1, 0.887_537_083_981_715_2),
            (1.0, 0.157_299_207_050_285_16),
            (2.499, 0.000_409_135_755_744_605_5),
            (3.0, 2.209_049_699_858_544_5e-5),
            (5.0, 1.537_459_794_428_034_7e-12),
        ] {
            assert!((erfc(x) / y - 1.0).abs() < 1e-10, "{x}: {}", erfc(x));
        }
    }

    #[test]
    fn zeros_alone_are_no_test() {
        assert_eq!(wilcoxon(&[0.0, 0.0]), None);
        assert_eq!(wilcoxon(&[]), None);
    }
}
