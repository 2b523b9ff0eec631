//! Scores a folder of label maps against reference labels, and compares two models case by case.
//!
//! ```
//! use myops::app::{EvaluateJob, PhantomJob, Silent};
//!
//! let place = tempfile::tempdir()?;
//! let data = place.path().join("data");
//! PhantomJob { cases: 2, ..PhantomJob::new(&data) }.run(&Silent)?;
//!
//! let job = EvaluateJob::new(&data, &data, place.path().join("scores"));
//! let evaluation = job.run(&Silent)?.evaluation;
//! assert_eq!(evaluation.cases.len(), 2);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod files;
mod job;
mod score;

pub use job::{EvaluateJob, Evaluated};
pub use score::EvaluateOptions;

pub(crate) use files::write;
pub(crate) use score::evaluate;
