//! How well a segmentation agrees with a reference: scores of one case, and what they sum up to over cases.

mod agreement;
mod bootstrap;
mod case;
mod comparison;
mod distance;
mod evaluation;
mod hd95;
mod overlap;
mod paired;
mod regions;
mod score;
mod summary;
mod wilcoxon;

pub use agreement::Agreement;
pub use bootstrap::Interval;
pub use case::{CaseScores, GridMismatch, score_case};
pub use comparison::{ComparedMeasure, Comparison};
pub use distance::SurfaceDistances;
pub use evaluation::{EvaluatedCase, Evaluation};
pub use hd95::Hd95;
pub use overlap::Overlap;
pub use paired::{LengthMismatch, Paired};
pub use regions::{Empties, RegionSummary, UnderEachRule, summarise};
pub use score::{EmptyRule, Score};
pub use summary::Summary;
pub use wilcoxon::{Wilcoxon, wilcoxon};
