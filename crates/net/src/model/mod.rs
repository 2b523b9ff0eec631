//! The architectures: what each computes, by name, and the settings that its weights depend on.
//!
//! A new architecture is one file that builds its graph, and one row in the table of `architecture.rs`.
//!
//! ```
//! use myops_net::model::{Architecture, ModelSettings};
//!
//! let settings = ModelSettings::published(Architecture::Runet);
//! assert_eq!(settings.graph().output_channels(), 6);
//! ```

mod architecture;
mod nested_unet;
mod residual_unet;
mod settings;
mod shape;
mod unet;

pub use architecture::Architecture;
pub use settings::ModelSettings;
pub use shape::Shape;
