//! Cross-validation: every case is segmented by a network that never saw it.
//!
//! ```
//! use std::time::SystemTime;
//! use myops::app::{CrossValidateJob, PhantomJob, Silent};
//! use myops::net::model::Architecture;
//! use myops::train::TrainSettings;
//!
//! let place = tempfile::tempdir()?;
//! let (data, out) = (place.path().join("data"), place.path().join("cv"));
//! PhantomJob { cases: 2, ..PhantomJob::new(&data) }.run(&Silent)?;
//!
//! let mut settings = TrainSettings::published(Architecture::Unet);
//! (settings.epochs, settings.model.width, settings.recipe.preprocess.size) = (1, 1, 32);
//! let mut job = CrossValidateJob { settings, ..CrossValidateJob::new(&data, &out, SystemTime::now) };
//! job.split.folds = 2;
//! assert_eq!(job.run(&Silent)?.cases.len(), 2);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use myops_image::io::{read_small, write_labels, write_whole};
use myops_measure::evaluate::Evaluation;
use myops_net::engine::Device;
use myops_net::model::Architecture;
use myops_train::{Folds, TrainPlan, TrainSettings};

use super::cases::label_files::find;
use super::cases::{LabelledCase, LabelledStudy, Role, labelled};
use super::error::{Error, TrainingError};
use super::evaluate::{EvaluateOptions, evaluate, write};
use super::files::{OutputFolder, folder, guard};
use super::model::Model;
use super::progress::{Progress, Silent};
use super::train::open;
use super::train::run_folder::RunFolder;
use super::train::split::{LabelledCases, SplitOptions, deal};
use crate::device::DeviceChoice;
use crate::report::Csv;

/// Trains and judges a network for each fold; resumable, as each training is.
#[derive(Debug, Clone)]
pub struct CrossValidateJob {
    /// The folder of labelled cases, a table of cases (`.csv`) or of data sets (`.toml`).
    pub data: PathBuf,
    /// The folder for the runs of the folds, the predictions and the scores.
    pub out: PathBuf,
    /// What is trained, and how; the seed of every random number is among them.
    pub settings: TrainSettings,
    /// Where it is computed.
    pub device: DeviceChoice,
    /// How the folds are made.
    pub split: SplitOptions,
    /// The folder of a finished cross-validation, whose network of the same fold gives the first weights; `None` draws
    /// them.
    pub start: Option<PathBuf>,
    /// The clock that dates the events for TensorBoard; nothing else depends on it.
    pub clock: fn() -> SystemTime,
}

impl CrossValidateJob {
    /// A job with the settings of the flagship, on the CPU, in five folds.
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
            split: SplitOptions::default(),
            start: None,
            clock,
        }
    }

    /// Trains on all folds but one, segments that one, and so on; then scores all cases.
    ///
    /// # Errors
    /// Where a setting, a case, the folds, the start or the folder cannot be used, or the loss is no longer a number.
    pub fn run(&self, progress: &dyn Progress) -> Result<Evaluation, Error> {
        let plan = self.settings.plan()?;
        let (cases, folds) = self.deal(progress)?;
        let studies = labelled::read_all(&cases, plan.recipe.preprocess.missing, progress)?;
        let device = open(self.device, progress)?;
        let out = OutputFolder::claim(&self.out)?;
        folder::make_inside(&self.out, &self.predictions())?;
        write_folds(&folds, &out.path().join("folds.csv"))?;
        for fold in 0..folds.count() {
            let held_out = folds.held_out(fold).unwrap_or_default();
            self.train(&plan, &studies, (fold, held_out), &device, progress)?;
            // Every time, since what was predicted before may be another network's.
            let held_out = |case: &&LabelledCase| held_out.iter().any(|id| id == case.id());
            self.predict(fold, cases.iter().filter(held_out))?;
        }
        self.evaluate(&cases, progress)
    }

    /// The cross-validation of another seed, in a folder of its own.
    pub fn of_seed(&self, seed: u64) -> Self {
        let mut job = self.clone();
        job.settings.seed = seed;
        job.out = self.out.join(format!("seed{seed}"));
        job
    }

    /// Finds the cases and deals them into folds.
    ///
    /// # Errors
    /// Where there are none, results would be written over them, or the folds cannot be made.
    pub(super) fn deal(
        &self,
        progress: &dyn Progress,
    ) -> Result<(Vec<LabelledCase>, Folds), Error> {
        let cases = labelled::find(&self.data, progress)?;
        guard::not_over(&self.out, labelled::files(&cases))?;
        guard::not_over(&self.out, [&self.data])?;
        let folds = deal(&cases, &self.data, &self.split, progress)?;
        Ok((cases, folds))
    }

    fn predictions(&self) -> PathBuf {
        self.out.join("predictions")
    }

    fn run_of(&self, fold: usize) -> PathBuf {
        self.out.join(format!("fold{fold}"))
    }

    fn train(
        &self,
        plan: &TrainPlan,
        studies: &[LabelledStudy],
        (fold, held_out): (usize, &[String]),
        device: &Device,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        let place = self.run_of(fold);
        guard::stays_inside(&self.out, &place)?;
        let folder = RunFolder::claim(place, self.clock)?;
        let start = self.start.as_ref().map(|run| {
            let run = run.join(format!("fold{fold}"));
            run.to_string_lossy().into_owned()
        });
        let cases = LabelledCases {
            studies,
            held_out,
            fold,
        };
        folder.train(plan, &cases, device, start.as_deref(), progress)
    }

    /// Segments held-out cases as [`super::SegmentJob`] does, from the images as they lie in the files.
    fn predict<'a>(
        &self,
        fold: usize,
        cases: impl Iterator<Item = &'a LabelledCase>,
    ) -> Result<(), Error> {
        let model = Model::open(&self.run_of(fold).to_string_lossy(), self.device)?;
        for case in cases {
            let case = case.files.load()?;
            let labels = model.segment(&case.study)?.labels;
            let id = case.study.id();
            let place = self.predictions().join(id);
            folder::make_inside(&self.out, &place)?;
            let file = place.join(format!("{id}_labels.nii.gz"));
            write_labels(file, &case.study.stored(&labels), &case.placement())?;
        }
        Ok(())
    }

    fn evaluate(
        &self,
        cases: &[LabelledCase],
        progress: &dyn Progress,
    ) -> Result<Evaluation, Error> {
        let predictions = self.predictions();
        // What was passed over there has been told.
        let found = find(&predictions, Role::Prediction, &Silent)?;
        let references: Vec<_> = cases.iter().filter_map(LabelledCase::reference).collect();
        let evaluation = evaluate(&found, &references, EvaluateOptions::default(), progress)?;
        let scores = OutputFolder::claim(self.out.join("evaluation"))?;
        write(&evaluation, [&predictions, &self.data], scores.path())?;
        Ok(evaluation)
    }
}

/// Writes which fold holds each case out; refuses a folder whose cases were dealt otherwise.
fn write_folds(folds: &Folds, file: &Path) -> Result<(), Error> {
    let mut csv = Csv::default();
    csv.row(["case", "fold"]);
    for fold in 0..folds.count() {
        for id in folds.held_out(fold).unwrap_or_default() {
            csv.row([id, &fold.to_string()]);
        }
    }
    let text = csv.into_text();
    if file.exists() && read_small(file)? != text.as_bytes() {
        return Err(TrainingError::OtherFolds(file.into()).into());
    }
    Ok(write_whole(file, |w| w.write_all(text.as_bytes()))?)
}
