//! The scores of each region over all cases, with empty masks counted openly.

use serde::{Deserialize, Serialize};

use super::{CaseScores, EmptyRule, Score, Summary};

/// How many cases have an empty mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Empties {
    /// Cases in which prediction and reference are empty.
    pub both_empty: usize,
    /// Cases in which the prediction alone is empty.
    pub missed: usize,
    /// Cases in which the reference alone is empty.
    pub invented: usize,
}

impl Empties {
    /// Counts the cases without a value.
    pub fn of<T>(scores: &[Score<T>]) -> Self {
        let mut empties = Self::default();
        for score in scores {
            match score {
                Score::Value(_) => {}
                Score::BothEmpty => empties.both_empty += 1,
                Score::Missed => empties.missed += 1,
                Score::Invented => empties.invented += 1,
            }
        }
        empties
    }
}

/// One overlap score summed up under each rule for empty masks; `None` where a rule leaves no case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnderEachRule {
    /// Under [`EmptyRule::Challenge`].
    pub challenge: Option<Summary>,
    /// Under [`EmptyRule::Dropped`].
    pub dropped: Option<Summary>,
    /// Under [`EmptyRule::Nan`].
    pub nan: Option<Summary>,
}

impl UnderEachRule {
    /// Sums an overlap score up. The seed is that of the bootstrap.
    pub fn of(scores: &[Score], seed: u64) -> Self {
        let [challenge, dropped, nan] = EmptyRule::ALL.map(|rule| {
            let values: Vec<f64> = scores
                .iter()
                .filter_map(|score| score.under(rule))
                .collect();
            Summary::of(&values, seed)
        });
        Self {
            challenge,
            dropped,
            nan,
        }
    }

    /// The summary under one rule.
    pub fn get(&self, rule: EmptyRule) -> Option<&Summary> {
        match rule {
            EmptyRule::Challenge => self.challenge.as_ref(),
            EmptyRule::Dropped => self.dropped.as_ref(),
            EmptyRule::Nan => self.nan.as_ref(),
        }
    }
}

/// The scores of one region over all cases. Distances are those of the cases in which neither mask is empty, and are
/// read beside [`Self::empties`]: a method that misses a structure has no distance there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegionSummary {
    /// The name of the region.
    pub region: String,
    /// Number of cases.
    pub cases: usize,
    /// Cases with an empty mask.
    pub empties: Empties,
    /// Dice coefficient, 0 to 1.
    pub dice: UnderEachRule,
    /// Jaccard index, 0 to 1.
    pub jaccard: UnderEachRule,
    /// Fraction of the reference that was found, 0 to 1.
    pub sensitivity: UnderEachRule,
    /// Fraction of the prediction that is right, 0 to 1.
    pub precision: UnderEachRule,
    /// Volume of the prediction minus that of the reference, in ml, over all cases.
    pub volume_difference_ml: Option<Summary>,
    /// Hausdorff distance in mm.
    pub hd_mm: Option<Summary>,
    /// 95th percentile of both directed distances pooled, in mm.
    pub hd95_pooled_mm: Option<Summary>,
    /// Larger of the 95th percentiles of each directed distance, in mm.
    pub hd95_larger_mm: Option<Summary>,
    /// Larger of the 95th percentiles weighted by surface area, in mm.
    pub hd95_area_mm: Option<Summary>,
    /// Average symmetric surface distance, in mm.
    pub assd_mm: Option<Summary>,
}

/// Sums the scores of many cases up, region by region, in the order in which regions first appear. The seed is that of
/// the bootstrap.
pub fn summarise(cases: &[Vec<CaseScores>], seed: u64) -> Vec<RegionSummary> {
    let mut names: Vec<&str> = Vec::new();
    for scores in cases.iter().flatten() {
        if !names.contains(&scores.region.as_str()) {
            names.push(&scores.region);
        }
    }
    let of_region = |name: &str| {
        cases
            .iter()
            .flatten()
            .filter(|s| s.region == name)
            .collect::<Vec<_>>()
    };
    names
        .iter()
        .map(|name| region_summary(name, &of_region(name), seed))
        .collect()
}

fn region_summary(name: &str, cases: &[&CaseScores], seed: u64) -> RegionSummary {
    let all = |of: fn(&CaseScores) -> Score| cases.iter().map(|case| of(case)).collect::<Vec<_>>();
    let overlap = |of| UnderEachRule::of(&all(of), seed);
    let distance = |of| {
        Summary::of(
            &all(of)
                .into_iter()
                .filter_map(Score::value)
                .collect::<Vec<_>>(),
            seed,
        )
    };
    let differences: Vec<f64> = cases.iter().map(|case| case.volume_difference_ml).collect();
    RegionSummary {
        region: name.to_owned(),
        cases: cases.len(),
        empties: Empties::of(&all(|case| case.dice)),
        dice: overlap(|case| case.dice),
        jaccard: overlap(|case| case.jaccard),
        sensitivity: overlap(|case| case.sensitivity),
        precision: overlap(|case| case.precision),
        volume_difference_ml: Summary::of(&differences, seed),
        hd_mm: distance(|case| case.hd_mm),
        hd95_pooled_mm: distance(|case| case.hd95_pooled_mm),
        hd95_larger_mm: distance(|case| case.hd95_larger_mm),
        hd95_area_mm: distance(|case| case.hd95_area_mm),
        assd_mm: distance(|case| case.assd_mm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_move_the_mean_and_empties_are_counted() {
        let scores = [
            Score::Value(0.8),
            Score::Value(0.6),
            Score::BothEmpty,
            Score::Missed,
            Score::Invented,
        ];
        assert_eq!(
            Empties::of(&scores),
            Empties {
                both_empty: 1,
                missed: 1,
                invented: 1
            }
        );
        let dice = UnderEachRule::of(&scores, 0);
        let read = EmptyRule::ALL.map(|rule| {
            dice.get(rule)
                .map(|s| (s.n, (s.mean * 1000.0).round()))
                .unwrap()
        });
        assert_eq!(read, [(5, 480.0), (3, 467.0), (2, 700.0)]);
    }

    #[test]
    fn a_rule_that_leaves_no_case_has_no_summary() {
        let dice = UnderEachRule::of(&[Score::BothEmpty], 0);
        assert_eq!(
            (dice.challenge.unwrap().mean, dice.dropped, dice.nan),
            (1.0, None, None)
        );
    }
}
