//! How the learning rate falls, and when training stops.

use myops_settings::{Bounds, Explanations, Setting, SettingsError, Switch, settings, zero_is_off};
use serde::{Deserialize, Serialize};

/// The schedule of the learning rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum LrSchedule {
    /// It follows the calendar: it rises while warming up, then falls along half a cosine to 0, once or several times
    /// (Loshchilov & Hutter, ICLR 2017); the last network is kept.
    Cosine(CosineSchedule),
    /// It follows the validation loss: it falls when that no longer does, the best network is kept, and training may stop
    /// early, as Keras' callbacks of these names do.
    Plateau(PlateauSchedule),
}

settings! {
    /// The learning rate along half cosines.
    #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    pub struct CosineSchedule {
        /// Number of half cosines, each an equal share of the epochs.
        #[within(1, 1000)]
        pub cycles: usize,
        /// Epochs in which the rate rises from 0 at the start of each cycle.
        #[within(0, 100_000)]
        pub warm_up_epochs: f64,
    }
}

settings! {
    /// The learning rate that falls when the validation loss no longer does.
    #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    pub struct PlateauSchedule {
        /// Factor of the learning rate where it falls; 1 keeps it.
        #[within(1e-3, 1)]
        pub factor: f64,
        /// Epochs without a smaller validation loss before it falls.
        pub patience: usize,
        /// Smallest learning rate.
        #[within(0, 10)]
        pub minimum: f64,
        /// Epochs without a smaller validation loss before training ends; "off" never ends it early.
        #[serde(deserialize_with = "zero_is_off")]
        #[within(0, 100_000)]
        pub stop_after: Switch<usize>,
    }
}

impl Default for CosineSchedule {
    fn default() -> Self {
        Self {
            cycles: 1,
            warm_up_epochs: 3.0,
        }
    }
}

impl Default for PlateauSchedule {
    fn default() -> Self {
        Self {
            factor: 0.5,
            patience: 10,
            minimum: 1e-5,
            stop_after: Switch::On(30),
        }
    }
}

impl LrSchedule {
    /// The default schedule of each kind.
    pub fn kinds() -> [Self; 2] {
        [
            Self::Cosine(CosineSchedule::default()),
            Self::Plateau(PlateauSchedule::default()),
        ]
    }

    /// The default schedule of a kind.
    pub fn of_kind(kind: &str) -> Option<Self> {
        Self::kinds()
            .into_iter()
            .find(|schedule| schedule.kind() == kind)
    }

    /// Its kind in a settings file.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Cosine(_) => "cosine",
            Self::Plateau(_) => "plateau",
        }
    }

    fn table(&self) -> &dyn Setting {
        match self {
            Self::Cosine(cosine) => cosine,
            Self::Plateau(plateau) => plateau,
        }
    }
}

impl Setting for LrSchedule {
    fn check(&self, path: &str, bounds: Option<Bounds>) -> Result<(), SettingsError> {
        self.table().check(path, bounds)
    }

    fn explain(&self, path: &str, about: &str, bounds: Option<Bounds>, keys: &mut Explanations) {
        let names = Self::kinds().map(|schedule| schedule.kind()).join(", ");
        let about_kind =
            "Half cosines over the epochs, or a fall when the validation loss no longer does.";
        keys.insert(format!("{path}.kind"), format!("{about_kind} [{names}]"));
        self.table().explain(path, about, bounds, keys);
    }
}

impl CosineSchedule {
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

    /// The same in one cycle.
    #[must_use]
    pub fn once(&self) -> Self {
        Self { cycles: 1, ..*self }
    }
}

/// The state of the learning rate: what is known of the validation loss so far.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LrState {
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

impl LrState {
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
    pub fn observe(&mut self, epoch: usize, loss: f64, plateau: &PlateauSchedule) -> Verdict {
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
        match plateau.stop_after {
            Switch::On(epochs) if self.since_best >= epochs => Verdict::Stop,
            _ => Verdict::Worse,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_halves_after_the_patience_and_not_below_the_minimum() {
        let plateau = PlateauSchedule {
            factor: 0.5,
            patience: 2,
            minimum: 3e-4,
            stop_after: Switch::Off,
        };
        let mut schedule = LrState::new(1e-3);
        assert_eq!(schedule.observe(0, 0.5, &plateau), Verdict::Best);
        let rates: Vec<f64> = (1..=4)
            .map(|epoch| {
                schedule.observe(epoch, 0.6, &plateau);
                schedule.learning_rate
            })
            .collect();
        assert_eq!(rates, [1e-3, 5e-4, 5e-4, 3e-4]);
    }

    #[test]
    fn the_cosine_rises_to_one_and_falls_to_zero() {
        let cosine = CosineSchedule {
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
            CosineSchedule {
                cycles: 1,
                warm_up_epochs: 0.0
            }
            .share(0.0, 10),
            1.0
        );
    }

    #[test]
    fn every_cycle_is_as_the_first() {
        let once = CosineSchedule {
            cycles: 1,
            warm_up_epochs: 2.0,
        };
        let twice = CosineSchedule { cycles: 2, ..once };
        for after in [0.0, 1.0, 2.0, 5.5, 9.5] {
            assert_eq!(twice.share(after, 20), once.share(after, 10));
            assert_eq!(twice.share(after + 10.0, 20), once.share(after, 10));
        }
        assert_eq!(twice.share(20.0, 20), 0.0);
    }

    #[test]
    fn training_stops_when_nothing_got_better_for_long_enough() {
        use Verdict::{Best, Stop, Worse};
        let plateau = PlateauSchedule {
            stop_after: Switch::On(3),
            ..PlateauSchedule::default()
        };
        let mut schedule = LrState::new(1e-3);
        let losses = [0.5, 0.4, f64::NAN, 0.4, 0.39, 0.5, 0.5, 0.5];
        let verdicts = losses
            .iter()
            .enumerate()
            .map(|(epoch, loss)| schedule.observe(epoch, *loss, &plateau));
        assert_eq!(
            verdicts.collect::<Vec<_>>(),
            [Best, Best, Worse, Worse, Best, Worse, Worse, Stop]
        );
        assert_eq!((schedule.best, schedule.best_epoch), (Some(0.39), 4));
    }
}
