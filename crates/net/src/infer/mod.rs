//! From a study to labels on its own grid, with a trained network.

mod confidence;
mod decision;
mod header;
mod recipe;
mod segmenter;

pub use confidence::mean_probability_percent;
pub use decision::Decision;
pub use header::ModelHeader;
pub use recipe::Recipe;
pub use segmenter::{Segmenter, SegmenterError};
