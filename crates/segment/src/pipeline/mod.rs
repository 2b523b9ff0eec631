//! The way of a case from its images to its labels, one type a stage.
//!
//! ```text
//! Study -> Located -> Registered -> Predicted -> Calibrated -> Decided -> Segmentation
//! ```
//!
//! Each stage takes the one before by value, so none can be left out, done twice or done in another order.

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
