//! What segmenting a study gives.

use myops_image::label::{Label, LabelMap};
use myops_image::preprocess::{Misalignment, PreprocessError, Restore};
use myops_image::sequence::{PerSequence, Sequence};
use myops_image::study::Study;
use myops_image::volume::Volume;

use super::confidence::Confidence;
use super::forward::NotANumber;

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
    pub(super) fn of(study: &Study) -> impl Fn(NotANumber) -> Self {
        |cause| Self::Output { id: study.id().into(), cause }
    }
}

/// Labels of a study, and what a reader of them should know.
#[derive(Debug, Clone, PartialEq)]
pub struct Segmentation {
    /// On the study's own grid.
    pub labels: LabelMap,
    /// How likely each label is.
    pub probabilities: ProbabilityMap,
    /// How far scar is likely to agree with a reader's.
    pub scar: Confidence,
    /// How far edema and scar together are likely to agree with a reader's.
    pub edema_or_scar: Confidence,
    /// How far each sequence lies from those before it, where that was measured.
    pub misalignment: PerSequence<Option<Misalignment>>,
    /// What may have gone less well than usual; mostly empty.
    pub notes: Vec<Note>,
}

/// The probability of each label on the network's grid.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbabilityMap {
    /// `[slice][row][column][label]`.
    pub(super) values: Vec<f32>,
    pub(super) restore: Restore,
}

impl ProbabilityMap {
    /// The probability of one label on the study's own grid, 0 to 1; beyond what the network saw it is 0, or 1 for
    /// the background.
    pub fn of(&self, label: Label) -> Volume<f32> {
        let outside = if label == Label::Background { 1.0 } else { 0.0 };
        self.restore.values(&self.values, Label::ALL.len(), outside, |pixel| pixel[label.class()])
    }
}

/// Something that a reader of the labels should know.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Note {
    /// The locator saw no heart, so the middle of the image was taken.
    HeartNotFound,
    /// Without LGE no scar was labelled.
    NoLge,
    /// Without T2 edema was labelled from the other sequences.
    NoT2,
    /// A sequence lies beside the others.
    Misaligned {
        /// Which one.
        sequence: Sequence,
        /// How far, mm.
        distance_mm: f64,
        /// Whether it was moved back before segmenting.
        corrected: bool,
    },
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::HeartNotFound => f.write_str("no heart was found, so the middle of the image was segmented"),
            Self::NoLge => {
                f.write_str("LGE is missing: scar cannot be told from edema, so all of it is labelled edema")
            }
            Self::NoT2 => f.write_str("T2 is missing: edema is a guess from the other sequences"),
            Self::Misaligned { sequence, distance_mm, corrected } => {
                let done = if *corrected { "; it was moved back" } else { "" };
                write!(f, "{sequence} lies {distance_mm:.1} mm beside the other sequences{done}")
            }
        }
    }
}
