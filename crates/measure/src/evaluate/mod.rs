//! How well a segmentation agrees with a reference: scores of one case, and what they sum up to over cases.

mod case;
mod distance;
mod overlap;
mod score;

pub use case::{CaseScores, GridMismatch, score_case};
pub use distance::SurfaceDistances;
pub use overlap::Overlap;
pub use score::{EmptyRule, Score};
