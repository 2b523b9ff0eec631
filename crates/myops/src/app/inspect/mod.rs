//! A dry run: which file would be taken for which image of which case, and how the images lie to one another.
//!
//! ```
//! use myops::app::{InspectJob, PhantomJob, Silent};
//!
//! let place = tempfile::tempdir()?;
//! PhantomJob { cases: 1, ..PhantomJob::new(place.path()) }.run(&Silent)?;
//!
//! let inspection = InspectJob::new([place.path()]).run()?;
//! let case = &inspection.cases[0];
//! assert_eq!(case.case, "phantom-001");
//! assert_eq!(case.images.len(), 4, "three sequences and the labels");
//! assert!(case.problem().is_none());
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod exam;
mod inspection;
mod job;
mod row;

pub use inspection::{InspectedCase, Inspection, PassedOverFile};
pub use job::InspectJob;
pub use row::{Role, Row, Stack, ToReference};
