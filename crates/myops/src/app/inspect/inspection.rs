//! What is found of cases, whatever their images came as.

use myops_image::preprocess::misalignment;
use myops_image::sequence::Sequence;
use myops_image::study::STACKS;
use serde::Serialize;

use super::row::{Role, Row, Stack, ToReference};
use crate::app::input::CaseInput;

/// What an [`InspectJob`](super::InspectJob) found.
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
    /// Why the case cannot be segmented whatever its images hold: two files, or series, for one sequence.
    pub tie: Option<String>,
    /// Why its images cannot be brought together, if they cannot.
    pub apart: Option<String>,
}

/// A file that is passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PassedOverFile {
    /// The file, or the series.
    pub source: String,
    /// Why, if its format does not say so.
    pub reason: Option<String>,
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
            .or_else(|| self.apart.clone())
    }

    /// Compares each image with the slices that are labelled, and measures how far the sequences lie from one another where
    /// the case can be segmented.
    pub(super) fn compare(&mut self, input: &CaseInput) {
        self.relate(input.stack());
        if self.problem().is_some() {
            return;
        }
        match input.load() {
            Err(error) => self.apart = Some(error.to_string()),
            Ok(loaded) => {
                let study = &loaded.case.study;
                let found = misalignment(study.images(), study.stack(), None, None);
                for row in &mut self.images {
                    if let Role::Sequence(sequence) = row.role {
                        let mm = found[sequence].map(|found| found.distance_mm());
                        row.shift_mm = mm.map(|mm| (mm * 10.0).round() / 10.0);
                    }
                }
            }
        }
    }

    /// A case of images that are not compared yet.
    pub(super) fn new(id: &str, images: Vec<Row>, tie: Option<String>) -> Self {
        Self {
            case: id.into(),
            reference: None,
            images,
            tie,
            apart: None,
        }
    }

    /// Compares each image with the slices of a sequence, or of the first of the usual ones that is there.
    fn relate(&mut self, choice: Option<Sequence>) {
        let stack = |sequence: Sequence| {
            let mut rows = self.images.iter();
            let row = rows.find(|row| row.role == Role::Sequence(sequence))?;
            Some((sequence, row.stack.clone()?))
        };
        let reference = match choice {
            Some(sequence) => stack(sequence),
            None => STACKS.into_iter().find_map(stack),
        };
        if let Some((sequence, stack)) = &reference {
            let rows = self.images.iter_mut();
            rows.for_each(|row| row.relate(*sequence, stack));
        }
        self.reference = reference.map(|(sequence, _)| sequence);
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
