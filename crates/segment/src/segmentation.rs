//! What segmenting a study gives.

use myops_image::label::{Label, LabelMap};
use myops_image::preprocess::{Misalignment, Moves, PreprocessError, Restore};
use myops_image::sequence::PerSequence;
use myops_image::study::Study;
use myops_image::volume::Volume;
use myops_measure::confidence::RegionConfidence;
use myops_measure::finding::Finding;

use super::probabilities::{NotANumber, Probabilities};

/// Why a study cannot be segmented.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SegmentError {
    /// It cannot be made an input.
    #[error(transparent)]
    Preprocess(#[from] PreprocessError),
    /// A network said what is not a number.
    #[error("case {id}: {cause}")]
    Output {
        /// The case.
        id: String,
        /// What was said.
        cause: NotANumber,
    },
}

impl SegmentError {
    /// What a network said of a study.
    pub(crate) fn of(study: &Study) -> impl Fn(NotANumber) -> Self {
        |cause| Self::Output {
            id: study.id().into(),
            cause,
        }
    }
}

/// Labels of a study, and what a reader of them should know.
#[derive(Debug, Clone, PartialEq)]
pub struct Segmentation {
    /// On the study's grid; [`Study::stored`] puts them into the order of the study's files.
    pub labels: LabelMap,
    /// How likely each label is.
    pub probabilities: ProbabilityMap,
    /// How likely the case is to have scar at all; `None` without LGE, and for a model that does not tell.
    pub probability_of_scar: Option<f64>,
    /// How far scar is likely to agree with a reader's; `None` without LGE, where no scar is labelled.
    pub scar: Option<RegionConfidence>,
    /// How far edema and scar together are likely to agree with a reader's.
    pub edema_or_scar: RegionConfidence,
    /// How far each sequence lies from those before it, where that was measured.
    pub misalignment: PerSequence<Option<Misalignment>>,
    /// How sequences were moved before the networks saw them: where the labels lie in them as they were stored.
    pub moves: Moves,
    /// What may have gone less well than usual; mostly empty.
    pub findings: Vec<Finding>,
}

/// The probability of each label on the network's grid.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbabilityMap {
    values: Probabilities,
    restore: Restore,
}

impl ProbabilityMap {
    /// Those of a case, and the way from the network's grid to the study's.
    pub(crate) fn new(values: Probabilities, restore: &Restore) -> Self {
        let restore = *restore;
        Self { values, restore }
    }

    /// The probability of one label on the study's grid, 0 to 1; beyond what the network saw it is 0, or 1 for
    /// the background.
    pub fn of(&self, label: Label) -> Volume<f32> {
        let outside = if label == Label::Background { 1.0 } else { 0.0 };
        self.restore
            .values(self.values.values(), Label::ALL.len(), outside, |pixel| {
                pixel[label.class()]
            })
    }
}
