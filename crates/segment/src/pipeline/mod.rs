//! The way of a case from its images to its labels, one type a stage.
//!
//! ```text
//! Exam -> Study -> Located -> Registered -> Predicted -> Calibrated -> Decided -> Segmentation
//! ```
//!
//! An exam holds each sequence on the grid of its acquisition; [`Study::of`](myops_image::study::Study::of) puts all of
//! them on one grid. Both are on canonical axes, and so is all that follows: no stage turns a volume. A writer puts the
//! labels back into the order of the file ([`Study::stored`](myops_image::study::Study::stored)).
//!
//! Each stage takes the one before by value (the study by reference), so none can be left out, done twice or done in
//! another order.
//!
//! ```
//! use std::sync::Arc;
//!
//! use myops_image::geometry::{Affine, Grid, Spacing};
//! use myops_image::preprocess::Preprocess;
//! use myops_image::sequence::PerSequence;
//! use myops_image::study::Study;
//! use myops_image::volume::Volume;
//! use myops_net::engine::{Cpu, Device};
//! use myops_net::graph::Activation;
//! use myops_net::model::{Architecture, ModelSettings};
//! use myops_net::weights::Weights;
//! use myops_segment::{Predictor, Recipe, pipeline::Located};
//!
//! let affine = Affine::from_spacing(Spacing::new_mm([1.0, 1.0, 10.0])?);
//! let grid = Grid::new([64, 64, 1], affine)?;
//! let images = PerSequence::from_fn(|_| Some(Volume::from_fn(grid, |[i, ..]| i as f32)));
//! let study = Study::new("p1", images, None)?;
//! let recipe = Recipe {
//!     preprocess: Preprocess { size: 64, ..Preprocess::PUBLISHED },
//!     ..Recipe::PUBLISHED
//! };
//! let settings = ModelSettings::published(Architecture::Runet);
//! let device: Device = Arc::new(Cpu::default());
//! let weights = Weights::drawn(&settings.graph(), 1);
//! let networks = [Predictor::new(settings, &weights, &device)?];
//! let case = Located::find(&study, None)?
//!     .register(&recipe, &networks[0])?
//!     .predict(&recipe, &networks)?
//!     .calibrate(&recipe, Activation::Sigmoid)?
//!     .decide(&recipe);
//! assert_eq!(case.label().labels.shape(), [64, 64, 1]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod calibrated;
mod decided;
mod located;
mod predicted;
mod registered;

pub use calibrated::Calibrated;
pub use decided::Decided;
pub use located::Located;
pub use predicted::Predicted;
pub use registered::Registered;
