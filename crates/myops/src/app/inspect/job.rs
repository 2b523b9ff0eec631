//! The job that tells what would be taken for what.

use std::path::{Path, PathBuf};

use myops_image::geometry::Grid;
use myops_image::io::{
    CaseFiles, Flaw, Found, IoError, Surveyed, choose_phase, read_image, read_label_map, survey,
};
use myops_image::phase::Like;
use myops_image::sequence::Sequence;
use rayon::prelude::*;
use serde::Serialize;

use super::exam;
use super::row::{Role, Row, Stack, ToReference};
use crate::app::error::Error;
use crate::app::input::Input;

/// The sequences whose slices the others are compared with, in the order of preference.
const REFERENCES: [Sequence; 3] = [Sequence::Lge, Sequence::T2, Sequence::Bssfp];

/// Tells which files of which cases would be taken for what.
#[derive(Debug, Clone)]
pub struct InspectJob {
    /// The cases.
    pub input: Input,
}

/// What an [`InspectJob`] found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// The cases, in natural order of their names.
    pub cases: Vec<InspectedCase>,
    /// What is passed over.
    pub passed_over: Vec<PassedOverFile>,
}

/// What would be taken for what in one case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InspectedCase {
    /// Its name.
    pub case: String,
    /// The sequence whose slices the others are compared with.
    pub reference: Option<Sequence>,
    /// Its images and labels.
    pub images: Vec<Row>,
    /// Why the case cannot be segmented whatever its images hold: two files for one sequence.
    pub tie: Option<String>,
}

/// A file that is passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PassedOverFile {
    /// The file, or the series.
    pub source: String,
    /// Why, if its format does not say so.
    pub reason: Option<String>,
}

impl InspectJob {
    /// A job on the cases that paths lead to.
    pub fn new<P: Into<PathBuf>>(paths: impl IntoIterator<Item = P>) -> Self {
        let input = Input::of_paths(paths);
        Self { input }
    }

    /// Reads the headers of all images, and the voxels of cines and of what chooses their phase.
    ///
    /// # Errors
    /// Where no case is found, or two have the same name. What is wrong with a case is told with it.
    pub fn run(&self) -> Result<Inspection, Error> {
        let (found, exams, no_dicom) = self.input.find_all()?;
        let (exams, series): (Vec<_>, Vec<_>) = exams.iter().map(exam::inspected).unzip();
        let no_dicom = no_dicom.into_iter().map(|source| PassedOverFile {
            source,
            reason: None,
        });
        let Found {
            cases,
            passed_over,
            without_images,
        } = found;
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
            cases: cases
                .par_iter()
                .map(InspectedCase::of)
                .chain(exams)
                .collect(),
            passed_over: passed_over
                .chain(without_images)
                .chain(series.into_iter().flatten())
                .chain(no_dicom)
                .collect(),
        })
    }
}

impl InspectedCase {
    /// Why the case cannot be segmented, if it cannot.
    pub fn problem(&self) -> Option<String> {
        let of_row = |row: &Row| {
            let problem = row.problem.as_ref()?;
            (row.role != Role::Labels).then(|| format!("{}: {problem}", row.source))
        };
        self.tie
            .clone()
            .or_else(|| self.images.iter().find_map(of_row))
    }

    fn of(case: &CaseFiles) -> Self {
        let mut images: Vec<Row> = Sequence::ALL
            .into_iter()
            .filter_map(|sequence| Some(image(case, sequence, case.image(sequence)?)))
            .collect();
        images.extend(case.reference().map(labels));
        let tie = case.check_images().err().map(|error| error.to_string());
        Self::related(case.id(), images, tie)
    }

    /// A case of images, each compared with the reference.
    pub(super) fn related(id: &str, mut images: Vec<Row>, tie: Option<String>) -> Self {
        let stack_of = |sequence: Sequence, images: &[Row]| {
            let row = images
                .iter()
                .find(|row| row.role == Role::Sequence(sequence))?;
            row.stack.clone()
        };
        let reference = REFERENCES
            .into_iter()
            .find_map(|sequence| Some((sequence, stack_of(sequence, &images)?)));
        if let Some((sequence, stack)) = &reference {
            images
                .iter_mut()
                .for_each(|row| row.relate(*sequence, stack));
        }
        Self {
            case: id.into(),
            reference: reference.map(|(sequence, _)| sequence),
            images,
            tie,
        }
    }
}

impl Row {
    /// Adds how the slices lie to those of the reference.
    fn relate(&mut self, sequence: Sequence, reference: &Stack) {
        if self.role == Role::Sequence(sequence) {
            return;
        }
        let to_reference = self
            .stack
            .as_ref()
            .map(|stack| ToReference::of(stack, reference));
        let problem = to_reference.as_ref().and_then(|to| to.problem(sequence));
        self.problem = self.problem.take().or(problem);
        self.to_reference = to_reference;
    }
}

/// The row of a sequence.
fn image(case: &CaseFiles, sequence: Sequence, path: &Path) -> Row {
    let mut row = Row {
        role: Role::Sequence(sequence),
        source: path.display().to_string(),
        stack: None,
        to_reference: None,
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
