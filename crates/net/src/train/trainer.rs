//! A training, one epoch at a time.

use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Bytes, Device};
use myops_image::augment::sample_rng;
use myops_image::sequence::Sequence;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::checkpoint::{Checkpoint, EpochRecord, Progress};
use super::data::{Sample, TrainingCase, augmented, batch};
use super::schedule::{Schedule, Verdict};
use super::settings::{SettingsError, TrainSettings};
use super::validate::validate;
use crate::infer::ModelHeader;
use crate::loss::LossValue;
use crate::model::Network;
use crate::weights::{StoreError, Stored, Weights, WeightsError};

/// Adam's epsilon in Keras.
const ADAM_EPSILON: f32 = 1e-7;

/// The cases of a training, apart from each other.
#[derive(Debug, Clone, Default)]
pub struct Split {
    /// Which fold is held out; part of every random draw.
    pub fold: usize,
    /// The cases to learn from.
    pub training: Vec<TrainingCase>,
    /// The cases to judge by; without any, the training loss decides.
    pub validation: Vec<TrainingCase>,
}

/// Where a training is within an epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The epoch, from 0.
    pub epoch: usize,
    /// Batches done in it.
    pub batch: usize,
    /// Batches of an epoch.
    pub batches: usize,
    /// The loss of the last batch.
    pub loss: f64,
}

/// Why a training cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A setting is out of its bounds.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// There is nothing to learn from.
    #[error("no labelled slice to train on")]
    NoSlices,
    /// The loss is no longer a number.
    #[error("the loss became {loss} in epoch {epoch}: lower learning_rate (it was {learning_rate})")]
    Diverged {
        /// The epoch.
        epoch: usize,
        /// The loss.
        loss: f64,
        /// The learning rate.
        learning_rate: f64,
    },
    /// A checkpoint cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A checkpoint's optimiser cannot be read or written.
    #[error("the optimiser's state in the checkpoint cannot be read: {0}")]
    Optimizer(String),
    /// A checkpoint is of another network.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// A checkpoint was made with other settings.
    #[error("the checkpoint was made with other settings: {0}")]
    OtherSettings(String),
}

/// A network in training.
pub struct Trainer {
    settings: TrainSettings,
    split: Split,
    device: Device,
    plain: Device,
    network: Network,
    optimizer: ModuleOptimizer,
    progress: Progress,
}

impl Trainer {
    /// Draws a network and makes ready to train it.
    ///
    /// # Errors
    /// Where a setting is out of its bounds or there is nothing to learn from.
    pub fn new(settings: TrainSettings, split: Split, device: &Device) -> Result<Self, TrainError> {
        settings.check()?;
        if split.training.iter().all(|case| case.slices.is_empty()) {
            return Err(TrainError::NoSlices);
        }
        let plain = device.clone();
        let device = device.clone().autodiff();
        let network = settings.model.init(settings.seed, &device);
        let optimizer = AdamConfig::new().with_epsilon(ADAM_EPSILON).init();
        let schedule = Schedule::new(settings.learning_rate);
        let progress = Progress { next_epoch: 0, schedule, finished: false, history: Vec::new() };
        Ok(Self { settings, split, device, plain, network, optimizer, progress })
    }

    /// Goes on from a checkpoint of the same settings and cases.
    ///
    /// # Errors
    /// As [`Self::new`], and where the checkpoint is broken or of other settings.
    pub fn resume(
        settings: TrainSettings,
        split: Split,
        device: &Device,
        checkpoint: Checkpoint,
    ) -> Result<Self, TrainError> {
        let mut trainer = Self::new(settings, split, device)?;
        let stored = Stored::<ModelHeader>::from_bytes(&checkpoint.model)?;
        trainer.same_settings(&stored.settings)?;
        trainer.network = stored.weights.load_into(trainer.network)?;
        let state = Bytes::from_bytes_vec(checkpoint.optimizer);
        trainer.optimizer = trainer.optimizer.from_bytes(state).map_err(|e| TrainError::Optimizer(format!("{e:?}")))?;
        trainer.progress = checkpoint.progress;
        // More epochs than before continue a finished training.
        trainer.progress.finished &= trainer.progress.next_epoch >= trainer.settings.epochs;
        Ok(trainer)
    }

    /// The settings may differ in the number of epochs alone.
    fn same_settings(&self, header: &ModelHeader) -> Result<(), TrainError> {
        let refused = |why: String| TrainError::OtherSettings(why);
        let trained = header.training.clone().ok_or_else(|| refused("it holds none".into()))?;
        let trained: TrainSettings = serde_json::from_value(trained).map_err(|e| refused(e.to_string()))?;
        if (TrainSettings { epochs: self.settings.epochs, ..trained }) != self.settings {
            return Err(refused(format!("{trained:?}")));
        }
        Ok(())
    }

    /// How it trains.
    pub fn settings(&self) -> &TrainSettings {
        &self.settings
    }

    /// How far it has come.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Whether there is nothing left to do.
    pub fn finished(&self) -> bool {
        self.progress.finished || self.progress.next_epoch >= self.settings.epochs
    }

    /// Trains for one epoch and judges the result.
    ///
    /// # Errors
    /// Where the loss is no longer a number.
    pub fn epoch(&mut self, mut on_step: impl FnMut(Step)) -> Result<(EpochRecord, Verdict), TrainError> {
        let epoch = self.progress.next_epoch;
        let learning_rate = self.progress.schedule.learning_rate;
        let order = self.order(epoch);
        let batches = order.len().div_ceil(self.settings.batch_size);
        let mut sums = EpochSums::default();
        for (n, indices) in order.chunks(self.settings.batch_size).enumerate() {
            let samples = self.draw(epoch, indices);
            let (loss, dice) = self.step(epoch * batches + n, &samples, learning_rate);
            if !loss.is_finite() {
                return Err(TrainError::Diverged { epoch, loss, learning_rate });
            }
            sums.add(loss, &dice, samples.len());
            on_step(Step { epoch, batch: n + 1, batches, loss });
        }
        let validation = (!self.split.validation.is_empty())
            .then(|| validate(&self.network.valid(), &self.split.validation, &self.settings, &self.plain));
        let (loss, soft_dice) = sums.means();
        let record = EpochRecord { epoch, learning_rate, loss, soft_dice, validation };
        let judged = record.validation.as_ref().map_or(record.loss, |v| v.loss);
        let verdict = self.progress.schedule.observe(epoch, judged, &self.settings.plateau, self.settings.stop_after);
        self.progress.next_epoch += 1;
        self.progress.finished = verdict == Verdict::Stop || self.progress.next_epoch >= self.settings.epochs;
        self.progress.history.push(record.clone());
        Ok((record, verdict))
    }

    /// Every training slice once, as (case, slice), in an order of the epoch's own.
    fn order(&self, epoch: usize) -> Vec<(usize, usize)> {
        let cases = self.split.training.iter().enumerate();
        let mut order: Vec<_> = cases.flat_map(|(c, case)| (0..case.slices.len()).map(move |s| (c, s))).collect();
        let key = (self.settings.seed << 32) ^ ((self.split.fold as u64) << 24) ^ epoch as u64;
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(key));
        order
    }

    /// The slices of a batch, each augmented as seed, fold, epoch, case and slice say.
    fn draw(&self, epoch: usize, indices: &[(usize, usize)]) -> Vec<Sample> {
        let drawn: Vec<_> = indices
            .iter()
            .map(|&(c, s)| {
                let case = &self.split.training[c];
                let mut rng = sample_rng(self.settings.seed, self.split.fold, epoch, &case.id, s);
                (&case.slices[s], self.settings.augment.draw(&mut rng, Sequence::ALL.len()))
            })
            .collect();
        augmented(&drawn, self.settings.recipe.preprocess.size)
    }

    /// One step of the optimiser; gives the loss and the soft Dice of each label before it.
    fn step(&mut self, step: usize, samples: &[Sample], learning_rate: f64) -> (f64, Vec<f32>) {
        // Drop-out draws from the device's generator.
        self.device.seed(self.settings.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ step as u64);
        let (x, target) = batch(samples, self.settings.recipe.preprocess.size, &self.device);
        let probabilities = self.network.forward(x).probabilities(self.settings.model.architecture);
        let LossValue { loss, dice } = self.settings.loss.of(probabilities, target);
        let each = dice.into_data().try_into_vec().unwrap_or_default();
        let value = loss.clone().into_scalar::<f32>();
        let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
        // A clone shares its tensors, so this copies nothing.
        self.network = self.optimizer.step(learning_rate, self.network.clone(), gradients);
        (f64::from(value), each)
    }

    /// Whether held-out cases judge this training.
    pub fn validated(&self) -> bool {
        !self.split.validation.is_empty()
    }

    /// The network as it is, for use or for the file of the best.
    pub fn model(&self) -> Stored<ModelHeader> {
        let settings = &self.settings;
        let origin = format!(
            "trained on {} cases, {} held out, {} epochs",
            self.split.training.len(),
            self.split.validation.len(),
            self.progress.next_epoch,
        );
        let training = serde_json::to_value(settings).ok();
        let header = ModelHeader { model: settings.model, recipe: settings.recipe, origin, training };
        Stored { settings: header, weights: Weights::of(&self.network) }
    }

    /// All that is needed to go on.
    ///
    /// # Errors
    /// Where the state cannot be written as bytes.
    pub fn checkpoint(&self) -> Result<Checkpoint, TrainError> {
        let optimizer = self.optimizer.into_bytes().map_err(|e| TrainError::Optimizer(format!("{e:?}")))?;
        let model = self.model().to_bytes()?;
        Ok(Checkpoint { progress: self.progress.clone(), model, optimizer: optimizer.to_vec() })
    }
}

#[derive(Default)]
struct EpochSums {
    loss: f64,
    dice: Vec<f64>,
    slices: usize,
}

impl EpochSums {
    fn add(&mut self, loss: f64, dice: &[f32], slices: usize) {
        let weight = slices as f64;
        self.slices += slices;
        self.loss += loss * weight;
        self.dice.resize(dice.len(), 0.0);
        self.dice.iter_mut().zip(dice).for_each(|(sum, d)| *sum += f64::from(*d) * weight);
    }

    fn means(self) -> (f64, Vec<f64>) {
        let slices = self.slices as f64;
        (self.loss / slices, self.dice.into_iter().map(|d| d / slices).collect())
    }
}
