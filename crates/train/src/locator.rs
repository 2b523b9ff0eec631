//! How the small network that finds the heart is trained.

use myops_image::augment::AugmentRanges;
use myops_image::preprocess::{Axes, Framing, Missing, Normalise, Preprocess};
use serde::{Deserialize, Serialize};

use super::schedule::CosineSettings;
use super::settings::TrainSettings;
use crate::loss::{Loss, PathologyLoss};
use myops_net::model::{Architecture, ModelSettings};
use myops_segment::{Decision, Recipe};

/// How the locator is trained: what it sees, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LocatorSettings {
    /// Passes over the training slices.
    pub epochs: usize,
    /// Slices in a batch.
    pub batch_size: usize,
    /// The learning rate after warming up.
    pub learning_rate: f64,
    /// Filters of the network's first level.
    pub width: usize,
    /// Height and width of its input about the middle of the image, pixels.
    pub size: usize,
    /// Size of a pixel of its input, mm.
    pub spacing_mm: f64,
}

impl Default for LocatorSettings {
    fn default() -> Self {
        Self {
            epochs: 60,
            batch_size: 8,
            learning_rate: 3e-3,
            width: 8,
            size: 64,
            spacing_mm: 4.0,
        }
    }
}

impl LocatorSettings {
    /// The settings of the locator's own training, beside that of the network: seed and phantoms are the network's, and
    /// without augmentation of the network there is none of the locator.
    pub fn training(&self, network: &TrainSettings) -> TrainSettings {
        let preprocess = Preprocess {
            axes: Axes::Anatomical,
            size: self.size,
            spacing_mm: Some(self.spacing_mm),
            framing: Framing::Central,
            normalise: Normalise::ZScore,
            missing: Missing::Zero,
            neighbours: 0,
        };
        let nested = TrainSettings::of(Architecture::Nested);
        let augment = if network.augment == AugmentRanges::NONE {
            AugmentRanges::NONE
        } else {
            AugmentRanges {
                elastic_pixels: 0.0,
                blur_pixels: 0.0,
                ..AugmentRanges::STRONG
            }
        };
        TrainSettings {
            seed: network.seed,
            phantoms: network.phantoms,
            epochs: self.epochs,
            batch_size: self.batch_size,
            learning_rate: self.learning_rate,
            weight_decay: 1e-4,
            average_decay: 0.0,
            cosine: CosineSettings::default(),
            validate_every: self.epochs,
            margin_pixels: 0,
            crop_pixels: 0,
            loss: Loss::RegionDiceCrossEntropy,
            pathology: PathologyLoss::default(),
            model: ModelSettings {
                inputs: preprocess.channels(),
                width: self.width,
                ..nested.model
            },
            recipe: Recipe {
                preprocess,
                decision: Decision::Largest,
                ..Recipe::PUBLISHED
            },
            locator: None,
            augment,
            ..nested
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_of_the_training_reaches_the_locator() {
        let network = TrainSettings {
            seed: 7,
            phantoms: 3,
            ..TrainSettings::of(Architecture::Nested)
        };
        let locator = LocatorSettings::default().training(&network);
        assert_eq!((locator.seed, locator.phantoms), (7, 3));
        assert_ne!(locator.augment, AugmentRanges::NONE);
        let network = TrainSettings {
            augment: AugmentRanges::NONE,
            ..network
        };
        assert_eq!(
            LocatorSettings::default().training(&network).augment,
            AugmentRanges::NONE
        );
    }
}
