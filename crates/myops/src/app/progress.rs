//! How a job tells of its progress: one trait, which a library user may leave out.
//!
//! ```
//! use std::sync::atomic::{AtomicU64, Ordering};
//! use myops::app::{Note, Progress, Stage};
//!
//! /// Counts what is done and prints what is told.
//! #[derive(Default)]
//! struct Counter(AtomicU64);
//!
//! impl Progress for Counter {
//!     fn advanced(&self, steps: u64, _: &str) {
//!         self.0.fetch_add(steps, Ordering::Relaxed);
//!     }
//!     fn message(&self, note: &Note) {
//!         println!("{note}");
//!     }
//! }
//!
//! let counter = Counter::default();
//! counter.started(Stage::Reading, 2);
//! counter.advanced(2, "");
//! counter.finished();
//! assert_eq!(counter.0.into_inner(), 2);
//! ```

use super::note::Note;

/// Who is told how far a job has come and what happens on the way. Calls come from several threads; the stages of one
/// job follow one another and never overlap. Every method does nothing unless it is written.
pub trait Progress: Sync {
    /// A stage of a job starts.
    ///
    /// `total` is the number of its steps, in the unit that [`Stage::unit`] names.
    fn started(&self, stage: Stage, total: u64) {
        let _ = (stage, total);
    }

    /// Steps of the stage are done. The note says where it stands, or is empty.
    fn advanced(&self, steps: u64, note: &str) {
        let _ = (steps, note);
    }

    /// Something happened that a user should read.
    fn message(&self, note: &Note) {
        let _ = note;
    }

    /// The stage ended, in success or failure.
    fn finished(&self) {}
}

/// Nobody is told anything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}

/// Does the work of a stage and tells where it starts and ends.
pub(crate) fn in_stage<T>(
    progress: &dyn Progress,
    stage: Stage,
    total: usize,
    work: impl FnOnce() -> T,
) -> T {
    progress.started(stage, total as u64);
    let result = work();
    progress.finished();
    result
}

/// A stage of a job whose steps are counted. Its text is the present participle of what is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Labelled cases are read.
    Reading,
    /// The headers of cases are read.
    Planning,
    /// The results of cases are checked.
    Checking,
    /// Cases are read, segmented and written.
    Segmenting,
    /// The network that finds the heart is trained.
    TrainingLocator,
    /// The network is trained.
    Training,
    /// Label maps are compared with reference labels.
    Scoring,
    /// Label maps are measured.
    Measuring,
    /// Augmented copies of cases are written.
    Augmenting,
    /// Synthetic patients are drawn.
    Drawing,
}

impl Stage {
    /// What is counted.
    pub fn unit(self) -> &'static str {
        match self {
            Self::TrainingLocator => "epochs",
            Self::Training => "batches",
            Self::Drawing => "patients",
            _ => "cases",
        }
    }
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Reading => "reading",
            Self::Planning => "planning",
            Self::Checking => "checking",
            Self::Segmenting => "segmenting",
            Self::TrainingLocator => "training the locator",
            Self::Training => "training",
            Self::Scoring => "scoring",
            Self::Measuring => "measuring",
            Self::Augmenting => "augmenting",
            Self::Drawing => "drawing",
        })
    }
}
