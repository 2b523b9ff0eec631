//! The conversion of a study to the input of a network, and of the output back to the study's grid.
//!
//! Steps: reorientation to common axes, a square window of each slice, normalisation of
//! intensities. The inverse, [`Restore`], is returned with the result.

mod align;
mod framing;
mod neighbours;
mod normalise;
mod prepared;
mod restore;
mod settings;
mod window;

pub use align::{Align, Misalignment, Overlap, aligned, misalignment};
pub use framing::{Frame, Framing, HeartCentre};
pub use normalise::Normalise;
pub use prepared::Prepared;
pub use restore::Restore;
pub use settings::{Axes, Missing, Preprocess, PreprocessError};
pub use window::Window;

#[cfg(test)]
mod tests;
