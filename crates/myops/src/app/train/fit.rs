//! The loops over epochs, and what is written after each.

use std::time::UNIX_EPOCH;

use myops_image::io::write_whole;
use myops_net::weights::{Precision, Stored};
use myops_segment::{ModelFile, ModelHeader};
use myops_train::{Trainer, Verdict};

use super::run_folder::{BEST, CHECKPOINT, LOCATOR, RunFolder, TRAINED};
use super::{curves, tensorboard};
use crate::app::error::{Error, TrainingError};
use crate::app::model::{ModelError, trained::read_file};
use crate::app::note::{Note, Rank, TrainingNote};
use crate::app::progress::{Progress, Stage, in_stage};

impl RunFolder {
    /// Trains the network that finds the heart, which takes too little time to be resumed.
    ///
    /// # Errors
    /// Where the file cannot be written, or the loss is no longer a number.
    pub(super) fn fit_locator(
        &self,
        mut trainer: Trainer,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        let epochs = trainer.plan().epochs;
        in_stage(progress, Stage::TrainingLocator, epochs, || {
            while !trainer.finished() {
                trainer.epoch(|_| {})?;
                progress.advanced(1, "");
            }
            Ok::<_, TrainingError>(())
        })?;
        let bytes = trainer.model().to_bytes().map_err(ModelError::Encode)?;
        write_whole(self.file(LOCATOR), |w| w.write_all(&bytes))?;
        let note = TrainingNote::LocatorTrained { epochs };
        progress.message(&Note::Training(note));
        Ok(())
    }

    /// Trains to the end, so many batches an epoch; after every epoch, all that is needed to resume is on the disk.
    ///
    /// # Errors
    /// Where a file cannot be written, or the loss is no longer a number.
    pub(super) fn fit(
        &self,
        trainer: &mut Trainer,
        batches: usize,
        fold: Option<usize>,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        let done = trainer.progress().next_epoch;
        let left = trainer.plan().epochs.saturating_sub(done);
        in_stage(progress, Stage::Training, left * batches, || {
            while !trainer.finished() {
                self.epoch(trainer, fold, progress)?;
            }
            Ok::<_, Error>(())
        })?;
        if trainer.progress().history.is_empty() {
            return Err(TrainingError::NoEpoch(self.path().into()).into());
        }
        if !trainer.keeps_best() {
            return self.write_model(TRAINED, &trainer.model());
        }
        let mut model = read_file(&self.file(BEST))?;
        // What comes after the network, and the number of epochs, may have been changed since.
        model.header.recipe = trainer.plan().recipe;
        let settings = serde_json::to_value(trainer.plan().settings());
        model.header.training = Some(settings.map_err(Error::encode("the settings"))?);
        self.write_file(TRAINED, &model)
    }

    /// Trains one epoch and writes what it gave.
    fn epoch(
        &self,
        trainer: &mut Trainer,
        fold: Option<usize>,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        let epochs = trainer.plan().epochs;
        let trained = trainer.epoch(|step| {
            let epoch = step.epoch + 1;
            let note = format!("epoch {epoch} of {epochs}, loss {:.4}", step.loss);
            progress.advanced(1, &note);
        });
        let (record, verdict) = trained.map_err(TrainingError::from)?;
        // The best goes first: killed between the two, the epoch is done again and gives the same best.
        let rank = if verdict == Verdict::Best {
            self.write_model(BEST, &trainer.model())?;
            Rank::Best
        } else {
            Rank::Other
        };
        self.write_progress(trainer)?;
        let note = TrainingNote::Epoch { fold, record, rank };
        progress.message(&Note::Training(note));
        Ok(())
    }

    fn write_model(&self, name: &str, model: &Stored<ModelHeader>) -> Result<(), Error> {
        let mut model = ModelFile::from(model.clone());
        if let Some(locator) = self.locator()? {
            model = model.with_locator(locator);
        }
        self.write_file(name, &model)
    }

    fn write_file(&self, name: &str, model: &ModelFile) -> Result<(), Error> {
        let bytes = model
            .to_bytes(Precision::Full)
            .map_err(ModelError::Encode)?;
        Ok(write_whole(self.file(name), |w| w.write_all(&bytes))?)
    }

    fn write_progress(&self, trainer: &Trainer) -> Result<(), Error> {
        let history = &trainer.progress().history;
        let line = |record| Ok::<_, serde_json::Error>(serde_json::to_string(record)? + "\n");
        let log: Result<String, _> = history.iter().map(line).collect();
        let log = log.map_err(Error::encode("the log"))?;
        write_whole(self.file("log.jsonl"), |w| w.write_all(log.as_bytes()))?;
        let picture = curves::picture(history);
        write_whole(self.file("curves.png"), |w| w.write_all(&picture))?;
        let now = (self.clock)()
            .duration_since(UNIX_EPOCH)
            .map_or(0.0, |d| d.as_secs_f64());
        write_whole(self.file("events.out.tfevents.myops"), |w| {
            tensorboard::write(history, now, w)
        })?;
        let checkpoint = trainer.checkpoint().map_err(TrainingError::from)?;
        let bytes = checkpoint.to_bytes().map_err(ModelError::Encode)?;
        Ok(write_whole(self.file(CHECKPOINT), |w| w.write_all(&bytes))?)
    }
}
