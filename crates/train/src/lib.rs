//! How a network learns from labelled cases.
//!
//! [`TrainSettings`] are what a settings file says; [`TrainSettings::plan`] checks them once and makes the [`TrainPlan`]
//! that a [`Trainer`] takes.
//!
//! ```
//! use myops_train::{Folds, Member};
//!
//! let case = |id: &str, patient: &str| Member { id: id.into(), patient: patient.into() };
//! let cases = [case("a_ED", "a"), case("a_ES", "a"), case("b", "b")];
//! let folds = Folds::deal(&cases, 2, 1)?;
//! // Both cases of a patient are in one fold.
//! assert_eq!(folds, Folds::deal(&cases, 2, 1)?);
//! # Ok::<(), myops_train::FoldsError>(())
//! ```

mod average;
mod checkpoint;
mod continued;
mod data;
mod error;
mod folds;
mod locator;
pub mod loss;
mod optimizer;
mod patient;
mod plan;
mod presets;
mod renamed;
mod resume;
mod schedule;
mod settings;
mod split;
mod trainer;
mod validate;

pub use checkpoint::{Checkpoint, EpochRecord, Progress, Validation};
pub use continued::trained_with;
pub use data::{CaseError, Sample, TrainingCase};
pub use error::TrainError;
pub use folds::{Folds, FoldsError, Member};
pub use locator::LocatorSettings;
pub use optimizer::Optimizer;
pub use patient::patient_of;
pub use plan::TrainPlan;
pub use renamed::{RENAMED, Renamed};
pub use schedule::{CosineSchedule, LrSchedule, LrState, PlateauSchedule, Verdict};
pub use settings::{NetworkSettings, TrainSettings};
pub use split::Split;
pub use trainer::{Step, Trainer};
pub use validate::Overflow;
