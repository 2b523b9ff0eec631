//! The application: jobs on files and folders, as a library.
//!
//! A job is a plain struct of options with a constructor that sets the defaults and a method that returns a typed result:
//! [`SegmentJob`], [`PlanJob`], [`ShardJob`], [`MergeJob`], [`InspectJob`], [`TrainJob`], [`CrossValidateJob`], [`EvaluateJob`], [`QuantifyJob`], [`AugmentJob`], [`PhantomJob`],
//! [`ImportJob`], [`ExportJob`], [`EnsembleJob`] and [`DemoJob`]. Progress goes to a [`Progress`], errors are [`Error`]s. Nothing here
//! prints, reads arguments, ends the process, or chooses a clock or a seed that its caller cannot see. Jobs share no
//! state but the thread pool of rayon, so that several models and jobs may be used in one process; one job at a time
//! writes into a folder.
//!
//! ```
//! use myops::app::{Model, phantom::patient};
//! use myops::image::label::Label;
//! use myops::device::DeviceChoice;
//!
//! let (study, _) = patient(1, 7);
//! let found = Model::open("runet", DeviceChoice::Cpu)?.segment(&study)?;
//! assert!(found.labels.data().contains(&Label::LvPool));
//! # Ok::<_, myops::app::Error>(())
//! ```

pub mod augment;
mod cases;
pub mod cohort;
pub mod cross_validate;
pub mod demo;
pub mod ensemble;
mod error;
pub mod evaluate;
pub mod export;
mod files;
pub mod import;
pub mod input;
pub mod inspect;
pub mod model;
pub(crate) mod note;
mod packer;
pub mod phantom;
pub mod plan;
pub mod progress;
pub mod quantify;
mod record;
mod results;
pub mod segment;
pub mod slurm;
mod stored;
mod threads;
pub mod train;

pub use augment::AugmentJob;
pub use cases::{CasesError, SetsFlaw, TableFlaw};
pub use cohort::Cohort;
pub use cross_validate::CrossValidateJob;
pub use demo::DemoJob;
pub use ensemble::EnsembleJob;
pub use error::{Error, EvaluateError, FailedCase, PatientSource, TrainingError};
pub use evaluate::EvaluateJob;
pub use export::ExportJob;
pub use files::{Fingerprint, Fingerprints, FolderError, Owner};
pub use import::ImportJob;
pub use input::{CaseInput, ExamCase, Input, NamedFiles, SeriesRules, Source};
pub use inspect::InspectJob;
pub use model::{Model, ModelError};
pub use note::{Note, Rank, TrainingNote, Unmatched};
pub use phantom::PhantomJob;
pub use plan::{MergeJob, PlanError, PlanJob, ShardJob};
pub use progress::{Progress, Silent, Stage};
pub use quantify::QuantifyJob;
pub use record::{Packing, Pictures, Record, ResultOptions};
pub use segment::SegmentJob;
pub use train::TrainJob;

#[cfg(test)]
mod findings;
#[cfg(test)]
mod patient_data;
