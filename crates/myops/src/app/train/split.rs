//! Which labelled cases a network learns from and which are held out.

use std::path::{Path, PathBuf};

use myops_image::study::Study;
use myops_train::{Folds, Split, TrainPlan, TrainingCase};

use crate::app::cases::{LabelledCase, LabelledStudy, Patients};
use crate::app::error::{Error, PatientSource, TrainingError};
use crate::app::phantom::patients;
use crate::app::progress::Progress;

/// How cases are dealt into folds: by patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitOptions {
    /// The number of folds.
    pub folds: usize,
    /// The table of each case's patient; `None` takes `patients.csv` beside the cases, else the names of the cases.
    pub patients: Option<PathBuf>,
    /// The seed of the folds. It is apart from the seed of the training, so that all trainings of the same cases can be
    /// compared.
    pub seed: u64,
}

impl Default for SplitOptions {
    fn default() -> Self {
        Self {
            folds: 5,
            patients: None,
            seed: 2020,
        }
    }
}

/// Deals cases into folds, by patient and data set by data set; tells which cases count as one patient because of their names.
///
/// # Errors
/// Where a table of patients cannot be used, or the patients do not allow that many folds.
pub fn deal(
    cases: &[LabelledCase],
    data: &Path,
    split: &SplitOptions,
    progress: &dyn Progress,
) -> Result<Folds, Error> {
    let patients = Patients::open(split.patients.as_deref(), data)?;
    let members = patients.of(cases)?;
    patients.tell(&members, progress);
    let first = cases.partition_point(|case| case.set == 0);
    let folds = Folds::deal(&members[..first], split.folds, split.seed).map_err(|cause| {
        let patients = if members.iter().any(|m| m.id != m.patient) {
            PatientSource::Grouped
        } else {
            PatientSource::EachCase
        };
        TrainingError::Folds { cause, patients }
    })?;
    let others = cases[first..].chunk_by(|a, b| a.set == b.set);
    let (folds, _) = others.fold((folds, first), |(folds, from), set| {
        let to = from + set.len();
        (folds.with(&members[from..to], split.seed), to)
    });
    Ok(folds)
}

/// Labelled cases, some of them held out.
#[derive(Debug, Clone, Copy)]
pub struct LabelledCases<'a> {
    /// All of them.
    pub studies: &'a [LabelledStudy],
    /// The ids of those that are not learned from.
    pub held_out: &'a [String],
    /// Which fold these are.
    pub fold: usize,
}

impl LabelledCases<'_> {
    /// Prepares the cases: those held out for validation, the others and the phantoms to learn from.
    ///
    /// # Errors
    /// Where a case lacks a sequence that it needs.
    pub fn split(&self, plan: &TrainPlan) -> Result<Split, TrainingError> {
        let prepared =
            |study: &Study, margin: usize| TrainingCase::prepare(study, &plan.recipe, margin);
        let mut split = Split {
            fold: self.fold,
            ..Split::default()
        };
        for LabelledStudy { study, share } in self.studies {
            if self.held_out.iter().any(|id| id == study.id()) {
                split.validation.push(prepared(study, 0)?);
            } else {
                let case = prepared(study, plan.margin_pixels)?;
                split.training.push(TrainingCase {
                    share: *share,
                    ..case
                });
            }
        }
        for phantom in patients(plan.phantoms, plan.seed) {
            split.training.push(prepared(&phantom, plan.margin_pixels)?);
        }
        Ok(split)
    }
}
