//! When to lower the learning rate and when to stop, as Keras' callbacks of the same names do.

use serde::{Deserialize, Serialize};

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
        Self { factor: 0.5, patience: 10, minimum: 1e-5 }
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
}

impl Schedule {
    /// Starts with a learning rate.
    pub fn new(learning_rate: f64) -> Self {
        Self { learning_rate, best: None, best_epoch: 0, since_best: 0, since_change: 0 }
    }

    /// Takes in the loss of an epoch; a loss that is not a number counts as worse.
    ///
    /// `stop_after` is the number of epochs without a new best that ends the training; 0 never does.
    pub fn observe(&mut self, epoch: usize, loss: f64, plateau: &PlateauSettings, stop_after: usize) -> Verdict {
        if loss.is_finite() && self.best.is_none_or(|best| loss < best) {
            *self = Self { best: Some(loss), best_epoch: epoch, since_best: 0, since_change: 0, ..*self };
            return Verdict::Best;
        }
        self.since_best += 1;
        self.since_change += 1;
        if self.since_change >= plateau.patience.max(1) {
            self.learning_rate = (self.learning_rate * plateau.factor).max(plateau.minimum.min(self.learning_rate));
            self.since_change = 0;
        }
        if stop_after > 0 && self.since_best >= stop_after { Verdict::Stop } else { Verdict::Worse }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_halves_after_the_patience_and_not_below_the_minimum() {
        let plateau = PlateauSettings { factor: 0.5, patience: 2, minimum: 3e-4 };
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
    fn training_stops_when_nothing_got_better_for_long_enough() {
        use Verdict::{Best, Stop, Worse};
        let plateau = PlateauSettings::default();
        let mut schedule = Schedule::new(1e-3);
        let losses = [0.5, 0.4, f64::NAN, 0.4, 0.39, 0.5, 0.5, 0.5];
        let verdicts = losses.iter().enumerate().map(|(epoch, loss)| schedule.observe(epoch, *loss, &plateau, 3));
        assert_eq!(verdicts.collect::<Vec<_>>(), [Best, Best, Worse, Worse, Best, Worse, Worse, Stop]);
        assert_eq!((schedule.best, schedule.best_epoch), (Some(0.39), 4));
    }
}
