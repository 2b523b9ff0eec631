//! The job that tells what would be taken for what.

use std::path::{Path, PathBuf};

use myops_image::geometry::Grid;
use myops_image::io::{
    CaseFiles, Flaw, IoError, Surveyed, choose_phase, read_image, read_label_map, survey,
};
use myops_image::phase::Like;
use myops_image::sequence::Sequence;
use rayon::prelude::*;

use super::exam;
use super::inspection::{InspectedCase, Inspection, PassedOverFile};
use super::row::{Role, Row, Stack};
use crate::app::error::Error;
use crate::app::input::{CaseInput, Input, Kind};

/// Tells which files of which cases would be taken for what.
#[derive(Debug, Clone)]
pub struct InspectJob {
    /// The cases.
    pub input: Input,
}

impl InspectJob {
    /// A job on the cases that paths lead to.
    pub fn new<P: Into<PathBuf>>(paths: impl IntoIterator<Item = P>) -> Self {
        let input = Input::of_paths(paths);
        Self { input }
    }

    /// Reads all images, and measures how far the edges of the sequences of each case lie from one another.
    ///
    /// # Errors
    /// Where no case is found, or two have the same name. What is wrong with a case is told with it.
    pub fn run(&self) -> Result<Inspection, Error> {
        let (found, exams, no_dicom) = self.input.find_all()?;
        let (mut inspected_exams, series): (Vec<_>, Vec<_>) =
            exams.iter().map(exam::inspected).unzip();
        let files = found.cases.into_par_iter().map(|case| {
            let mut inspected = inspected(&case);
            inspected.compare(&CaseInput::new(Kind::Files(case), self.input.stack));
            inspected
        });
        let mut cases: Vec<InspectedCase> = files.collect();
        for (inspected, exam) in inspected_exams.iter_mut().zip(exams) {
            inspected.compare(&CaseInput::new(Kind::Exam(exam), self.input.stack));
        }
        cases.append(&mut inspected_exams);
        let no_dicom = no_dicom.into_iter().map(|source| PassedOverFile {
            source,
            reason: None,
        });
        let (passed_over, without_images) = (found.passed_over, found.without_images);
        let passed_over = passed_over.into_iter().map(|file| PassedOverFile {
            source: file.path.display().to_string(),
            reason: file.reason,
        });
        let without_images = without_images
            .into_iter()
            .map(|(case, file)| PassedOverFile {
                source: file.display().to_string(),
                reason: Some(format!("labels of case {case}, which has no image")),
            });
        Ok(Inspection {
            cases,
            passed_over: passed_over
                .chain(without_images)
                .chain(series.into_iter().flatten())
                .chain(no_dicom)
                .collect(),
        })
    }
}

/// The rows of a case of NIfTI files.
fn inspected(case: &CaseFiles) -> InspectedCase {
    let mut images: Vec<Row> = Sequence::ALL
        .into_iter()
        .filter_map(|sequence| Some(image(case, sequence, case.image(sequence)?)))
        .collect();
    images.extend(case.reference().map(labels));
    let tie = case.check_images().err().map(|error| error.to_string());
    InspectedCase::new(case.id(), images, tie)
}

/// The row of a sequence.
fn image(case: &CaseFiles, sequence: Sequence, path: &Path) -> Row {
    let mut row = Row {
        role: Role::Sequence(sequence),
        source: path.display().to_string(),
        stack: None,
        to_reference: None,
        shift_mm: None,
        reason: case.reason(sequence).unwrap_or_default().into(),
        problem: None,
    };
    match survey(path).and_then(|image| checked(path, image)) {
        Err(error) => row.problem = Some(flaw(&error, path)),
        Ok(Surveyed { grid, volumes }) => {
            let mut stack = Stack::of(grid, volumes);
            if volumes > 1 {
                match phase(case, sequence, path) {
                    Ok(phase) => stack.phase = phase,
                    Err(error) => row.problem = Some(flaw(&error, path)),
                }
            }
            row.stack = Some(stack);
        }
    }
    row
}

/// The row of reference labels.
fn labels(path: &Path) -> Row {
    let read = read_label_map(path).map(|(labels, _)| *labels.volume.grid());
    let (grid, problem): (Option<Grid>, _) = match read {
        Ok(grid) => (Some(grid), None),
        Err(error) => (None, Some(flaw(&error, path))),
    };
    Row {
        role: Role::Labels,
        source: path.display().to_string(),
        stack: grid.map(|grid| Stack::of(grid, 1)),
        to_reference: None,
        shift_mm: None,
        reason: String::new(),
        problem,
    }
}

/// An image whose voxels are those of a scanner.
fn checked(path: &Path, image: Surveyed) -> Result<Surveyed, IoError> {
    let plausible = image.grid.world_from_voxel().check_scanner();
    plausible.map_err(|problem| IoError::File {
        path: path.into(),
        flaw: Box::new(Flaw::Geometry(problem)),
    })?;
    Ok(image)
}

/// The phase that would be taken of a cine; only bSSFP may be one.
fn phase(
    case: &CaseFiles,
    sequence: Sequence,
    path: &Path,
) -> Result<Option<myops_image::phase::TakenPhase>, IoError> {
    if sequence != Sequence::Bssfp {
        return read_image(path).map(|_| None);
    }
    // What is wrong with the others is told in their rows.
    let other = |sequence| read_image(case.image(sequence)?).ok();
    let (lge, t2) = (other(Sequence::Lge), other(Sequence::T2));
    let like = Like {
        lge: lge.as_ref().map(|image| &image.volume),
        t2: t2.as_ref().map(|image| &image.volume),
    };
    choose_phase(path, case.phase(), like)
}

/// What is wrong with a file, without its path.
fn flaw(error: &IoError, path: &Path) -> String {
    let text = error.to_string();
    let prefix = format!("{}: ", path.display());
    text.strip_prefix(&prefix).unwrap_or(&text).to_owned()
}
