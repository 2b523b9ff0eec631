//! A training, one epoch at a time.

use myops_image::augment::sample_rng;
use myops_image::sequence::Sequence;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::average::Average;
use super::checkpoint::{Checkpoint, EpochRecord, Progress, Validation};
use super::data::{Sample, TrainingCase, augmented, batch};
use super::error::TrainError;
use super::optimizer::Optimizer;
use super::plan::TrainPlan;
use super::schedule::{LrSchedule, LrState, Verdict};
use super::split::Split;
use super::validate::validate;
use myops_net::engine::{Batch, Device, Learn};
use myops_net::graph::Graph;
use myops_net::model::ModelSettings;
use myops_net::weights::{Stored, Weights, WeightsError};
use myops_segment::{ModelHeader, TrainedOn};

/// The position of a training within an epoch.
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

/// A network in training.
pub struct Trainer {
    pub(crate) plan: TrainPlan,
    pub(crate) split: Split,
    device: Device,
    pub(crate) graph: Graph,
    learner: Box<dyn Learn>,
    pub(crate) network: Weights,
    pub(crate) average: Option<Average>,
    pub(crate) optimizer: Optimizer,
    pub(crate) progress: Progress,
}

impl Trainer {
    /// Draws the weights of a network and prepares its training.
    ///
    /// # Errors
    /// Where there is nothing to learn from.
    pub fn new(plan: TrainPlan, split: Split, device: &Device) -> Result<Self, TrainError> {
        if split.training.iter().all(|case| case.slices.is_empty()) {
            return Err(TrainError::NoSlices);
        }
        let graph = plan.network().graph();
        let network = drawn(&plan, &graph)?;
        let average = plan
            .average_decay
            .on()
            .map(|decay| Average::new(network.clone(), decay));
        let optimizer = Optimizer::new(plan.weight_decay, plan.clip_norm);
        let schedule = LrState::new(plan.learning_rate);
        let progress = Progress {
            next_epoch: 0,
            schedule,
            finished: false,
            history: Vec::new(),
        };
        Ok(Self {
            plan,
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

    /// The checked settings.
    pub fn plan(&self) -> &TrainPlan {
        &self.plan
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
        self.progress.finished || self.progress.next_epoch >= self.plan.epochs
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
        let batches = order.len().div_ceil(self.plan.batch_size);
        let mut sums = EpochSums::default();
        for (n, indices) in order.chunks(self.plan.batch_size).enumerate() {
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
            verdict == Verdict::Stop || self.progress.next_epoch >= self.plan.epochs;
        self.progress.history.push(record.clone());
        Ok((record, verdict))
    }

    /// The learning rate of a step, counted from 0 over all epochs.
    fn learning_rate(&self, step: usize, batches: usize) -> f64 {
        let after_epochs = (step as f64 + 0.5) / batches as f64;
        match self.plan.learning_rate_share(after_epochs) {
            Some(share) => self.plan.learning_rate * share,
            None => self.progress.schedule.learning_rate,
        }
    }

    /// What the held-out cases give, in the epochs that look at them.
    fn validation(&self, epoch: usize) -> Result<Option<Validation>, TrainError> {
        let due =
            (epoch + 1).is_multiple_of(self.plan.validate_every) || epoch + 1 == self.plan.epochs;
        if !due || self.split.validation.is_empty() {
            return Ok(None);
        }
        let network = self.device.predictor(&self.graph, self.kept())?;
        let cases = &self.split.validation;
        Ok(Some(validate(&*network, cases, &self.plan)?))
    }

    fn judge(&mut self, record: &EpochRecord) -> Verdict {
        let LrSchedule::Plateau(plateau) = self.plan.schedule else {
            return Verdict::Kept;
        };
        let loss = record.validation.as_ref().map_or(record.loss, |v| v.loss);
        self.progress.schedule.observe(record.epoch, loss, &plateau)
    }

    /// The training slices of an epoch, as (case, slice), in an order of the epoch's own.
    fn order(&self, epoch: usize) -> Vec<(usize, usize)> {
        let key = self.plan.seed.rotate_left(32) ^ ((self.split.fold as u64) << 24) ^ epoch as u64;
        self.split.order(&mut ChaCha8Rng::seed_from_u64(key))
    }

    /// The slices of a batch, each augmented as seed, fold, epoch, case and slice say.
    fn draw(&self, epoch: usize, indices: &[(usize, usize)]) -> Vec<Sample> {
        let drawn: Vec<_> = indices
            .iter()
            .map(|&(c, s)| {
                let case = &self.split.training[c];
                let mut rng = sample_rng(self.plan.seed, self.split.fold, epoch, &case.id, s);
                let slice = &case.slices[s];
                (slice, slice.draw(&self.plan.augment, &mut rng))
            })
            .collect();
        let prepared = self.plan.recipe.preprocess.size + 2 * self.plan.margin_pixels;
        let seen = if epoch < self.plan.single_slice_epochs() {
            Sequence::ALL.len()
        } else {
            self.plan.network().inputs
        };
        let margin = (prepared - self.plan.seen_pixels()) / 2;
        augmented(&drawn, prepared, margin, seen)
    }

    /// One step of the optimiser; gives the loss and the soft Dice of each label before it.
    fn step(
        &mut self,
        step: usize,
        samples: &[Sample],
        learning_rate: f64,
    ) -> Result<(f64, [f64; 6]), TrainError> {
        let seed = self.plan.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ step as u64;
        let (x, targets) = batch(samples, self.plan.seen_pixels());
        let objective = self.plan.objective();
        let mut value = (0.0, [0.0; 6]);
        let pass = self
            .learner
            .pass(&self.network, Batch { x, seed }, &mut |output| {
                let of_output = objective.of(output.values, &targets);
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
        matches!(self.plan.schedule, LrSchedule::Plateau(_)) && !self.split.validation.is_empty()
    }

    /// The network that is kept now: the average of its weights, or the weights themselves.
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
        let origin = format!(
            "trained on {} cases, {} held out, {} epochs",
            self.split.training.len(),
            self.split.validation.len(),
            self.progress.next_epoch,
        );
        let training = serde_json::to_value(self.plan.settings()).ok();
        let single = ModelHeader::single(self.plan.network(), self.plan.recipe, origin);
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

    /// All that is needed to resume the training.
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

/// The network before its first step: the channels of neighbouring slices that are seen only later have weights of 0.
fn drawn(plan: &TrainPlan, graph: &Graph) -> Result<Weights, WeightsError> {
    if plan.single_slice_epochs() == 0 {
        return Ok(Weights::drawn(graph, plan.seed));
    }
    let single_slice = ModelSettings {
        inputs: Sequence::ALL.len(),
        ..plan.network()
    };
    Weights::drawn(&single_slice.graph(), plan.seed).widened(graph)
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
