//! Labelled cases of a folder.

use std::path::Path;

use myops_image::io::{CaseFiles, Found, IoError, PassedOver, search};
use myops_image::study::Study;
use rayon::prelude::*;

use super::error::CasesError;
use crate::app::note::Note;
use crate::app::progress::{Progress, Stage, in_stage};

/// All cases with images and reference labels under a path, in the order of their names; tells what was passed over.
///
/// # Errors
/// Where there is none, one has no reference labels, or labels have no images: the first is named.
pub fn find(path: &Path, progress: &dyn Progress) -> Result<Vec<CaseFiles>, CasesError> {
    let Found {
        cases,
        passed_over,
        without_images,
    } = search(path)?;
    tell_passed_over(passed_over, progress);
    if let Some((case, labels)) = without_images.into_iter().next() {
        return Err(CasesError::LabelsWithoutImages { case, labels });
    }
    if let Some(case) = cases.iter().find(|c| c.reference().is_none()) {
        return Err(CasesError::NoReference {
            folder: case.folder().into(),
            case: case.id().into(),
        });
    }
    Ok(cases)
}

/// Tells which files of images and labels a search passed over, where there are any.
pub fn tell_passed_over(files: Vec<PassedOver>, progress: &dyn Progress) {
    if !files.is_empty() {
        progress.message(&Note::PassedOver(files));
    }
}

/// Reads labelled cases; tells of reference labels in which nothing is labelled.
///
/// # Errors
/// Where one lacks a sequence or cannot be read: the first is named.
pub fn read_all(files: &[CaseFiles], progress: &dyn Progress) -> Result<Vec<Study>, CasesError> {
    let read = |case: &CaseFiles| {
        let loaded = case.require_all()?.load()?;
        progress.advanced(1, "");
        Ok(loaded.study)
    };
    let studies: Vec<Study> = in_stage(progress, Stage::Reading, files.len(), || {
        files.par_iter().map(read).collect::<Result<_, IoError>>()
    })?;
    let is_empty = |study: &&Study| {
        study
            .reference()
            .is_some_and(|labels| labels.labelled_box().is_none())
    };
    let empty: Vec<String> = studies
        .iter()
        .filter(is_empty)
        .map(|study| study.id().to_owned())
        .collect();
    if !empty.is_empty() {
        progress.message(&Note::EmptyReferences(empty));
    }
    Ok(studies)
}
