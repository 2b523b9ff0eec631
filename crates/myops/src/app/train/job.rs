//! The job that trains one network.

use std::path::PathBuf;
use std::time::SystemTime;

use myops_net::engine::Device;
use myops_net::model::Architecture;
use myops_train::TrainSettings;

use super::run_folder::{Resume, RunFolder, TRAINED};
use super::split::{LabelledCases, SplitOptions, deal};
use crate::app::cases::{LabelledCase, labelled};
use crate::app::error::{Error, TrainingError};
use crate::app::files::guard;
use crate::app::note::{Note, TrainingNote};
use crate::app::progress::Progress;
use crate::device::DeviceChoice;

/// Trains one network.
#[derive(Debug, Clone)]
pub struct TrainJob {
    /// The folder of labelled cases, a table of cases (`.csv`) or of data sets (`.toml`).
    pub data: PathBuf,
    /// The folder of the run: checkpoints, log, curves and the trained network.
    pub out: PathBuf,
    /// What is trained, and how; the seed of every random number is among them.
    pub settings: TrainSettings,
    /// Where it is computed.
    pub device: DeviceChoice,
    /// What happens where the folder holds a training already.
    pub resume: Resume,
    /// The fold that is held out and judged by; `None` trains on every case.
    pub fold: Option<usize>,
    /// How the folds are made.
    pub split: SplitOptions,
    /// A built-in model, the folder of a finished training or a file, whose first network gives the first weights; `None`
    /// draws them.
    pub start: Option<String>,
    /// The clock that dates the events for TensorBoard; nothing else depends on it.
    pub clock: fn() -> SystemTime,
}

impl TrainJob {
    /// A job with the settings of the flagship, on the CPU, that trains on every case.
    pub fn new(
        data: impl Into<PathBuf>,
        out: impl Into<PathBuf>,
        clock: fn() -> SystemTime,
    ) -> Self {
        Self {
            data: data.into(),
            out: out.into(),
            settings: TrainSettings::of(Architecture::Nested),
            device: DeviceChoice::default(),
            resume: Resume::default(),
            fold: None,
            split: SplitOptions::default(),
            start: None,
            clock,
        }
    }

    /// Trains to the end; gives the file of the trained network.
    ///
    /// # Errors
    /// Where a setting, a case, the folds, the start or the folder cannot be used, or the loss is no longer a number.
    pub fn run(&self, progress: &dyn Progress) -> Result<PathBuf, Error> {
        let plan = self.settings.plan()?;
        let cases = labelled::find(&self.data, progress)?;
        guard::not_over(&self.out, labelled::files(&cases))?;
        guard::not_over(&self.out, [&self.data])?;
        let held_out = self.held_out(&cases, progress)?;
        let studies = labelled::read_all(&cases, plan.recipe.preprocess.missing, progress)?;
        progress.message(&Note::Training(TrainingNote::Starts {
            architecture: plan.model.architecture.name(),
            cases: studies.len() - held_out.len(),
            phantoms: plan.phantoms,
            held_out: held_out.len(),
        }));
        let device = open(self.device, progress)?;
        let folder = RunFolder::claim(&self.out, self.clock)?;
        if self.resume == Resume::Continue && !folder.holds_training() {
            let note = TrainingNote::NothingToResume(self.out.clone());
            progress.message(&Note::Training(note));
        }
        folder.check(self.resume)?;
        let split = LabelledCases {
            studies: &studies,
            held_out: &held_out,
            fold: self.fold.unwrap_or(0),
        };
        let start = self.start.as_deref();
        folder.train(&plan, &split, &device, start, progress)?;
        Ok(folder.file(TRAINED))
    }

    /// The cases that are not learned from.
    fn held_out(
        &self,
        cases: &[LabelledCase],
        progress: &dyn Progress,
    ) -> Result<Vec<String>, Error> {
        let Some(fold) = self.fold else {
            return Ok(Vec::new());
        };
        let folds = deal(cases, &self.data, &self.split, progress)?;
        let held_out = folds.held_out(fold).ok_or(TrainingError::Fold {
            fold,
            folds: folds.count(),
        })?;
        Ok(held_out.to_vec())
    }
}

/// Opens a device; tells where it is worse than its name promises.
///
/// # Errors
/// Where the machine does not have it.
pub(crate) fn open(device: DeviceChoice, progress: &dyn Progress) -> Result<Device, Error> {
    if let Some(shortcoming) = device.shortcoming() {
        progress.message(&Note::Device(shortcoming));
    }
    Ok(device.open()?)
}
