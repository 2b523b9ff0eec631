//! How a network is trained: as written in a settings file, and checked.

use myops_image::augment::AugmentRanges;
use myops_image::preprocess::{Missing, Normalise, Preprocess};
use serde::{Deserialize, Serialize};

use super::schedule::PlateauSettings;
use crate::infer::{Decision, Recipe};
use crate::loss::Loss;
use crate::model::{Architecture, ModelSettings};

/// Everything that decides what a training gives, apart from the data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainSettings {
    /// What every random number is drawn from.
    pub seed: u64,
    /// Passes over the training slices, each freshly augmented.
    pub epochs: usize,
    /// Slices in a batch.
    pub batch_size: usize,
    /// Adam's learning rate in the first epoch.
    pub learning_rate: f64,
    /// Epochs without a smaller validation loss before training ends; 0 never ends it early.
    pub stop_after: usize,
    /// Synthetic patients added to the training cases.
    pub phantoms: usize,
    /// What is made small.
    pub loss: Loss,
    /// The network.
    pub model: ModelSettings,
    /// What comes before and after it.
    pub recipe: Recipe,
    /// When the learning rate falls.
    pub plateau: PlateauSettings,
    /// How training images are varied.
    pub augment: AugmentRanges,
}

impl Default for TrainSettings {
    fn default() -> Self {
        Self::published(Architecture::Runet)
    }
}

/// A setting that cannot be trained with.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{name} = {value}: need {bound}")]
pub struct SettingsError {
    /// The setting, as in the file.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// What it may be.
    pub bound: String,
}

impl TrainSettings {
    /// The settings that an architecture is trained with unless others are given.
    pub fn of(architecture: Architecture) -> Self {
        match architecture {
            Architecture::Runet | Architecture::Unet => Self::published(architecture),
            Architecture::Nested => Self::nested(),
        }
    }

    /// The full-resolution network: pixels of 1 mm, strong variation, no early stop.
    fn nested() -> Self {
        let preprocess =
            Preprocess { size: 192, spacing_mm: Some(1.0), normalise: Normalise::ZScore, missing: Missing::Zero };
        Self {
            stop_after: 0,
            loss: Loss::RegionDiceCrossEntropy,
            recipe: Recipe { preprocess, decision: Decision::Nested },
            augment: AugmentRanges::STRONG,
            ..Self::published(Architecture::Nested)
        }
    }

    /// The published training, with the numbers that were never published filled in.
    pub fn published(architecture: Architecture) -> Self {
        Self {
            seed: 1,
            epochs: 100,
            batch_size: 8,
            learning_rate: 1e-3,
            stop_after: 30,
            phantoms: 0,
            loss: Loss::SoftDice,
            model: ModelSettings::published(architecture),
            recipe: Recipe::PUBLISHED,
            plateau: PlateauSettings::default(),
            augment: AugmentRanges::PUBLISHED,
        }
    }

    /// Checks every setting once, so that none is found wrong in hour three.
    ///
    /// # Errors
    /// The first setting out of its bounds.
    pub fn check(&self) -> Result<(), SettingsError> {
        let positive = |name, value: usize, most: usize| {
            if (1..=most).contains(&value) { Ok(()) } else { Err(refused(name, &value, format!("1 to {most}"))) }
        };
        positive("epochs", self.epochs, 100_000)?;
        positive("batch_size", self.batch_size, 1024)?;
        positive("model.width", self.model.width, 512)?;
        for (name, value, expected) in
            [("model.inputs", self.model.inputs, 3), ("model.classes", self.model.classes, 6)]
        {
            if value != expected {
                return Err(refused(name, &value, format!("{expected} (one for each sequence or label)")));
            }
        }
        let side = self.recipe.preprocess.size;
        let multiple = self.model.architecture.side_multiple();
        if side == 0 || !side.is_multiple_of(multiple) || side > 2048 {
            return Err(refused(
                "recipe.preprocess.size",
                &side,
                format!("a multiple of {multiple} from {multiple} to 2048"),
            ));
        }
        for (name, value, low, high) in [
            ("learning_rate", self.learning_rate, 1e-9, 10.0),
            ("plateau.factor", self.plateau.factor, 1e-3, 1.0),
            ("plateau.minimum", self.plateau.minimum, 0.0, 10.0),
        ] {
            if !(low..=high).contains(&value) {
                return Err(refused(name, &value, format!("{low} to {high}")));
            }
        }
        Ok(())
    }
}

fn refused(name: &'static str, value: &impl ToString, bound: String) -> SettingsError {
    SettingsError { name, value: value.to_string(), bound }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_settings_are_allowed() {
        for architecture in Architecture::ALL {
            assert_eq!(TrainSettings::of(architecture).check(), Ok(()));
        }
    }

    #[test]
    fn a_setting_out_of_bounds_is_named_with_value_and_bound() {
        let settings = TrainSettings { batch_size: 0, ..TrainSettings::default() };
        assert_eq!(settings.check().unwrap_err().to_string(), "batch_size = 0: need 1 to 1024");
        let settings = TrainSettings { learning_rate: f64::NAN, ..TrainSettings::default() };
        assert!(settings.check().unwrap_err().to_string().starts_with("learning_rate = NaN"));
    }
}
