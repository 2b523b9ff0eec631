//! Labelled cases of a folder, of a table of cases, or of several data sets.

use std::collections::BTreeMap;
use std::path::Path;

use myops_image::io::{CaseFiles, Found, check_id, ends_in, read_cases, search};
use myops_image::label::Label;
use myops_image::preprocess::Missing;
use myops_image::scheme::LabelScheme;
use myops_image::sequence::Sequence;
use myops_image::study::Study;
use rayon::prelude::*;

use super::error::CasesError;
use super::label_file::LabelFile;
use super::label_files::{self, Role};
use super::passed_over::tell_passed_over;
use super::sets::{self, DataSet};
use crate::app::note::Note;
use crate::app::progress::{Progress, Stage, in_stage};

/// A labelled case that has not been read yet.
#[derive(Debug, Clone)]
pub struct LabelledCase {
    /// Its files, under the name of the case.
    pub files: CaseFiles,
    /// Its name in its data set, without the set's prefix: cases of one name are of one patient.
    pub name: String,
    /// Which of several data sets it is of, from 0.
    pub set: usize,
    /// Which tissues its labels tell apart.
    pub scheme: LabelScheme,
    /// The share of its slices that an epoch sees.
    pub share: f64,
}

/// A labelled case that was read.
#[derive(Debug)]
pub struct LabelledStudy {
    /// Its images and labels.
    pub study: Study,
    /// The share of its slices that an epoch sees.
    pub share: f64,
}

impl LabelledCase {
    /// The case's name.
    pub fn id(&self) -> &str {
        self.files.id()
    }

    /// The file of the labels, as it is scored against.
    pub fn reference(&self) -> Option<LabelFile> {
        let file = LabelFile::at(self.id(), self.files.reference()?);
        Some(file.drawn(self.files.numbers().cloned(), self.scheme))
    }

    fn read(&self, missing: Missing) -> Result<LabelledStudy, CasesError> {
        if missing == Missing::Refuse {
            self.files.require_all()?;
        }
        let study = self.files.load()?.study.with_scheme(self.scheme);
        let undrawn = |label: &&Label| self.scheme.carried(**label) != **label;
        if let Some(label) = study
            .reference()
            .and_then(|labels| labels.data().iter().find(undrawn))
        {
            return Err(CasesError::Drawn {
                case: self.id().into(),
                label: *label,
            });
        }
        Ok(LabelledStudy {
            study,
            share: self.share,
        })
    }
}

/// All cases with images and reference labels that a path leads to, in the order of their names, data set by data set: those
/// under a folder, of a table of cases (`.csv`), or of several data sets (`.toml`). Tells what was passed over.
///
/// # Errors
/// Where there is none, one has no reference labels, labels have no images, or two cases have the same name: the first is
/// named.
pub fn find(path: &Path, progress: &dyn Progress) -> Result<Vec<LabelledCase>, CasesError> {
    let mut cases = Vec::new();
    for (n, set) in sets::read(path)?.iter().enumerate() {
        cases.extend(find_in(set, n, progress)?);
    }
    let mut names = BTreeMap::new();
    for case in &cases {
        if let Some(first) = names.insert(case.id(), case.files.folder()) {
            return Err(CasesError::TwoCases {
                case: case.id().into(),
                first: first.into(),
                second: case.files.folder().into(),
            });
        }
    }
    Ok(cases)
}

/// The cases of the `n`th data set.
fn find_in(
    set: &DataSet,
    n: usize,
    progress: &dyn Progress,
) -> Result<Vec<LabelledCase>, CasesError> {
    let case = |files: CaseFiles| {
        if files.reference().is_none() {
            return Err(CasesError::NoReference {
                folder: files.folder().into(),
                case: files.id().into(),
            });
        }
        let id = format!("{}{}", set.prefix, files.id());
        check_id(&id)?;
        let name = files.id().to_owned();
        let files = match &set.numbers {
            Some(numbers) => files.with_numbers(numbers.clone()),
            None => files,
        };
        Ok(LabelledCase {
            files: files.with_id(id),
            name,
            set: n,
            scheme: set.scheme,
            share: set.share,
        })
    };
    files_of(&set.cases, progress)?
        .into_iter()
        .map(case)
        .collect()
}

/// The reference labels that a path leads to: those of a table of cases or of data sets, or else as
/// [`label_files::find`] finds them.
///
/// # Errors
/// As for [`find`] or [`label_files::find`].
pub fn references(path: &Path, progress: &dyn Progress) -> Result<Vec<LabelFile>, CasesError> {
    if !is_table(path) {
        return label_files::find(path, Role::Reference, progress);
    }
    let cases = find(path, progress)?;
    Ok(cases.iter().filter_map(LabelledCase::reference).collect())
}

/// Whether a path is that of a table of cases or of data sets.
fn is_table(path: &Path) -> bool {
    path.is_file() && (ends_in(path, "csv") || ends_in(path, "toml"))
}

/// The files of the cases of a folder or a table.
fn files_of(path: &Path, progress: &dyn Progress) -> Result<Vec<CaseFiles>, CasesError> {
    if is_table(path) {
        return Ok(read_cases(path)?);
    }
    let Found {
        cases,
        passed_over,
        without_images,
    } = search(path)?;
    tell_passed_over(passed_over, progress);
    match without_images.into_iter().next() {
        Some((case, labels)) => Err(CasesError::LabelsWithoutImages { case, labels }),
        None => Ok(cases),
    }
}

/// Reads labelled cases; tells of missing sequences, where they are allowed, and of reference labels in which nothing is
/// labelled.
///
/// # Errors
/// Where one lacks a sequence that it needs, cannot be read, or has labels that its data set does not draw: the first is
/// named.
pub fn read_all(
    cases: &[LabelledCase],
    missing: Missing,
    progress: &dyn Progress,
) -> Result<Vec<LabelledStudy>, CasesError> {
    let read = |case: &LabelledCase| {
        let read = case.read(missing)?;
        progress.advanced(1, "");
        Ok(read)
    };
    let studies: Vec<LabelledStudy> = in_stage(progress, Stage::Reading, cases.len(), || {
        cases
            .par_iter()
            .map(read)
            .collect::<Result<_, CasesError>>()
    })?;
    tell_missing(&studies, progress);
    let is_empty = |case: &&LabelledStudy| {
        let labels = case.study.reference();
        labels.is_some_and(|labels| labels.labelled_box().is_none())
    };
    let empty: Vec<String> = studies
        .iter()
        .filter(is_empty)
        .map(|case| case.study.id().to_owned())
        .collect();
    if !empty.is_empty() {
        progress.message(&Note::EmptyReferences(empty));
    }
    Ok(studies)
}

/// Tells which sequences are missing, and in how many cases.
fn tell_missing(studies: &[LabelledStudy], progress: &dyn Progress) {
    let mut missing: BTreeMap<Vec<Sequence>, Vec<String>> = BTreeMap::new();
    for LabelledStudy { study, .. } in studies {
        let cases = missing.entry(study.missing()).or_default();
        cases.push(study.id().to_owned());
    }
    missing.remove(&Vec::new());
    for (sequences, cases) in missing {
        progress.message(&Note::LearnsWithout { sequences, cases });
    }
}

/// All files of cases.
pub fn files(cases: &[LabelledCase]) -> impl Iterator<Item = &Path> {
    cases.iter().flat_map(|case| case.files.files())
}
