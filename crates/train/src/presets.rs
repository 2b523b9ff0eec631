//! The settings that each network is trained with unless others are given.

use myops_image::augment::AugmentRanges;
use myops_image::preprocess::{Align, Axes, Framing, Missing, Normalise, Preprocess};
use myops_net::model::Architecture;
use myops_segment::{Cleanup, Decision, Flips, Keep, Recipe, ScarPresence, ThresholdBounds};
use myops_settings::Switch;

use super::locator::LocatorSettings;
use super::schedule::{CosineSchedule, LrSchedule, PlateauSchedule};
use super::settings::{NetworkSettings, TrainSettings};
use crate::loss::{Loss, PathologyLoss};

impl Default for TrainSettings {
    fn default() -> Self {
        Self::published(Architecture::Runet)
    }
}

impl TrainSettings {
    /// The settings that an architecture is trained with unless others are given: the published training, where nothing
    /// better is known.
    pub fn of(architecture: Architecture) -> Self {
        if architecture == Architecture::Nested {
            Self::nested()
        } else if architecture == Architecture::Unet {
            Self::unet()
        } else {
            Self::published(architecture)
        }
    }

    /// The published training, with the numbers that were never published filled in.
    pub fn published(architecture: Architecture) -> Self {
        Self {
            seed: 1,
            epochs: 100,
            single_slice_share: 0.0,
            batch_size: 8,
            learning_rate: 1e-3,
            weight_decay: 0.0,
            clip_norm: Switch::Off,
            average_decay: Switch::Off,
            validate_every: 1,
            margin_pixels: 0,
            crop_pixels: Switch::Off,
            phantoms: 0,
            loss: Loss::SoftDice,
            schedule: LrSchedule::Plateau(PlateauSchedule::default()),
            pathology: PathologyLoss::default(),
            model: NetworkSettings {
                architecture,
                width: 16,
            },
            recipe: Recipe::PUBLISHED,
            locator: None,
            augment: AugmentRanges::PUBLISHED,
        }
    }

    /// The U-Net, which has no batch norm: from random weights, at the published rate and at a fifth of it, it soon labels
    /// everything background and stays there. At a tenth the loss stands still for some 400 steps, which the plateau
    /// schedule would take for the end; then it learns one label after another. A training that starts from the result
    /// bears the published rate.
    fn unet() -> Self {
        Self {
            epochs: 200,
            batch_size: 4,
            learning_rate: 1e-4,
            schedule: LrSchedule::Cosine(CosineSchedule::default()),
            validate_every: 10,
            ..Self::published(Architecture::Unet)
        }
    }

    /// The full-resolution network around the heart: pixels of 1 mm, neighbouring slices, strong augmentation, averaged
    /// weights.
    fn nested() -> Self {
        Self {
            epochs: 660,
            single_slice_share: 0.82,
            batch_size: 4,
            learning_rate: 2e-3,
            weight_decay: 0.02,
            clip_norm: Switch::On(10.0),
            average_decay: Switch::On(0.995),
            validate_every: 30,
            margin_pixels: 32,
            crop_pixels: Switch::On(112),
            loss: Loss::RegionDiceCrossEntropy,
            schedule: LrSchedule::Cosine(CosineSchedule {
                cycles: 3,
                ..CosineSchedule::default()
            }),
            pathology: PathologyLoss {
                dice_weight: 2.0,
                ..PathologyLoss::default()
            },
            recipe: Self::nested_recipe(),
            locator: Some(LocatorSettings::default()),
            augment: AugmentRanges {
                contrast: 0.25,
                brightness: 0.15,
                gamma: Switch::On(1.3),
                sequence_dropout: 0.15,
                ..AugmentRanges::STRONG
            },
            ..Self::published(Architecture::Nested)
        }
    }

    fn nested_recipe() -> Recipe {
        Recipe {
            preprocess: Preprocess {
                axes: Axes::Anatomical,
                size: 144,
                spacing_mm: Switch::On(1.0),
                framing: Framing::Heart,
                normalise: Normalise::ZScore,
                missing: Missing::Zero,
                neighbours: 1,
            },
            decision: Decision::Nested,
            thresholds: ThresholdBounds {
                lowest: 0.3,
                highest: 0.5,
            },
            align: Align::Correct,
            flips: Flips::Dealt,
            temperature: 1.6,
            contrast: Switch::On(1.0),
            scar_presence: ScarPresence::OFF,
            cleanup: Cleanup {
                anatomy: Keep::Largest,
                holes_mm2: 50.0,
                smallest_edema_or_scar_ml: 0.3,
                smallest_scar_ml: 0.1,
                smallest_total_scar_ml: 0.0,
            },
        }
    }

    /// The settings of the locator's own training beside that of the network: seed and phantoms are the network's, and
    /// without augmentation of the network there is none of the locator.
    pub fn of_locator(locator: &LocatorSettings, network: &Self) -> Self {
        let preprocess = Preprocess {
            axes: Axes::Anatomical,
            size: locator.size,
            spacing_mm: Switch::On(locator.spacing_mm),
            framing: Framing::Central,
            normalise: Normalise::ZScore,
            missing: Missing::Zero,
            neighbours: 0,
        };
        let nested = Self::nested();
        let augment = if network.augment == AugmentRanges::NONE {
            AugmentRanges::NONE
        } else {
            AugmentRanges {
                elastic_pixels: 0.0,
                blur_pixels: 0.0,
                ..AugmentRanges::STRONG
            }
        };
        Self {
            seed: network.seed,
            phantoms: network.phantoms,
            epochs: locator.epochs,
            batch_size: locator.batch_size,
            learning_rate: locator.learning_rate,
            weight_decay: 1e-4,
            average_decay: Switch::Off,
            schedule: LrSchedule::Cosine(CosineSchedule::default()),
            validate_every: locator.epochs,
            margin_pixels: 0,
            crop_pixels: Switch::Off,
            loss: Loss::RegionDiceCrossEntropy,
            pathology: PathologyLoss::default(),
            model: NetworkSettings {
                width: locator.width,
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
    fn seed_phantoms_and_augmentation_of_the_training_reach_the_locator() {
        let network = TrainSettings {
            seed: 7,
            phantoms: 3,
            ..TrainSettings::of(Architecture::Nested)
        };
        let of = |network| TrainSettings::of_locator(&LocatorSettings::default(), network);
        let locator = of(&network);
        assert_eq!((locator.seed, locator.phantoms), (7, 3));
        assert_ne!(locator.augment, AugmentRanges::NONE);
        let network = TrainSettings {
            augment: AugmentRanges::NONE,
            ..network
        };
        assert_eq!(of(&network).augment, AugmentRanges::NONE);
    }
}
