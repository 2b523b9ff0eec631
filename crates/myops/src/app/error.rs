//! Why a job failed.

use std::path::PathBuf;

use myops_dicom::DicomError;
use myops_dicom::write::WriteError;
use myops_image::geometry::GeometryError;
use myops_image::io::IoError;
use myops_image::preprocess::PreprocessError;
use myops_image::study::StudyError;
use myops_image::volume::LengthError;
use myops_measure::evaluate::LengthMismatch;
use myops_net::weights::{KerasError, StoreError};
use myops_segment::SegmentError;
use myops_settings::SettingsError;
use myops_train::{CaseError, FoldsError, TrainError};

use super::cases::CasesError;
use super::files::FolderError;
use super::model::ModelError;
use super::note::Unmatched;
use super::plan::PlanError;
use super::slurm::SlurmError;
use crate::device::NoDevice;

/// Why a job failed. The text is complete: it names the file, the value and its bound.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read or written.
    #[error(transparent)]
    Io(#[from] IoError),
    /// An exam that came as DICOM cannot be used.
    #[error(transparent)]
    Dicom(#[from] DicomError),
    /// The sequences of an exam cannot be brought together.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// Results cannot be written as DICOM.
    #[error("case {case}: results cannot be written as DICOM: {cause}")]
    DicomResults {
        /// The case.
        case: String,
        /// Why not.
        cause: WriteError,
    },
    /// Results for a PACS refer to the series that images came from, and there is none.
    #[error(
        "case {0} came as NIfTI files: results cannot be written as DICOM without the series that they refer to"
    )]
    NoSeries(String),
    /// A folder or file of results cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A folder of cases or of label maps cannot be used.
    #[error(transparent)]
    Cases(#[from] CasesError),
    /// A model cannot be opened, joined or written.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// This machine has no such device.
    #[error(transparent)]
    Device(#[from] NoDevice),
    /// A case cannot be segmented.
    #[error(transparent)]
    Segment(#[from] SegmentError),
    /// A setting is out of its bounds.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A training cannot start or be resumed.
    #[error(transparent)]
    Training(#[from] TrainingError),
    /// A plan cannot be made, done or merged.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A batch script for Slurm cannot be written.
    #[error(transparent)]
    Slurm(#[from] SlurmError),
    /// Predictions cannot be compared with references.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    /// Some cases cannot be evaluated, so that none is.
    #[error("{}", refused(cases, *references))]
    Refused {
        /// Each case and why it cannot.
        cases: Vec<FailedCase>,
        /// The number of reference label maps.
        references: usize,
    },
    /// A case cannot be prepared for augmentation.
    #[error(transparent)]
    Preprocess(#[from] PreprocessError),
    /// Augmented voxels form no image.
    #[error(transparent)]
    Volume(#[from] LengthError),
    /// Augmented voxels have no size.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
    /// A file of Keras weights cannot be imported.
    #[error("{}: {cause}", path.display())]
    Keras {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: KerasError,
    },
    /// A result cannot be written as JSON or TOML.
    #[error("{what} cannot be encoded: {cause}")]
    Encode {
        /// What the result is.
        what: &'static str,
        /// What the encoder said.
        cause: String,
    },
    /// The files of a case are not those that were planned.
    #[error("case {case}: input changed since it was planned ({what})")]
    InputChanged {
        /// The case.
        case: String,
        /// The images whose files differ.
        what: String,
    },
    /// The record of a finished case cannot be read.
    #[error("{}: {cause}", path.display())]
    NoRecord {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// A page cannot be filled in.
    #[error("the report cannot be written: {0}")]
    Page(String),
    /// The system gives no more threads.
    #[error("the threads to read and write with cannot be started: {0}")]
    Threads(std::io::Error),
    /// A part of the program panicked.
    #[error("internal error: {0}")]
    Panicked(String),
}

/// A case that failed, where others were done.
#[derive(Debug)]
pub struct FailedCase {
    /// The case.
    pub case: String,
    /// Why it failed.
    pub error: Error,
}

impl FailedCase {
    /// Separates the cases that were done from those that failed.
    pub(crate) fn separate<'a, T>(
        cases: impl Iterator<Item = &'a str>,
        results: Vec<Result<T, Error>>,
    ) -> (Vec<T>, Vec<Self>) {
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        for (case, result) in cases.zip(results) {
            match result {
                Ok(result) => done.push(result),
                Err(error) => failed.push(Self {
                    case: case.into(),
                    error,
                }),
            }
        }
        (done, failed)
    }
}

/// Why a training cannot start or be resumed.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// The training itself refuses.
    #[error(transparent)]
    Train(Box<TrainError>),
    /// A case cannot be learned from.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The patients do not allow that many folds.
    #[error("{cause}")]
    Folds {
        /// Why not.
        cause: FoldsError,
        /// What says which cases are of one patient.
        patients: PatientSource,
    },
    /// There is no fold of this number.
    #[error("fold = {fold}: need 0 to {}", folds - 1)]
    Fold {
        /// The number asked for.
        fold: usize,
        /// The number of folds.
        folds: usize,
    },
    /// The folder holds a training already, which was not to be resumed.
    #[error("{} already holds a training", .0.display())]
    HoldsTraining(PathBuf),
    /// Cases differ from those that the training started with.
    #[error("{}: images or labels changed since the training began: {}", path.display(), cases.join(", "))]
    CasesChanged {
        /// The file of what the cases were.
        path: PathBuf,
        /// The cases that changed.
        cases: Vec<String>,
    },
    /// The file of what the cases were is damaged.
    #[error("{}: {cause}", path.display())]
    CasesUnreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// A checkpoint is damaged.
    #[error("{}: {cause}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: StoreError,
    },
    /// A checkpoint cannot be resumed with these settings and cases.
    #[error("{}: {cause}", path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: Box<TrainError>,
    },
    /// A training cannot start from the weights of a network.
    #[error("{}: {cause}", path.display())]
    Start {
        /// The file of the network.
        path: PathBuf,
        /// Why not.
        cause: Box<TrainError>,
    },
    /// The checkpoint says that the training ended before its first epoch.
    #[error("{}: no epoch was trained", .0.display())]
    NoEpoch(PathBuf),
    /// A cross-validation had other cases, or other folds of them.
    #[error("{}: other cases, or dealt into other folds, than now", .0.display())]
    OtherFolds(PathBuf),
}

impl From<TrainError> for TrainingError {
    fn from(error: TrainError) -> Self {
        Self::Train(Box::new(error))
    }
}

/// What says which cases are of one patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatientSource {
    /// A table, or names that put some cases together.
    Grouped,
    /// Every case counts as a patient of its own.
    EachCase,
}

/// Why predictions cannot be compared with references.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// No case has both.
    #[error("{0}")]
    NothingInCommon(Unmatched),
    /// Some cases have only one of them.
    #[error("{0}")]
    Unmatched(Unmatched),
    /// A prediction lies on another grid than its reference.
    #[error("{}{cause}", pair.as_ref().map_or_else(String::new, |(p, r)| format!("{} against {}: ", p.display(), r.display())))]
    Grid {
        /// The files of the prediction, where there is one, and of the reference.
        pair: Option<(PathBuf, PathBuf)>,
        /// How the grids differ.
        cause: Box<StudyError>,
    },
    /// Two evaluations are of different cases.
    #[error(transparent)]
    Comparison(#[from] LengthMismatch),
}

impl Error {
    /// Says what cannot be encoded.
    pub(crate) fn encode<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> Self {
        move |cause| Self::Encode {
            what,
            cause: cause.to_string(),
        }
    }
}

fn refused(cases: &[FailedCase], references: usize) -> String {
    let told: Vec<String> = cases
        .iter()
        .map(|FailedCase { case, error }| format!("case {case}: {error}"))
        .collect();
    let told = told.join("; ");
    format!("{} of {references} cases refused: {told}", cases.len())
}
