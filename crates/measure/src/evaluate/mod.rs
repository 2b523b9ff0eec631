//! How well a segmentation agrees with a reference: scores of one case, and what they sum up to over cases.
//!
//! [`Metric::ALL`] is the table of what is computed.
//!
//! ```
//! use myops_image::geometry::{Affine, Grid, Spacing};
//! use myops_image::label::{Label, Region};
//! use myops_image::volume::Volume;
//! use myops_measure::evaluate::{EvaluatedCase, Evaluation, Hd95, Metric, score_case};
//!
//! let affine = Affine::from_spacing(Spacing::new_mm([1.0, 1.0, 10.0])?);
//! let grid = Grid::new([4, 4, 1], affine)?;
//! let reference = Volume::from_fn(grid, |[i, ..]| if i < 2 { Label::Scar } else { Label::Myocardium });
//! let prediction = Volume::from_fn(grid, |[i, ..]| if i < 1 { Label::Scar } else { Label::Myocardium });
//! let regions = score_case(&prediction, &reference)?;
//! assert_eq!(regions[0].region, Region::SCAR);
//! assert_eq!(regions[0].value(&Metric::DICE), Some(2.0 / 3.0));
//!
//! let case = EvaluatedCase { id: "a".into(), prediction_missing: false, regions };
//! let evaluation = Evaluation::of(vec![case], Hd95::Pooled, 1);
//! assert_eq!(evaluation.regions[0].cases, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod agreement;
mod bootstrap;
mod case;
mod comparison;
mod distance;
mod evaluation;
mod hd95;
mod metric;
mod overlap;
mod paired;
mod regions;
mod score;
mod summary;
mod wilcoxon;

pub use agreement::Agreement;
pub use bootstrap::Interval;
pub use case::{CaseScores, score_case};
pub use comparison::{ComparedMeasure, Comparison};
pub use distance::SurfaceDistances;
pub use evaluation::{EvaluatedCase, Evaluation};
pub use hd95::Hd95;
pub use metric::{Better, Metric, Shown, Source};
pub use overlap::Overlap;
pub use paired::{LengthMismatch, Paired};
pub use regions::{Empties, RegionSummary, UnderEachRule, summarise};
pub use score::{EmptyRule, Score};
pub use summary::Summary;
pub use wilcoxon::{Wilcoxon, wilcoxon};
