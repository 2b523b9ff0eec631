//! The numbers that a network has learned, by the names of its tensors.
//!
//! ```
//! use myops_net::model::{Architecture, ModelSettings};
//! use myops_net::weights::Weights;
//!
//! let graph = ModelSettings::published(Architecture::Runet).graph();
//! let weights = Weights::drawn(&graph, 1);
//! assert_eq!(weights.get("stem.conv.weight").unwrap().shape, [7, 7, 3, 16]);
//! assert!(weights.check(&graph).is_ok());
//! ```

mod error;
mod keras;
mod shapes;
mod store;
mod tensors;

pub use error::WeightsError;
pub use keras::{KerasError, KerasFile, from_keras};
pub use shapes::{check_shapes, shapes};
pub use store::{Head, Precision, StoreError, Stored, start_bytes};
pub use tensors::{Weight, Weights};
