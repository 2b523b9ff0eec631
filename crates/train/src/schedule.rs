//! How the learning rate falls, and when training stops.

use serde::{Deserialize, Serialize};

/// What the learning rate follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Course {
    /// The validation loss: it falls when that no longer does, the best network is kept, and training may stop early,
    /// as Keras' callbacks of the same names do.
    Plateau,
    /// The calendar: it rises while warming up, then falls along half a cosine to 0, once or several times over
    /// (Loshchilov & Hutter, ICLR 2017); the last network is kept.
    Cosine,
}

/// The learning rate along [`Course::Cosine`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CosineSettings {
    /// How often it falls; every time lasts an equal share of the epochs.
    pub cycles: usize,
    /// Epochs in which it rises from 0 at the start of each.
    pub warm_up_epochs: f64,
}

impl Default for CosineSettings {
    fn default() -> Self {
        Self {
            cycles: 1,
            warm_up_epochs: 3.0,
        }
    }
}

impl CosineSettings {
    /// The share of the full learning rate after so many of all epochs, fractions of one included.
    pub fn share(&self, after_epochs: f64, epochs: usize) -> f64 {
        let cycle = self.cycle_epochs(epochs);
        let before = (after_epochs / cycle).floor().min(self.cycles as f64 - 1.0);
        let in_cycle = after_epochs - before * cycle;
        if in_cycle < self.warm_up_epochs {
            return in_cycle / self.warm_up_epochs;
        }
        let falling = (cycle - self.warm_up_epochs).max(f64::MIN_POSITIVE);
        let done = ((in_cycle - self.warm_up_epochs) / falling).min(1.0);
        0.5 * (1.0 + (std::f64::consts::PI * done).cos())
    }

    /// How many of all epochs a cycle lasts.
    pub fn cycle_epochs(&self, epochs: usize) -> f64 {
        epochs as f64 / self.cycles as f64
    }
}

/// How the learning rate falls when the validation loss no longer does.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlateauSettings {
    /// What the learning rate is multiplied with; 1 leaves it as it is.
    pub factor: f64,
    /// Epochs without a new best before that happens.
    pub patience: usize,
    /// The learning rate never falls below this.
    pub minimum: f64,
}

impl Default for PlateauSettings {
    fn default() -> Self {
        Self {
            factor: 0.5,
            patience: 10,
            minimum: 1e-5,
        }
    }
}

/// What is known of the validation loss so far.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// The learning rate of the next epoch.
    pub learning_rate: f64,
    /// The smallest loss so far.
    pub best: Option<f64>,
    /// The epoch it was reached in, from 0.
    pub best_epoch: usize,
    since_best: usize,
    since_change: usize,
}

/// What an epoch's loss means for the training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The best so far.
    Best,
    /// Not the best.
    Worse,
    /// Not the best, and the patience has run out.
    Stop,
    /// Not compared: the last network is the one that is kept.
    Kept,
}

impl Schedule {
    /// Starts with a learning rate.
    pub fn new(learning_rate: f64) -> Self {
        Self {
            learning_rate,
            best: None,
            best_epoch: 0,
            since_best: 0,
            since_change: 0,
        }
    }

    /// Takes in the loss of an epoch; a loss that is not a number counts as worse.
    ///
    /// `stop_after` is the number of epochs without a new best that ends the training; 0 never does.
    pub fn observe(
        &mut self,
        epoch: usize,
        loss: f64,
        plateau: &PlateauSettings,
        stop_after: usize,
    ) -> Verdict {
        if loss.is_finite() && self.best.is_none_or(|best| loss < best) {
            *self = Self {
                best: Some(loss),
                best_epoch: epoch,
                since_best: 0,
                since_change: 0,
                ..*self
            };
            return Verdict::Best;
        }
        self.since_best += 1;
        self.since_change += 1;
        if self.since_change >= plateau.patience.max(1) {
            self.learning_rate =
                (self.learning_rate * plateau.factor).max(plateau.minimum.min(self.learning_rate));
            self.since_change = 0;
        }
        if stop_after > 0 && self.since_best >= stop_after {
            Verdict::Stop
        } else {
            Verdict::Worse
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_halves_after_the_patience_and_not_below_the_minimum() {
        let plateau = PlateauSettings {
            factor: 0.5,
            patience: 2,
            minimum: 3e-4,
        };
        let mut schedule = Schedule::new(1e-3);
        assert_eq!(schedule.observe(0, 0.5, &plateau, 5), Verdict::Best);
        let rates: Vec<f64> = (1..=4)
            .map(|epoch| {
                schedule.observe(epoch, 0.6, &plateau, 0);
                schedule.learning_rate
            })
            .collect();
        assert_eq!(rates, [1e-3, 5e-4, 5e-4, 3e-4]);
    }

    #[test]
    fn the_cosine_rises_to_one_and_falls_to_zero() {
        let cosine = CosineSettings {
            cycles: 1,
            warm_up_epochs: 2.0,
        };
        let shares = [0.0, 1.0, 2.0, 6.0, 10.0, 11.0].map(|epoch| cosine.share(epoch, 10));
        let expected = [0.0, 0.5, 1.0, 0.5, 0.0, 0.0];
        assert!(
            shares
                .iter()
                .zip(expected)
                .all(|(s, e)| (s - e).abs() < 1e-12),
            "{shares:?}"
        );
        assert_eq!(
            CosineSettings {
                cycles: 1,
                warm_up_epochs: 0.0
            }
            .share(0.0, 10),
            1.0
        );
    }

    #[test]
    fn every_cycle_is_as_the_first() {
        let once = CosineSettings {
            cycles: 1,
            warm_up_epochs: 2.0,
        };
        let twice = CosineSettings { cycles: 2, ..once };
        for after in [0.0, 1.0, 2.0, 5.5, 9.5] {
            assert_eq!(twice.share(after, 20), once.share(after, 10));
            assert_eq!(twice.share(after + 10.0, 20), once.share(after, 10));
        }
        assert_eq!(twice.share(20.0, 20), 0.0);
    }

    #[test]
    fn training_stops_when_nothing_got_better_for_long_enough() {
        use Verdict::{Best, Stop, Worse};
        let plateau = PlateauSettings::default();
        let mut schedule = Schedule::new(1e-3);
        let losses = [0.5, 0.4, f64::NAN, 0.4, 0.39, 0.5, 0.5, 0.5];
        let verdicts = losses
            .iter()
            .enumerate()
            .map(|(epoch, loss)| schedule.observe(epoch, *loss, &plateau, 3));
        assert_eq!(
            verdicts.collect::<Vec<_>>(),
            [Best, Best, Worse, Worse, Best, Worse, Worse, Stop]
        );
        assert_eq!((schedule.best, schedule.best_epoch), (Some(0.39), 4));
    }
}
