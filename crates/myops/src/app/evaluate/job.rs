//! The job that scores predictions.

use std::path::PathBuf;

use myops_measure::evaluate::{Comparison, Evaluation};

use crate::app::cases::label_files::find;
use crate::app::cases::labelled::references;
use crate::app::cases::{LabelFile, Role};
use crate::app::error::{Error, EvaluateError};
use crate::app::files::{OutputFolder, guard};
use crate::app::progress::Progress;

use super::files::{write, write_comparison};
use super::score::{EvaluateOptions, evaluate};

/// Scores predictions against references and writes tables and pictures.
#[derive(Debug, Clone)]
pub struct EvaluateJob {
    /// The folder of the label maps to be judged.
    pub prediction: PathBuf,
    /// The folder of the reference labels, or a table of cases (`.csv`) or of data sets (`.toml`).
    pub reference: PathBuf,
    /// Label maps of another model on the same cases, compared case by case.
    pub compare: Option<PathBuf>,
    /// The folder for tables and pictures.
    pub out: PathBuf,
    /// How cases are matched and scored.
    pub options: EvaluateOptions,
}

/// What an [`EvaluateJob`] found.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    /// The scores of the predictions.
    pub evaluation: Evaluation,
    /// How they compare with those of the other model, where there is one.
    pub comparison: Option<Comparison>,
}

impl EvaluateJob {
    /// A job without another model to compare with.
    pub fn new(
        prediction: impl Into<PathBuf>,
        reference: impl Into<PathBuf>,
        out: impl Into<PathBuf>,
    ) -> Self {
        Self {
            prediction: prediction.into(),
            reference: reference.into(),
            compare: None,
            out: out.into(),
            options: EvaluateOptions::default(),
        }
    }

    /// Scores every case and writes scores and summary as CSV, everything as JSON, and the pictures.
    ///
    /// # Errors
    /// Where a case has no prediction or no reference (unless that is allowed), a file cannot be read, a prediction lies
    /// on another grid than its reference, or the folder for the results cannot be used.
    pub fn run(&self, progress: &dyn Progress) -> Result<Evaluated, Error> {
        let inputs = [&self.prediction, &self.reference];
        guard::not_inside(&self.out, inputs.into_iter().chain(&self.compare))?;
        let predictions = find(&self.prediction, Role::Prediction, progress)?;
        let references = references(&self.reference, progress)?;
        let scored = |predictions: Vec<LabelFile>| {
            evaluate(&predictions, &references, self.options, progress)
        };
        let first = scored(predictions)?;
        let second = match &self.compare {
            None => None,
            Some(other) => {
                let second = scored(find(other, Role::Prediction, progress)?)?;
                let comparison =
                    Comparison::between(&first, &second).map_err(EvaluateError::from)?;
                Some((second, comparison))
            }
        };
        let out = OutputFolder::claim(&self.out)?;
        write(&first, [&self.prediction, &self.reference], out.path())?;
        if let Some((second, comparison)) = &second {
            write_comparison(&first, second, comparison, out.path())?;
        }
        Ok(Evaluated {
            evaluation: first,
            comparison: second.map(|(_, comparison)| comparison),
        })
    }
}
