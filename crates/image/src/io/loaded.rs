//! A case whose images were read.

use crate::patient::Patient;
use crate::phase::TakenPhase;
use crate::sequence::PerSequence;
use crate::study::Study;

use super::fill::Fill;
use super::placement::Placement;

/// A case read from files.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedCase {
    /// The images and, if there is a file of them, the reference labels.
    pub study: Study,
    /// The geometry fields of each sequence's file.
    pub placements: PerSequence<Option<Placement>>,
    /// The fill values at the borders of images; the study holds 0 in their place.
    pub fills: Vec<Fill>,
    /// The phase that was taken of bSSFP, if it is a cine.
    pub phase: Option<TakenPhase>,
    /// What the images say about the patient, if they do; NIfTI files do not.
    pub patient: Option<Patient>,
}

impl LoadedCase {
    /// The geometry fields of the file of the study's stack: [`write_labels`](super::write_labels) needs them to write a
    /// label map, put into the order of that file by [`Study::stored`], with exactly the same geometry.
    pub fn placement(&self) -> Placement {
        self.placements[self.study.stack()]
            .unwrap_or_else(|| Placement::of_grid(self.study.storage().grid()))
    }
}
