//! A score that says why it has no value where a mask is empty, and the rules by which such cases are counted.

use serde::{Deserialize, Serialize};

/// A measure of agreement between two masks, or the reason why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Score<T = f64> {
    /// Both masks have voxels, and this is the measure.
    Value(T),
    /// Neither mask has a voxel: the region is rightly absent.
    BothEmpty,
    /// The prediction is empty, the reference is not.
    Missed,
    /// The reference is empty, the prediction is not.
    Invented,
}

impl<T> Score<T> {
    /// Computes the measure where neither mask is empty.
    pub fn of(
        prediction_voxels: usize,
        reference_voxels: usize,
        measure: impl FnOnce() -> T,
    ) -> Self {
        match (prediction_voxels, reference_voxels) {
            (0, 0) => Self::BothEmpty,
            (0, _) => Self::Missed,
            (_, 0) => Self::Invented,
            _ => Self::Value(measure()),
        }
    }

    /// The same case with another measure.
    pub fn map<U>(self, measure: impl FnOnce(T) -> U) -> Score<U> {
        match self {
            Self::Value(value) => Score::Value(measure(value)),
            Self::BothEmpty => Score::BothEmpty,
            Self::Missed => Score::Missed,
            Self::Invented => Score::Invented,
        }
    }

    /// The same case with the measure borrowed.
    pub fn as_ref(&self) -> Score<&T> {
        match self {
            Self::Value(value) => Score::Value(value),
            Self::BothEmpty => Score::BothEmpty,
            Self::Missed => Score::Missed,
            Self::Invented => Score::Invented,
        }
    }

    /// The measure, or `None` where a mask is empty.
    ///
    /// This is the only reading of a distance: no number of millimetres stands for a missed structure, so a mean over
    /// these values has to stand beside the count of cases that have none.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }
}

impl Score {
    /// What an overlap score (Dice, Jaccard, sensitivity, precision; 0 to 1) counts for under a rule, or `None` where
    /// the rule leaves the case out of the mean.
    pub fn under(self, rule: EmptyRule) -> Option<f64> {
        match (self, rule) {
            (Self::Value(value), _) => Some(value),
            (Self::BothEmpty, EmptyRule::Challenge) => Some(1.0),
            (Self::Missed | Self::Invented, EmptyRule::Challenge)
            | (Self::Missed, EmptyRule::Dropped) => Some(0.0),
            (Self::BothEmpty | Self::Invented, EmptyRule::Dropped) | (_, EmptyRule::Nan) => None,
        }
    }
}

/// How a mean over cases counts those where a mask is empty; published figures differ by up to 0.05 for it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyRule {
    /// Both empty is 1, one empty is 0: the evaluation of the MyoPS 2020 challenge.
    Challenge,
    /// Cases with an empty reference are left out and a missed region is 0: the evaluation of MyoPS-Net.
    Dropped,
    /// The score is undefined and left out where either mask is empty. It flatters a method that misses regions, so
    /// the number of cases left out belongs beside it.
    Nan,
}

impl EmptyRule {
    /// All three, in the order of tables.
    pub const ALL: [Self; 3] = [Self::Challenge, Self::Dropped, Self::Nan];

    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Challenge => "challenge",
            Self::Dropped => "dropped",
            Self::Nan => "nan",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_counts_empty_masks_its_own_way() {
        let table = [
            (Score::Value(0.25), [Some(0.25), Some(0.25), Some(0.25)]),
            (Score::BothEmpty, [Some(1.0), None, None]),
            (Score::Missed, [Some(0.0), Some(0.0), None]),
            (Score::Invented, [Some(0.0), None, None]),
        ];
        for (score, expected) in table {
            assert_eq!(
                EmptyRule::ALL.map(|rule| score.under(rule)),
                expected,
                "{score:?}"
            );
        }
    }

    #[test]
    fn a_score_survives_json() {
        for score in [
            Score::Value(0.5),
            Score::BothEmpty,
            Score::Missed,
            Score::Invented,
        ] {
            let text = serde_json::to_string(&score).unwrap();
            assert_eq!(
                serde_json::from_str::<Score>(&text).unwrap(),
                score,
                "{text}"
            );
        }
    }
}
