//! From a study to labels on its own grid, with a trained network.

mod decision;
mod header;
mod recipe;
mod segmenter;

pub use decision::Decision;
pub use header::ModelHeader;
pub use recipe::Recipe;
pub use segmenter::{Segmenter, SegmenterError};
