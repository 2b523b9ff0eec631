//! The scores of each region over all cases, with empty masks counted openly.

use myops_image::label::Region;
use serde::Serialize;

use super::metric::{PerMetric, Source};
use super::{CaseScores, EmptyRule, Metric, Score, Summary};

/// How many cases have an empty mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize)]
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

/// A metric summed up over cases: an overlap under each rule for empty masks, anything else over the cases that have it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
enum Summed {
    UnderEachRule(UnderEachRule),
    Once(Option<Summary>),
}

/// The scores of one region over all cases. Distances are those of the cases in which neither mask is empty, and are
/// read beside [`Self::empties`]: a method that misses a structure has no distance there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RegionSummary {
    /// The region.
    pub region: Region,
    /// Number of cases.
    pub cases: usize,
    /// Cases with an empty mask.
    pub empties: Empties,
    #[serde(flatten)]
    metrics: PerMetric<Summed>,
}

impl RegionSummary {
    fn of(region: Region, cases: &[&CaseScores], seed: u64) -> Self {
        let summed = |metric: &Metric| match metric.source {
            Source::Overlap(of) => {
                let scores: Vec<Score> = cases.iter().map(|case| of(case.overlap)).collect();
                Summed::UnderEachRule(UnderEachRule::of(&scores, seed))
            }
            Source::Distances(_) | Source::Volumes(_) => {
                let values: Vec<f64> = cases.iter().filter_map(|case| case.value(metric)).collect();
                Summed::Once(Summary::of(&values, seed))
            }
        };
        let masks: Vec<Score> = cases.iter().map(|case| case.overlap.dice()).collect();
        Self {
            region,
            cases: cases.len(),
            empties: Empties::of(&masks),
            metrics: PerMetric::from_fn(summed),
        }
    }

    /// The values of a metric over the cases, an overlap under a rule for empty masks; `None` where no case has one.
    pub fn summary(&self, metric: &Metric, rule: EmptyRule) -> Option<&Summary> {
        match self.metrics.get(metric)? {
            Summed::UnderEachRule(each) => each.get(rule),
            Summed::Once(summary) => summary.as_ref(),
        }
    }
}

/// Sums the scores of many cases up, region by region, in the order in which regions first appear. The seed is that of
/// the bootstrap.
pub fn summarise<'a>(
    scores: impl Iterator<Item = &'a CaseScores>,
    seed: u64,
) -> Vec<RegionSummary> {
    let mut regions: Vec<(Region, Vec<&CaseScores>)> = Vec::new();
    for scores in scores {
        match regions.iter_mut().find(|(r, _)| *r == scores.region) {
            Some((_, cases)) => cases.push(scores),
            None => regions.push((scores.region, vec![scores])),
        }
    }
    regions
        .iter()
        .map(|(region, cases)| RegionSummary::of(*region, cases, seed))
        .collect()
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
