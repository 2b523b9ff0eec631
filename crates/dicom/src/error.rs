//! Errors of searching and reading exams: each is one line that names the series or file, the value and the bound. None holds the
//! name, the identifier or the birth date of a patient, or a date.

use std::path::PathBuf;

use myops_image::geometry::GeometryError;
use myops_image::sequence::Sequence;

use crate::read::Flaw;
use crate::role::Tie;
use crate::stack::Problem;

/// Why an exam cannot be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DicomError {
    /// A path cannot be searched.
    #[error("{}: cannot be read: {cause}", path.display())]
    Search {
        /// The path.
        path: PathBuf,
        /// The error of the system.
        cause: String,
    },
    /// There are more files than are searched.
    #[error("more than {0} files: give the folder of one exam")]
    ManyFiles(usize),
    /// There are more images than are read.
    #[error("more than {0} images: give the folder of one exam")]
    ManyImages(usize),
    /// There is no image among the files.
    #[error("no MR image in DICOM format among {files} files{}", and_the_first(first.as_ref()))]
    NoImage {
        /// The files.
        files: usize,
        /// The first that was passed over, and why.
        first: Option<String>,
    },
    /// Images of two patients claim to be of one exam.
    #[error(
        "{exam}: two patients in one study (PatientID differs): {} images as in series {first}, {} as in series {second}",
        images[0], images[1]
    )]
    TwoPatients {
        /// The exam.
        exam: String,
        /// A series of one patient.
        first: String,
        /// A series of another.
        second: String,
        /// The images of the first patient, and of all others.
        images: [usize; 2],
    },
    /// Several series could be one sequence.
    #[error("{0}")]
    Tie(Tie),
    /// No series is one of the sequences.
    #[error("none of {series} series is a short-axis bSSFP cine, LGE or T2")]
    NoSequence {
        /// The series.
        series: usize,
    },
    /// A chosen series is not there.
    #[error("no series {chosen} for {sequence} among the {series} of the exam")]
    NoSuchSeries {
        /// The sequence.
        sequence: Sequence,
        /// What was chosen.
        chosen: String,
        /// How many there are.
        series: usize,
    },
    /// A series was chosen for two sequences.
    #[error("series {series} is chosen for {first} and for {second}")]
    ChosenTwice {
        /// The series.
        series: String,
        /// One sequence.
        first: Sequence,
        /// The other.
        second: Sequence,
    },
    /// A series cannot be used.
    #[error("series {series}: {problem}")]
    Stack {
        /// The series: its number and description.
        series: String,
        /// Why.
        problem: Problem,
    },
    /// A file cannot be read.
    #[error("{file}: {flaw}")]
    File {
        /// The file, or the archive and its entry.
        file: String,
        /// What is wrong with it.
        flaw: Flaw,
    },
    /// The voxels of a series are not plausible for a scanner.
    #[error("series {series}: {geometry}")]
    Geometry {
        /// The series.
        series: String,
        /// Why.
        geometry: GeometryError,
    },
    /// A series has more pixels or slices than are read.
    #[error(
        "series {series}: {shape:?} voxels out of range: at most {most_voxels} in {most_slices} slices"
    )]
    TooLarge {
        /// The series.
        series: String,
        /// Columns, rows, slices.
        shape: [usize; 3],
        /// The most voxels.
        most_voxels: u64,
        /// The most slices.
        most_slices: usize,
    },
    /// All pixels have one value.
    #[error("series {series}: constant image: every voxel is {value}")]
    Constant {
        /// The series.
        series: String,
        /// The value.
        value: f32,
    },
    /// There is no such phase.
    #[error("series {series}: no phase {phase}: slice {slice} has {phases}")]
    NoPhase {
        /// The series.
        series: String,
        /// The phase, counted from 1.
        phase: usize,
        /// The slice that lacks it.
        slice: usize,
        /// The phases of that slice.
        phases: usize,
    },
    /// A phase was chosen by time, and the cine has none.
    #[error("series {series}: no phase at a time: its images have no trigger times")]
    NoTimes {
        /// The series.
        series: String,
    },
}

impl DicomError {
    /// Advice on how to correct it, if there is any.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Tie(tie) => {
                let (_, uid) = tie.series.first()?;
                if tie.series.iter().all(|(_, other)| other == uid) {
                    return Some("tell them apart by image_type in a rules file".into());
                }
                let role = tie.sequence.name().to_lowercase();
                return Some(format!(
                    "choose one, for example with --series {role}={uid}"
                ));
            }
            Self::NoSequence { .. } => {
                "choose a series with --series lge=NUMBER, or describe the names of your scanner in a rules file"
            }
            Self::NoSuchSeries { .. } => {
                "give the number or the Series Instance UID of one of them"
            }
            Self::TwoPatients { .. } => "give a folder with the files of one patient",
            Self::Stack { problem, .. } => match problem {
                Problem::Missing { .. } => "export the series again: files are missing",
                Problem::Duplicates { .. } | Problem::Uneven { .. } => {
                    "remove the images that were taken again from the folder"
                }
                Problem::AcquiredAgain(_) => {
                    "choose that series, or remove its files from the folder"
                }
                _ => return None,
            },
            Self::File {
                flaw: Flaw::Truncated { .. } | Flaw::ShortPixels { .. } | Flaw::OpenSequence,
                ..
            } => "export or copy the file again",
            _ => return None,
        };
        Some(hint.into())
    }
}

fn and_the_first(first: Option<&String>) -> String {
    first.map_or_else(String::new, |first| format!("; the first: {first}"))
}
