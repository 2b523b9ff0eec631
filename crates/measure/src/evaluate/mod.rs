//! How well a segmentation agrees with a reference: scores of one case, and what they sum up to over cases.

mod bootstrap;
mod case;
mod distance;
mod overlap;
mod paired;
mod percentile;
mod regions;
mod score;
mod summary;
mod wilcoxon;

pub use bootstrap::Interval;
pub use case::{CaseScores, GridMismatch, score_case};
pub use distance::SurfaceDistances;
pub use overlap::Overlap;
pub use paired::{LengthMismatch, Paired};
pub use regions::{Empties, RegionSummary, UnderEachRule, summarise};
pub use score::{EmptyRule, Score};
pub use summary::Summary;
pub use wilcoxon::{Wilcoxon, wilcoxon};
