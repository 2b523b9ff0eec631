//! Which cases a job works on, and how they were found.

mod case;
mod exam;

use std::path::{Path, PathBuf};

use myops_image::io::{CaseFiles, Found, IoError, ends_in, name_of_case, read_cases, search_among};
use myops_image::phase::Phase;
use myops_image::sequence::{PerSequence, Sequence};

use myops_dicom::DicomError;

use super::cases::passed_over::tell_passed_over;
use super::error::Error;
use super::note::Note;
use super::progress::Progress;

pub use case::{CaseInput, Kind, LoadedInput};
pub use exam::{ExamCase, SeriesRules};

/// The cases of a job.
#[derive(Debug, Clone)]
pub struct Input {
    /// Where they are.
    pub source: Source,
    /// Which phase is taken where bSSFP is a cine.
    pub phase: Phase,
    /// The sequence on whose slices cases are labelled; without one, LGE, or T2 without LGE, or bSSFP without both.
    pub stack: Option<Sequence>,
    /// How the sequences of DICOM exams are found.
    pub series: SeriesRules,
}

/// Where the cases of a job are.
#[derive(Debug, Clone)]
pub enum Source {
    /// Case folders, folders of cases, image files, or folders and zip archives of DICOM files.
    Paths(Vec<PathBuf>),
    /// The files of one case, named outright.
    Files(NamedFiles),
    /// A table of cases, as [`read_cases`] reads it.
    Table(PathBuf),
}

/// The files of one case, named outright.
#[derive(Debug, Clone, Default)]
pub struct NamedFiles {
    /// The file of each sequence.
    pub images: PerSequence<Option<PathBuf>>,
    /// The file of the reference labels.
    pub labels: Option<PathBuf>,
    /// The case's name; without one, what the names of the files have in common, or their folder's name.
    pub id: Option<String>,
}

impl Input {
    /// The cases that paths lead to.
    pub fn of_paths<P: Into<PathBuf>>(paths: impl IntoIterator<Item = P>) -> Self {
        Source::Paths(paths.into_iter().map(Into::into).collect()).into()
    }

    /// Finds the cases.
    ///
    /// # Errors
    /// Where there is none, two have the same name, or a file that is named is not there.
    pub fn find(&self) -> Result<Found, IoError> {
        let mut found = match &self.source {
            Source::Paths(paths) => search_among(paths)?,
            Source::Files(files) => Found {
                cases: vec![files.case()?],
                ..Found::default()
            },
            Source::Table(table) => Found {
                cases: read_cases(table)?,
                ..Found::default()
            },
        };
        let cases = found.cases.into_iter();
        found.cases = cases.map(|case| case.with_phase(self.phase)).collect();
        Ok(found)
    }

    /// Finds the cases of NIfTI files as [`Self::find`] does, and exams that came as DICOM; tells what was taken by a name of
    /// its own, and what was passed over.
    ///
    /// # Errors
    /// As for [`Self::find`].
    pub fn find_and_tell(&self, progress: &dyn Progress) -> Result<Vec<CaseInput>, Error> {
        let (found, exams, no_dicom) = self.find_all()?;
        tell_passed_over(found.passed_over, progress);
        if !no_dicom.is_empty() {
            progress.message(&Note::NoDicom(no_dicom));
        }
        for (case, labels) in found.without_images {
            progress.message(&Note::LabelsWithoutImages { case, labels });
        }
        let taken = found.cases.iter().filter_map(Note::taken);
        taken.for_each(|note| progress.message(&note));
        exams
            .iter()
            .for_each(|exam| progress.message(&Note::of_exam(exam)));
        let files = found.cases.into_iter().map(Kind::Files);
        let all = files.chain(exams.into_iter().map(Kind::Exam));
        Ok(all.map(|kind| CaseInput::new(kind, self.stack)).collect())
    }

    /// Finds the exams that came as DICOM among some paths.
    ///
    /// # Errors
    /// Where there is none, or a path cannot be read.
    pub fn exams_among(&self, paths: &[PathBuf]) -> Result<Vec<ExamCase>, DicomError> {
        exam::find(paths, &self.series, self.phase).map(|(exams, _)| exams)
    }

    /// Finds the cases of NIfTI files, the exams that came as DICOM, and what lies among those and is no image.
    ///
    /// A path without a case of NIfTI files is searched for DICOM.
    ///
    /// # Errors
    /// Where there is neither, or two cases have the same name.
    pub fn find_all(&self) -> Result<(Found, Vec<ExamCase>, Vec<String>), Error> {
        match (self.find(), &self.source) {
            (Err(IoError::NoCase { .. }), Source::Paths(paths)) => self.find_exams_among(paths),
            (found, _) => Ok((found?, Vec::new(), Vec::new())),
        }
    }

    /// Finds cases as [`Self::find_all`] does, at paths of which one at least holds none of NIfTI files.
    fn find_exams_among(
        &self,
        paths: &[PathBuf],
    ) -> Result<(Found, Vec<ExamCase>, Vec<String>), Error> {
        let (mut nifti, mut dicom) = (Vec::new(), Vec::new());
        for path in paths {
            match search_among([path]) {
                Err(error @ IoError::NoCase { .. }) => dicom.push((path.clone(), error)),
                _ => nifti.push(path.clone()),
            }
        }
        let places: Vec<PathBuf> = dicom.iter().map(|(path, _)| path.clone()).collect();
        let found = exam::find(&places, &self.series, self.phase);
        let (exams, no_dicom) = match (found, dicom.into_iter().next()) {
            // Neither the one nor the other: what is told of NIfTI files names more that might be meant.
            (Err(cause), Some((path, error))) if is_no_dicom(&cause, &path) => {
                return Err(error.into());
            }
            (found, _) => found?,
        };
        let found = if nifti.is_empty() {
            Found::default()
        } else {
            let source = Source::Paths(nifti);
            Self {
                source,
                ..self.clone()
            }
            .find()?
        };
        Ok((found, exams, no_dicom))
    }

    /// The paths that were given for folders or cases.
    pub fn paths(&self) -> &[PathBuf] {
        match &self.source {
            Source::Paths(paths) => paths,
            Source::Files(_) | Source::Table(_) => &[],
        }
    }
}

impl From<Source> for Input {
    fn from(source: Source) -> Self {
        Self {
            source,
            phase: Phase::default(),
            stack: None,
            series: SeriesRules::default(),
        }
    }
}

/// Whether nothing speaks for DICOM at a path that could not be read as such.
fn is_no_dicom(cause: &DicomError, path: &Path) -> bool {
    let is_archive = ends_in(path, "zip");
    !path.exists() || matches!(cause, DicomError::NoImage { .. }) && !is_archive
}

impl NamedFiles {
    fn case(&self) -> Result<CaseFiles, IoError> {
        let images = self.images.iter().filter_map(|(_, path)| path.as_deref());
        let files: Vec<&Path> = images.collect();
        let id = self.id.clone().unwrap_or_else(|| name_of_case(&files));
        CaseFiles::named(id, self.images.clone(), self.labels.clone())
    }
}
