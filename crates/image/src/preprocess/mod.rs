//! From a study to the input of a network, and from its output back to the study's own grid.
//!
//! Orientation first, so that pictures of every scanner lie alike; then a square window of each slice; then
//! intensities on one scale. The way back is kept with the result.

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
