//! Registration of the sequences of a study: in-plane shifts are measured and corrected.
//!
//! Sequences are acquired in different breath-holds, so the heart of one may be shifted by a few
//! millimetres relative to another. Contrasts differ between sequences, but edges are at the same
//! positions: the misalignment is the shift that maximises the agreement of edges (normalised
//! gradient fields; Haber & Modersitzki, MICCAI 2006). Edges are precise, but not all of them
//! belong to the heart. If a network has segmented the heart in each sequence alone, the overlap of
//! these segmentations has equal weight.

mod edges;
mod field;
mod moves;
mod registration;
mod shift;
mod size;
mod slices;

pub use moves::Moves;
pub use registration::{Overlap, Registration, misalignment, registration};
pub use shift::Misalignment;
pub use size::{WrongSize, wrong_sizes};
pub use slices::SliceShift;

use serde::{Deserialize, Serialize};

/// The handling of misaligned sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    /// Misalignment is not measured.
    #[default]
    Off,
    /// Misalignment is measured.
    Measure,
    /// Misalignment is measured, and clearly misaligned sequences are shifted back.
    Correct,
}

myops_settings::choices!(Align);
