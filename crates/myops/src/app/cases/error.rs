//! Why a folder of cases or of label maps cannot be used.

use std::path::PathBuf;

use myops_image::geometry::GeometryError;
use myops_image::io::IoError;
use myops_image::label::Label;
use myops_image::study::StudyError;

use super::sets_flaw::SetsFlaw;
use crate::app::files::FolderError;

/// Why a folder of cases or of label maps cannot be used. The text is complete; there is no further cause behind it.
#[derive(Debug, thiserror::Error)]
pub enum CasesError {
    /// A file or folder cannot be read, or is not what it should be.
    #[error(transparent)]
    Io(#[from] IoError),
    /// An archive of results cannot be read.
    #[error(transparent)]
    Archive(Box<FolderError>),
    /// Labels have no images.
    #[error("case {case} has labels ({}) and no image under a known name", labels.display())]
    LabelsWithoutImages {
        /// The case.
        case: String,
        /// Its labels.
        labels: PathBuf,
    },
    /// A case that needs reference labels has none.
    #[error("{}: case {case} has no reference labels", folder.display())]
    NoReference {
        /// The folder of its images.
        folder: PathBuf,
        /// The case.
        case: String,
    },
    /// Two cases of several data sets have the same name.
    #[error("two cases are called {case}: in {} and in {}", first.display(), second.display())]
    TwoCases {
        /// The name.
        case: String,
        /// The folder of one.
        first: PathBuf,
        /// The folder of the other.
        second: PathBuf,
    },
    /// A case has a label that its data set is said not to draw.
    #[error("case {case}: {} is labelled, which its data set is said not to draw", label.name())]
    Drawn {
        /// The case.
        case: String,
        /// The label.
        label: Label,
    },
    /// A table of data sets cannot be used.
    #[error("{}: {flaw}", path.display())]
    Sets {
        /// The table.
        path: PathBuf,
        /// What is wrong with it.
        flaw: SetsFlaw,
    },
    /// A path leads nowhere.
    #[error("{}: neither a file nor a folder", .0.display())]
    NotThere(PathBuf),
    /// A folder holds no label map.
    #[error("{}: no label map found", .0.display())]
    NoLabelMap(PathBuf),
    /// Two files claim to be the label map of one case.
    #[error("case {case} has two label maps: {} and {}", first.display(), second.display())]
    TwoLabelMaps {
        /// The case.
        case: String,
        /// One file.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A label map lies on no grid of a scanner.
    #[error("{}: {cause}", path.display())]
    Geometry {
        /// The file.
        path: PathBuf,
        /// What is wrong with its grid.
        cause: GeometryError,
    },
    /// A label map does not lie on the images given with it.
    #[error(transparent)]
    Elsewhere(StudyError),
    /// Label maps have no images of their names.
    #[error("{}: no images of {}", path.display(), cases.join(", "))]
    NoImages {
        /// Where the images were looked for.
        path: PathBuf,
        /// The cases of the label maps.
        cases: Vec<String>,
    },
    /// A table of patients cannot be used.
    #[error("{}: {flaw}", path.display())]
    PatientTable {
        /// The table.
        path: PathBuf,
        /// What is wrong with it.
        flaw: TableFlaw,
    },
    /// A table of patients lacks cases.
    #[error("{}: no patient of {}", path.display(), cases.join(", "))]
    NoPatient {
        /// The table.
        path: PathBuf,
        /// The cases.
        cases: Vec<String>,
    },
}

impl From<FolderError> for CasesError {
    fn from(error: FolderError) -> Self {
        Self::Archive(Box::new(error))
    }
}

/// What is wrong with a table of patients.
#[derive(Debug, thiserror::Error)]
pub enum TableFlaw {
    /// The operating system would not let it be read, or it is no text.
    #[error("{0}")]
    Unreadable(std::io::Error),
    /// A column is missing.
    #[error("no column {0}: need case,patient")]
    NoColumn(&'static str),
    /// A row lacks a value; rows count from 1, without the header.
    #[error("row {0}: need a case and a patient")]
    IncompleteRow(usize),
    /// Two rows give a case different patients.
    #[error("case {case} has two patients: {first} and {second}")]
    TwoPatients {
        /// The case.
        case: String,
        /// One patient.
        first: String,
        /// The other.
        second: String,
    },
}
