//! How a network learns from labelled cases.
//!
//! [`TrainSettings`] are what a settings file says; [`TrainSettings::plan`] checks them once and makes the [`TrainPlan`]
//! that a [`Trainer`] takes.

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
pub use trainer::{Split, Step, Trainer};
pub use validate::Overflow;
