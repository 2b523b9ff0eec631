//! The job that segments cases into a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::pipeline;
use crate::app::cohort::Cohort;
use crate::app::error::{Error, FailedCase};
use crate::app::files::{FolderError, OutputFolder, guard};
use crate::app::input::{CaseInput, Input, Kind};
use crate::app::model::Model;
use crate::app::note::Note;
use crate::app::progress::Progress;
use crate::app::record::{ResultOptions, Setup, State};
use crate::app::stored::Results;

/// Segments cases into a folder of results.
#[derive(Debug, Clone)]
pub struct SegmentJob {
    /// The cases.
    pub input: Input,
    /// The folder for the results.
    pub out: PathBuf,
    /// What happens to cases that have current results.
    pub finished: Finished,
    /// What is written of a case.
    pub options: ResultOptions,
}

/// What happens to cases that have current results: those that a run would give again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Finished {
    /// They are skipped.
    #[default]
    Skip,
    /// They are segmented again.
    Overwrite,
}

/// What a [`SegmentJob`] did.
#[derive(Debug)]
pub struct SegmentedCases {
    /// The number of cases segmented now.
    pub segmented: usize,
    /// Cases that failed; the others are done.
    pub failed: Vec<FailedCase>,
}

impl SegmentJob {
    /// A job on the cases that paths lead to, which skips finished cases, writes each with pictures and without probabilities into a folder
    /// of its own, and does not tell who was examined.
    pub fn new<P: Into<PathBuf>>(
        paths: impl IntoIterator<Item = P>,
        out: impl Into<PathBuf>,
    ) -> Self {
        Self {
            input: Input::of_paths(paths),
            out: out.into(),
            finished: Finished::default(),
            options: ResultOptions::default(),
        }
    }

    /// Segments every case of the input, but those that are finished. A case that fails is reported with the
    /// result and leaves the others alone.
    ///
    /// # Errors
    /// Where there is no case, the results would be written among the input, or another program writes there.
    pub fn run(&self, model: &Model, progress: &dyn Progress) -> Result<SegmentedCases, Error> {
        self.segment(self.find(progress)?, model, progress)
    }

    /// The cases of the input: the first half of [`Self::run`], for which no model has to be open.
    ///
    /// # Errors
    /// Where there is none, or the results would be written among the input.
    pub fn find(&self, progress: &dyn Progress) -> Result<Vec<CaseInput>, Error> {
        let cases = self.input.find_and_tell(progress)?;
        let from_files = |case: &&CaseInput| matches!(case.kind(), Kind::Files(_));
        if let Some(case) = cases.iter().find(from_files).filter(|_| self.options.dicom) {
            return Err(Error::NoSeries(case.id().into()));
        }
        guard::not_over(&self.out, cases.iter().flat_map(CaseInput::files))?;
        guard::not_over(&self.out, self.input.paths())?;
        Ok(cases)
    }

    /// Segments the cases that [`Self::find`] gave: the second half of [`Self::run`].
    ///
    /// # Errors
    /// Where the folder for the results cannot be used.
    pub fn segment(
        &self,
        cases: Vec<CaseInput>,
        model: &Model,
        progress: &dyn Progress,
    ) -> Result<SegmentedCases, Error> {
        let folder = OutputFolder::claim(&self.out)?;
        let setup = self.setup(model, folder.path());
        let todo = match self.finished {
            Finished::Overwrite => cases,
            Finished::Skip => unfinished(cases, &setup, progress)?,
        };
        let failed = pipeline::segment_all(&todo, &setup, progress, &pipeline::Alone)?;
        let cohort = Cohort {
            failed: failed.iter().map(|f| f.case.clone()).collect(),
            patient_data: self.options.patient_data,
            ..Cohort::of([folder.path()])
        };
        cohort.write(folder.path(), progress)?;
        Ok(SegmentedCases {
            segmented: todo.len() - failed.len(),
            failed,
        })
    }

    /// How the cases are segmented with a model into a folder.
    pub(crate) fn setup<'a>(&self, model: &'a Model, out: &'a Path) -> Setup<'a> {
        Setup {
            model,
            device: model.device,
            options: self.options,
            out,
        }
    }
}

/// The cases without current results; tells why those that have others are segmented again.
pub(crate) fn unfinished(
    cases: Vec<CaseInput>,
    setup: &Setup,
    progress: &dyn Progress,
) -> Result<Vec<CaseInput>, FolderError> {
    let results = Results::of(setup.out)?;
    let states = cases.par_iter().map(|case| results.state(case, setup));
    let states: Vec<State> = states.collect();
    let mut outdated: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (case, state) in cases.iter().zip(&states) {
        if let State::Outdated(reason) = state {
            outdated.entry(reason).or_default().push(case.id().into());
        }
    }
    let is_current = |state: &State| *state == State::Current;
    let finished = states.iter().filter(|state| is_current(state)).count();
    if finished > 0 {
        progress.message(&Note::FinishedBefore(finished));
    }
    for (reason, cases) in outdated {
        let reason = reason.to_owned();
        progress.message(&Note::SegmentedAgain { reason, cases });
    }
    let todo = cases.into_iter().zip(states);
    let todo = todo.filter(|(_, state)| !is_current(state));
    Ok(todo.map(|(case, _)| case).collect())
}
