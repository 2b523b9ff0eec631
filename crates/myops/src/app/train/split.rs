//! Which labelled cases a network learns from and which are held out.

use std::path::{Path, PathBuf};

use myops_image::io::CaseFiles;
use myops_image::study::Study;
use myops_train::{Folds, Split, TrainPlan, TrainingCase};

use crate::app::cases::{Patients, ids};
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

/// Deals cases into folds, by patient; tells which cases count as one patient because of their names.
///
/// # Errors
/// Where a table of patients cannot be used, or the patients do not allow that many folds.
pub fn deal(
    files: &[CaseFiles],
    data: &Path,
    split: &SplitOptions,
    progress: &dyn Progress,
) -> Result<Folds, Error> {
    let patients = Patients::open(split.patients.as_deref(), data)?;
    let members = patients.of(&ids(files))?;
    patients.tell(&members, progress);
    let folds = Folds::deal(&members, split.folds, split.seed).map_err(|cause| {
        let patients = if members.iter().any(|m| m.id != m.patient) {
            PatientSource::Grouped
        } else {
            PatientSource::EachCase
        };
        TrainingError::Folds { cause, patients }
    });
    Ok(folds?)
}

/// Labelled cases, some of them held out.
#[derive(Debug, Clone, Copy)]
pub struct LabelledCases<'a> {
    /// All of them.
    pub studies: &'a [Study],
    /// The ids of those that are not learned from.
    pub held_out: &'a [String],
    /// Which fold these are.
    pub fold: usize,
}

impl LabelledCases<'_> {
    /// Prepares the cases: those held out for validation, the others and the phantoms to learn from.
    ///
    /// # Errors
    /// Where a case lacks a sequence.
    pub fn split(&self, plan: &TrainPlan) -> Result<Split, TrainingError> {
        let learned =
            |study: &Study| TrainingCase::prepare(study, &plan.recipe, plan.margin_pixels);
        let mut split = Split {
            fold: self.fold,
            ..Split::default()
        };
        for study in self.studies {
            if self.held_out.iter().any(|id| id == study.id()) {
                let case = TrainingCase::prepare(study, &plan.recipe, 0)?;
                split.validation.push(case);
            } else {
                split.training.push(learned(study)?);
            }
        }
        for phantom in patients(plan.phantoms, plan.seed) {
            split.training.push(learned(&phantom)?);
        }
        Ok(split)
    }
}
