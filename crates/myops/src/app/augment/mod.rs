//! The enlarged training set of the published system.
//!
//! ```
//! use myops::app::{AugmentJob, PhantomJob, Silent};
//!
//! let place = tempfile::tempdir()?;
//! let (data, out) = (place.path().join("data"), place.path().join("augmented"));
//! PhantomJob { cases: 1, ..PhantomJob::new(&data) }.run(&Silent)?;
//!
//! let job = AugmentJob { times: 2, ..AugmentJob::new(&data, &out) };
//! assert_eq!(job.run(&Silent)?, 2);
//! assert!(out.join("phantom-001x01").is_dir());
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod copy;
mod job;
mod sheet;

pub use job::{AugmentJob, SHEET};
