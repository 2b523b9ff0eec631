//! A training that starts from a checkpoint, or from the weights of another network.

use myops_net::engine::Device;
use myops_net::weights::Stored;
use myops_segment::{ModelFile, ModelHeader};

use super::checkpoint::Checkpoint;
use super::continued::continued;
use super::error::TrainError;
use super::plan::TrainPlan;
use super::split::Split;
use super::trainer::Trainer;

impl Trainer {
    /// Resumes from a checkpoint of the same settings and cases.
    ///
    /// # Errors
    /// As [`Self::new`], and where the checkpoint is broken or of other settings.
    pub fn resume(
        plan: TrainPlan,
        split: Split,
        device: &Device,
        checkpoint: Checkpoint,
    ) -> Result<Self, TrainError> {
        let mut trainer = Self::new(plan, split, device)?;
        let stored = Stored::<ModelHeader>::from_bytes(&checkpoint.model)?;
        let trained =
            continued(&stored.settings, &trainer.plan).map_err(TrainError::OtherSettings)?;
        let now = trainer.cases();
        if let Some(before) = stored.settings.cases.filter(|before| *before != now) {
            return Err(TrainError::OtherCases { before, now });
        }
        let optimizer = trainer
            .optimizer
            .resume(&checkpoint.optimizer, &stored.weights);
        trainer.optimizer = optimizer.map_err(TrainError::Optimizer)?;
        stored.weights.check(&trainer.graph)?;
        trainer.network = stored.weights;
        if let (Some(average), Some(bytes)) = (&mut trainer.average, &checkpoint.average) {
            let stored = Stored::<ModelHeader>::from_bytes(bytes)?;
            stored.weights.check(&trainer.graph)?;
            average.weights = stored.weights;
        }
        trainer.progress = checkpoint.progress;
        // More epochs than before continue a finished training.
        trainer.progress.finished &= trainer.plan.epochs <= trained.epochs;
        Ok(trainer)
    }

    /// Replaces the random weights by those of a trained network, of several the first; weights of new input channels start
    /// at zero.
    ///
    /// # Errors
    /// Where it is of another kind or saw images along other axes, or a case that is held out may be among those it learned from.
    pub fn begin_with(mut self, file: ModelFile) -> Result<Self, TrainError> {
        let ModelFile {
            header, members, ..
        } = file;
        let [before, now] = [header.recipe, self.plan.recipe].map(|recipe| recipe.preprocess.axes);
        if before != now {
            return Err(TrainError::Axes(before, now));
        }
        let weights = members.into_iter().next().unwrap_or_default();
        let learned = header.cases.map(|cases| cases.training);
        let seen = |id: &str| {
            learned
                .as_ref()
                .is_none_or(|ids| ids.iter().any(|seen| seen == id))
        };
        if let Some(case) = self.split.validation.iter().find(|case| seen(&case.id)) {
            return Err(TrainError::Seen(case.id.clone()));
        }
        self.network = weights.widened(&self.graph)?;
        if let Some(average) = &mut self.average {
            average.weights = self.network.clone();
        }
        Ok(self)
    }
}
