//! Which cases a job works on, and how they were found.

use std::path::{Path, PathBuf};

use myops_image::io::{CaseFiles, Found, IoError, name_of_case, read_cases, search_among};
use myops_image::phase::Phase;
use myops_image::sequence::PerSequence;

use super::cases::labelled::tell_passed_over;
use super::note::Note;
use super::progress::Progress;

/// The cases of a job.
#[derive(Debug, Clone)]
pub struct Input {
    /// Where they are.
    pub source: Source,
    /// Which phase is taken where bSSFP is a cine.
    pub phase: Phase,
}

/// Where the cases of a job are.
#[derive(Debug, Clone)]
pub enum Source {
    /// Case folders, folders of cases, or image files.
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

    /// Finds the cases as [`Self::find`] does; tells what was taken by a name of its own, and what was passed over.
    ///
    /// # Errors
    /// As for [`Self::find`].
    pub fn find_and_tell(&self, progress: &dyn Progress) -> Result<Vec<CaseFiles>, IoError> {
        let found = self.find()?;
        tell_passed_over(found.passed_over, progress);
        for (case, labels) in found.without_images {
            progress.message(&Note::LabelsWithoutImages { case, labels });
        }
        let taken = found.cases.iter().filter_map(Note::taken);
        taken.for_each(|note| progress.message(&note));
        Ok(found.cases)
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
        }
    }
}

impl NamedFiles {
    fn case(&self) -> Result<CaseFiles, IoError> {
        let images = self.images.iter().filter_map(|(_, path)| path.as_deref());
        let files: Vec<&Path> = images.collect();
        let id = self.id.clone().unwrap_or_else(|| name_of_case(&files));
        CaseFiles::named(id, self.images.clone(), self.labels.clone())
    }
}
