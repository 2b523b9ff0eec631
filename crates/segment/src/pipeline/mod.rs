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
