//! How a network learns from labelled cases.

mod average;
mod checkpoint;
mod continued;
mod data;
mod folds;
mod locator;
pub mod loss;
mod optimizer;
mod patient;
mod schedule;
mod settings;
mod trainer;
mod validate;

pub use checkpoint::{Checkpoint, EpochRecord, Progress, Validation};
pub use data::{CaseError, Sample, TrainingCase};
pub use folds::{Folds, FoldsError, Member};
pub use locator::LocatorSettings;
pub use optimizer::Optimizer;
pub use patient::patient_of;
pub use schedule::{CosineSettings, Course, PlateauSettings, Schedule, Verdict};
pub use settings::TrainSettings;
pub use trainer::{Split, Step, TrainError, Trainer};
pub use validate::Overflow;
