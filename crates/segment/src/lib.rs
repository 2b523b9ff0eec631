//! From a study to labels on its own grid, with trained networks.
//!
//! ```
//! use myops_image::label::Label;
//! use myops_image::preprocess::Prepared;
//! use myops_net::graph::Activation;
//! use myops_segment::{RawProbabilities, Recipe};
//!
//! // One pixel: background, LV pool, RV pool, healthy myocardium, edema, scar.
//! let raw = RawProbabilities::new(vec![0.1, 0.0, 0.0, 0.2, 0.1, 0.6])?;
//! let input = Prepared { slices: 1, size: 1, channels: 3, data: vec![0.5; 3] };
//! let recipe = Recipe::PUBLISHED;
//! let calibrated = recipe.calibrate(Activation::Sigmoid, &input, raw)?;
//! assert_eq!(recipe.pixel_labels(&calibrated), [Label::Scar]);
//! # Ok::<(), myops_segment::NotANumber>(())
//! ```

mod alone;
mod cleanup;
mod confidence;
mod contrast;
mod decision;
mod file;
mod flips;
mod forward;
mod header;
mod header_check;
mod locator;
mod network;
pub mod pipeline;
mod presence;
mod probabilities;
mod recipe;
mod segmentation;
mod segmenter;

pub use cleanup::{Cleanup, Keep};
pub use decision::{Decision, ThresholdBounds};
pub use file::{JoinError, ModelFile};
pub use flips::Flips;
pub use forward::Predictor;
pub use header::{LocatorHeader, ModelHeader, TrainedOn};
pub use locator::Locator;
pub use presence::ScarPresence;
pub use probabilities::{NotANumber, Probabilities, RawProbabilities};
pub use recipe::Recipe;
pub use segmentation::{ProbabilityMap, SegmentError, Segmentation};
pub use segmenter::{Segmenter, SegmenterError};
