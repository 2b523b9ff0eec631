//! A training, one epoch at a time.

use myops_image::augment::sample_rng;
use myops_image::preprocess::Axes;
use myops_image::sequence::Sequence;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::average::Average;
use super::checkpoint::{Checkpoint, EpochRecord, Progress, Validation};
use super::continued::continued;
use super::data::{Sample, TrainingCase, augmented, batch};
use super::optimizer::Optimizer;
use super::schedule::{Course, Schedule, Verdict};
use super::settings::TrainSettings;
use super::validate::{Overflow, validate};
use myops_net::engine::{Batch, Device, Learn};
use myops_net::graph::Graph;
use myops_net::model::{ModelSettings, SettingsError};
use myops_net::weights::{StoreError, Stored, Weights, WeightsError};
use myops_segment::{ModelFile, ModelHeader, TrainedOn};

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
    #[error(
        "the loss became {loss} in epoch {epoch}: lower learning_rate (it was {learning_rate})"
    )]
    Diverged {
        /// The epoch.
        epoch: usize,
        /// The loss.
        loss: f64,
        /// The learning rate.
        learning_rate: f64,
    },
    /// A weight is no longer a number, though the last loss was.
    #[error(
        "tensor {path} after epoch {epoch}: {flaw}: lower learning_rate (it was {learning_rate})"
    )]
    Overflow {
        /// The epoch, from 0.
        epoch: usize,
        /// The tensor.
        path: String,
        /// How many values, and what is wrong with them.
        flaw: String,
        /// The learning rate.
        learning_rate: f64,
    },
    /// The network's output for a held-out case is not a number.
    #[error(transparent)]
    Validation(#[from] Overflow),
    /// A checkpoint cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A checkpoint's optimiser cannot be read.
    #[error("the optimiser's state in the checkpoint cannot be read: {0}")]
    Optimizer(#[source] StoreError),
    /// A checkpoint is of another network.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// A checkpoint was made with other settings.
    #[error("the checkpoint was made with other settings: {0}")]
    OtherSettings(String),
    /// A network to begin with has learned from a case that is held out, or does not say from which.
    #[error("it may have learned from {0}, which is held out here")]
    Seen(String),
    /// A network to begin with saw images along the first axes, and this training sees them along the second.
    #[error(
        "the network to begin with saw axes {0}, this training has recipe.preprocess.axes = {1}"
    )]
    Axes(Axes, Axes),
    /// A checkpoint was made with other cases.
    #[error("the checkpoint was made with other cases ({before}) than these ({now})")]
    OtherCases {
        /// Those of the checkpoint.
        before: TrainedOn,
        /// Those of this training.
        now: TrainedOn,
    },
}

/// A network in training.
pub struct Trainer {
    settings: TrainSettings,
    split: Split,
    device: Device,
    graph: Graph,
    learner: Box<dyn Learn>,
    network: Weights,
    average: Option<Average>,
    optimizer: Optimizer,
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
        let graph = settings.model.graph();
        let network = drawn(&settings, &graph)?;
        let decay = settings.average_decay;
        let average = (decay > 0.0).then(|| Average::new(network.clone(), decay));
        let optimizer = Optimizer::new(settings.weight_decay, settings.clip_norm);
        let schedule = Schedule::new(settings.learning_rate);
        let progress = Progress {
            next_epoch: 0,
            schedule,
            finished: false,
            history: Vec::new(),
        };
        Ok(Self {
            settings,
            split,
            device: device.clone(),
            learner: device.learner(&graph),
            graph,
            network,
            average,
            optimizer,
            progress,
        })
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
        let trained =
            continued(&stored.settings, &trainer.settings).map_err(TrainError::OtherSettings)?;
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
        trainer.progress.finished &= trainer.settings.epochs <= trained.epochs;
        Ok(trainer)
    }

    /// Takes the weights of a network trained before, of several the first, in the place of those drawn; channels that
    /// it did not have count for nothing at first.
    ///
    /// # Errors
    /// Where it is of another kind or saw images along other axes, or a case that is held out may be among those it learned from.
    pub fn begin_with(mut self, file: ModelFile) -> Result<Self, TrainError> {
        let ModelFile {
            header, members, ..
        } = file;
        let [before, now] =
            [header.recipe, self.settings.recipe].map(|recipe| recipe.preprocess.axes);
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

    /// How it trains.
    pub fn settings(&self) -> &TrainSettings {
        &self.settings
    }

    /// The cases it learns from and is judged by.
    pub fn cases(&self) -> TrainedOn {
        let ids = |cases: &[TrainingCase]| cases.iter().map(|case| case.id.clone()).collect();
        let Split {
            fold,
            training,
            validation,
        } = &self.split;
        TrainedOn {
            fold: *fold,
            training: ids(training),
            held_out: ids(validation),
        }
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
    pub fn epoch(
        &mut self,
        on_step: impl FnMut(Step) + Send,
    ) -> Result<(EpochRecord, Verdict), TrainError> {
        // A step is some thousand pieces of parallel work. A thread of the pool begins each itself; any other would hand
        // it over and be woken at its end.
        rayon::scope(|_| self.epoch_in_pool(on_step))
    }

    fn epoch_in_pool(
        &mut self,
        mut on_step: impl FnMut(Step),
    ) -> Result<(EpochRecord, Verdict), TrainError> {
        let epoch = self.progress.next_epoch;
        let order = self.order(epoch);
        let batches = order.len().div_ceil(self.settings.batch_size);
        let mut sums = EpochSums::default();
        for (n, indices) in order.chunks(self.settings.batch_size).enumerate() {
            let samples = self.draw(epoch, indices);
            let step = epoch * batches + n;
            let learning_rate = self.learning_rate(step, batches);
            let (loss, dice) = self.step(step, &samples, learning_rate)?;
            if !loss.is_finite() {
                return Err(TrainError::Diverged {
                    epoch,
                    loss,
                    learning_rate,
                });
            }
            sums.add(loss, &dice, samples.len());
            on_step(Step {
                epoch,
                batch: n + 1,
                batches,
                loss,
            });
        }
        let (loss, soft_dice) = sums.means();
        let learning_rate = self.learning_rate(epoch * batches + batches / 2, batches);
        if let Some((path, flaw)) = self.network.flaw() {
            return Err(TrainError::Overflow {
                epoch,
                path: path.into(),
                flaw,
                learning_rate,
            });
        }
        let record = EpochRecord {
            epoch,
            learning_rate,
            loss,
            soft_dice,
            validation: self.validation(epoch)?,
        };
        let verdict = self.judge(&record);
        self.progress.next_epoch += 1;
        self.progress.finished =
            verdict == Verdict::Stop || self.progress.next_epoch >= self.settings.epochs;
        self.progress.history.push(record.clone());
        Ok((record, verdict))
    }

    /// The learning rate of a step, counted from 0 over all epochs.
    fn learning_rate(&self, step: usize, batches: usize) -> f64 {
        match self.settings.course {
            Course::Plateau => self.progress.schedule.learning_rate,
            Course::Cosine => {
                let after_epochs = (step as f64 + 0.5) / batches as f64;
                self.settings.learning_rate * self.settings.cosine_share(after_epochs)
            }
        }
    }

    /// What the held-out cases give, in the epochs that look at them.
    fn validation(&self, epoch: usize) -> Result<Option<Validation>, TrainError> {
        let due = (epoch + 1).is_multiple_of(self.settings.validate_every)
            || epoch + 1 == self.settings.epochs;
        if !due || self.split.validation.is_empty() {
            return Ok(None);
        }
        let network = self.device.predictor(&self.graph, self.kept())?;
        let cases = &self.split.validation;
        Ok(Some(validate(&*network, cases, &self.settings)?))
    }

    fn judge(&mut self, record: &EpochRecord) -> Verdict {
        if self.settings.course == Course::Cosine {
            return Verdict::Kept;
        }
        let loss = record.validation.as_ref().map_or(record.loss, |v| v.loss);
        self.progress.schedule.observe(
            record.epoch,
            loss,
            &self.settings.plateau,
            self.settings.stop_after,
        )
    }

    /// Every training slice once, as (case, slice), in an order of the epoch's own.
    fn order(&self, epoch: usize) -> Vec<(usize, usize)> {
        let cases = self.split.training.iter().enumerate();
        let mut order: Vec<_> = cases
            .flat_map(|(c, case)| (0..case.slices.len()).map(move |s| (c, s)))
            .collect();
        let key =
            self.settings.seed.rotate_left(32) ^ ((self.split.fold as u64) << 24) ^ epoch as u64;
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
                (
                    &case.slices[s],
                    self.settings.augment.draw(&mut rng, Sequence::ALL.len()),
                )
            })
            .collect();
        let prepared = self.settings.recipe.preprocess.size + 2 * self.settings.margin_pixels;
        let alone = epoch < self.settings.alone_epochs();
        let seen = if alone {
            Sequence::ALL.len()
        } else {
            self.settings.model.inputs
        };
        augmented(
            &drawn,
            prepared,
            (prepared - self.settings.seen_pixels()) / 2,
            seen,
        )
    }

    /// One step of the optimiser; gives the loss and the soft Dice of each label before it.
    fn step(
        &mut self,
        step: usize,
        samples: &[Sample],
        learning_rate: f64,
    ) -> Result<(f64, [f64; 6]), TrainError> {
        let seed = self.settings.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ step as u64;
        let (x, labels) = batch(samples, self.settings.seen_pixels());
        let objective = self.settings.objective();
        let mut value = (0.0, [0.0; 6]);
        let pass = self
            .learner
            .pass(&self.network, Batch { x, seed }, &mut |output| {
                let of_output = objective.of(output.values, &labels);
                value = (of_output.loss, of_output.dice);
                of_output.gradient
            })?;
        self.optimizer
            .step(learning_rate, &mut self.network, &pass.gradients);
        self.network.move_statistics(&pass.statistics);
        if let Some(average) = &mut self.average {
            average.add(&self.network, step);
        }
        Ok(value)
    }

    /// Whether the network of the smallest loss is the one to keep, and not the last.
    pub fn keeps_best(&self) -> bool {
        self.settings.course == Course::Plateau && !self.split.validation.is_empty()
    }

    /// The network as it is, or its average, for use or for the file of the best.
    pub fn model(&self) -> Stored<ModelHeader> {
        self.stored(self.kept().clone())
    }

    /// The weights to keep: the average, where there is one.
    fn kept(&self) -> &Weights {
        self.average
            .as_ref()
            .map_or(&self.network, |average| &average.weights)
    }

    fn stored(&self, weights: Weights) -> Stored<ModelHeader> {
        let settings = &self.settings;
        let origin = format!(
            "trained on {} cases, {} held out, {} epochs",
            self.split.training.len(),
            self.split.validation.len(),
            self.progress.next_epoch,
        );
        let training = serde_json::to_value(settings).ok();
        let single = ModelHeader::single(settings.model, settings.recipe, origin);
        let header = ModelHeader {
            training,
            cases: Some(self.cases()),
            ..single
        };
        Stored {
            settings: header,
            weights,
        }
    }

    /// All that is needed to go on.
    ///
    /// # Errors
    /// Where the state cannot be written as bytes.
    pub fn checkpoint(&self) -> Result<Checkpoint, TrainError> {
        let model = self.stored(self.network.clone()).to_bytes()?;
        let average = self
            .average
            .as_ref()
            .map(|a| self.stored(a.weights.clone()).to_bytes())
            .transpose()?;
        Ok(Checkpoint {
            progress: self.progress.clone(),
            model,
            average,
            optimizer: self.optimizer.to_bytes()?,
        })
    }
}

/// The network before its first step: the channels of slices that are seen only later have weights of 0.
fn drawn(settings: &TrainSettings, graph: &Graph) -> Result<Weights, WeightsError> {
    if settings.alone_epochs() == 0 {
        return Ok(Weights::drawn(graph, settings.seed));
    }
    let alone = ModelSettings {
        inputs: Sequence::ALL.len(),
        ..settings.model
    };
    Weights::drawn(&alone.graph(), settings.seed).widened(graph)
}

#[derive(Default)]
struct EpochSums {
    loss: f64,
    dice: Vec<f64>,
    slices: usize,
}

impl EpochSums {
    fn add(&mut self, loss: f64, dice: &[f64], slices: usize) {
        let weight = slices as f64;
        self.slices += slices;
        self.loss += loss * weight;
        self.dice.resize(dice.len(), 0.0);
        self.dice
            .iter_mut()
            .zip(dice)
            .for_each(|(sum, d)| *sum += d * weight);
    }

    fn means(self) -> (f64, Vec<f64>) {
        let slices = self.slices as f64;
        (
            self.loss / slices,
            self.dice.into_iter().map(|d| d / slices).collect(),
        )
    }
}
