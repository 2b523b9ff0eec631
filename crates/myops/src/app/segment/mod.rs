//! Segments one case or thousands and writes results that a later run recognises as finished.
//!
//! ```
//! use myops::app::{Model, PhantomJob, SegmentJob, Silent};
//! use myops::device::DeviceChoice;
//!
//! let place = tempfile::tempdir()?;
//! let (data, out) = (place.path().join("data"), place.path().join("out"));
//! PhantomJob { cases: 1, ..PhantomJob::new(&data) }.run(&Silent)?;
//!
//! let model = Model::open("runet", DeviceChoice::Cpu)?;
//! let job = SegmentJob::new([&data], &out);
//! assert_eq!(job.run(&model, &Silent)?.segmented, 1);
//! assert!(out.join("phantom-001/phantom-001_labels.nii.gz").is_file());
//! assert_eq!(job.run(&model, &Silent)?.segmented, 0, "it is finished");
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

pub(crate) mod case;
mod job;
mod pacs;
pub(crate) mod pipeline;

pub(crate) use job::unfinished;
pub use job::{Finished, SegmentJob, SegmentedCases};
