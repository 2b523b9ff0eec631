//! Layers with fixed weights, which are packed once, for networks that only predict.

mod conv;
mod transposed;
mod upsampled;

pub use conv::{ConvOptions, FixedConv};
pub use transposed::FixedTransposed;
pub use upsampled::UpsampledConv;
