//! What a header says of each image in a file: which series it belongs to, where it lies, and when and how it was acquired.

pub mod attribute;
mod enhanced;
mod frame;
mod groups;
mod instance;
mod plane;
mod rescale;
mod series;

pub use frame::{Component, Frame, Timing};
pub use instance::Instance;
pub use plane::{Plane, SAME_ORIENTATION_DEGREES, distance, dot};
pub use rescale::Rescale;
pub use series::{Series, SeriesId, called, numbers, shared};
