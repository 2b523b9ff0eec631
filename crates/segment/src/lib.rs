//! From a study to labels on its own grid, with trained networks.

mod alone;
mod cleanup;
mod confidence;
mod contrast;
mod decision;
mod file;
mod flips;
mod forward;
mod header;
mod locator;
mod network;
pub mod pipeline;
mod probabilities;
mod recipe;
mod segmentation;
mod segmenter;

pub use cleanup::{Cleanup, Keep};
pub use confidence::Confidence;
pub use decision::{Decision, ThresholdBounds};
pub use file::{JoinError, ModelFile};
pub use flips::Flips;
pub use forward::Predictor;
pub use header::{LocatorHeader, ModelHeader, TrainedOn};
pub use locator::Locator;
pub use probabilities::{NotANumber, Probabilities, RawProbabilities};
pub use recipe::Recipe;
pub use segmentation::{ProbabilityMap, SegmentError, Segmentation};
pub use segmenter::{Segmenter, SegmenterError};
