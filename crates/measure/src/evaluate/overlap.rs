//! How many voxels two masks share, and the scores that follow from these counts alone.

use myops_image::label::{Label, Region};
use serde::{Deserialize, Serialize};

use super::{EmptyRule, Score};

/// Voxel counts of one region in a prediction and in its reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Overlap {
    /// Voxels of the region in both.
    pub shared_voxels: usize,
    /// Voxels of the region in the prediction.
    pub prediction_voxels: usize,
    /// Voxels of the region in the reference.
    pub reference_voxels: usize,
}

impl Overlap {
    /// Counts a region in two label maps of the same voxels.
    pub fn of(prediction: &[Label], reference: &[Label], region: Region) -> Self {
        prediction
            .iter()
            .zip(reference)
            .fold(Self::default(), |n, (p, r)| {
                let (p, r) = (region.contains(*p), region.contains(*r));
                Self {
                    shared_voxels: n.shared_voxels + usize::from(p && r),
                    prediction_voxels: n.prediction_voxels + usize::from(p),
                    reference_voxels: n.reference_voxels + usize::from(r),
                }
            })
    }

    /// Twice the shared voxels over the sum of both masks.
    pub fn dice(self) -> Score {
        self.ratio(
            2 * self.shared_voxels,
            self.prediction_voxels + self.reference_voxels,
        )
    }

    /// Dice as the challenge counts it: 1 where both masks are empty, 0 where one is.
    pub fn challenge_dice(self) -> f64 {
        self.dice().under(EmptyRule::Challenge).unwrap_or_default()
    }

    /// Shared voxels over the union of both masks.
    pub fn jaccard(self) -> Score {
        self.ratio(
            self.shared_voxels,
            self.prediction_voxels + self.reference_voxels - self.shared_voxels,
        )
    }

    /// The fraction of the reference that was found.
    pub fn sensitivity(self) -> Score {
        self.ratio(self.shared_voxels, self.reference_voxels)
    }

    /// The fraction of the prediction that is right (positive predictive value).
    pub fn precision(self) -> Score {
        self.ratio(self.shared_voxels, self.prediction_voxels)
    }

    fn ratio(self, part: usize, whole: usize) -> Score {
        Score::of(self.prediction_voxels, self.reference_voxels, || {
            part as f64 / whole as f64
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(codes: &str) -> Vec<Label> {
        codes
            .chars()
            .map(|c| {
                if c == 's' {
                    Label::Scar
                } else {
                    Label::Background
                }
            })
            .collect()
    }

    #[test]
    fn scores_follow_from_counts() {
        let overlap = Overlap::of(&labels("ssss..."), &labels("...ssss"), Region::SCAR);
        assert_eq!(
            overlap,
            Overlap {
                shared_voxels: 1,
                prediction_voxels: 4,
                reference_voxels: 4
            }
        );
        assert_eq!(overlap.dice(), Score::Value(0.25));
        assert_eq!(overlap.jaccard(), Score::Value(1.0 / 7.0));
        let overlap = Overlap::of(&labels("ss....."), &labels("ssss..."), Region::SCAR);
        assert_eq!(
            (overlap.sensitivity(), overlap.precision()),
            (Score::Value(0.5), Score::Value(1.0))
        );
    }

    #[test]
    fn empty_masks_have_no_score() {
        for (p, r, score) in [
            ("..", "..", Score::BothEmpty),
            ("..", "s.", Score::Missed),
            ("s.", "..", Score::Invented),
        ] {
            let overlap = Overlap::of(&labels(p), &labels(r), Region::SCAR);
            for of in [
                Overlap::dice,
                Overlap::jaccard,
                Overlap::sensitivity,
                Overlap::precision,
            ] {
                assert_eq!(of(overlap), score);
            }
        }
    }
}
