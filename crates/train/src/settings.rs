//! How a network is trained: as written in a settings file, and checked.

use myops_image::augment::AugmentRanges;
use myops_image::preprocess::{Align, Axes, Framing, Missing, Normalise, Preprocess};
use serde::{Deserialize, Serialize};

use super::locator::LocatorSettings;
use super::schedule::{CosineSettings, Course, PlateauSettings};
use crate::loss::{Loss, Objective, PathologyLoss};
use myops_net::graph::Activation;
use myops_net::model::{Architecture, ModelSettings, SettingsError, check_numbers};
use myops_segment::{Cleanup, Decision, Flips, Keep, Recipe, ThresholdBounds};

/// Everything that decides what a training gives, apart from the data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainSettings {
    /// What every random number is drawn from.
    pub seed: u64,
    /// Passes over the training slices, each freshly augmented.
    pub epochs: usize,
    /// The share of the epochs, from the first, in which each slice is seen for itself; the others see the slices beside it
    /// too, whose weights are 0 until then. With `course = "cosine"` the learning rate falls `cosine.cycles` times in
    /// the first part and once in the second. Without neighbours there is one part.
    pub alone: f64,
    /// Slices in a batch.
    pub batch_size: usize,
    /// Adam's largest learning rate.
    pub learning_rate: f64,
    /// What the learning rate follows: `plateau` or `cosine`.
    pub course: Course,
    /// How much of each weight a step takes away, as a share of the learning rate (Loshchilov & Hutter, ICLR 2019);
    /// 0 is plain Adam.
    pub weight_decay: f64,
    /// The largest norm of all gradients together; 0 leaves them as they are.
    pub clip_norm: f64,
    /// The share of a moving average of the weights that each step keeps; the average is what is validated and saved.
    /// 0 takes the weights themselves.
    pub average_decay: f64,
    /// With `course = "plateau"`, epochs without a smaller validation loss before training ends; 0 never ends it early.
    pub stop_after: usize,
    /// Epochs from one look at the held-out cases to the next; the last epoch always ends with one.
    pub validate_every: usize,
    /// Pixels prepared beyond the input on every side, for augmentation to draw from.
    pub margin_pixels: usize,
    /// Height and width of the middle of a varied input that a training step sees, pixels: what it leaves out costs
    /// no time; 0 shows it all.
    pub crop_pixels: usize,
    /// Synthetic patients added to the training cases.
    pub phantoms: usize,
    /// What is made small.
    pub loss: Loss,
    /// What it gives edema and scar.
    pub pathology: PathologyLoss,
    /// The network.
    pub model: ModelSettings,
    /// What comes before and after it.
    pub recipe: Recipe,
    /// The learning rate of `course = "plateau"`.
    pub plateau: PlateauSettings,
    /// The learning rate of `course = "cosine"`.
    pub cosine: CosineSettings,
    /// The network that finds the heart, for `framing = "heart"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locator: Option<LocatorSettings>,
    /// How training images are varied.
    pub augment: AugmentRanges,
}

impl Default for TrainSettings {
    fn default() -> Self {
        Self::published(Architecture::Runet)
    }
}

impl TrainSettings {
    /// The settings that an architecture is trained with unless others are given.
    pub fn of(architecture: Architecture) -> Self {
        match architecture {
            Architecture::Runet => Self::published(architecture),
            Architecture::Unet => Self::unet(),
            Architecture::Nested => Self::nested(),
        }
    }

    /// The U-Net, which has no batch norm: from drawn weights, at the published rate and at a fifth of it, it soon calls
    /// everything background and stays there. At a tenth the loss stands still for some 400 steps, which a course that
    /// waits for better would take for the end; then it learns one label after another. A training begun with what that
    /// gave bears the published rate.
    fn unet() -> Self {
        Self {
            epochs: 200,
            batch_size: 4,
            learning_rate: 1e-4,
            course: Course::Cosine,
            validate_every: 10,
            ..Self::published(Architecture::Unet)
        }
    }

    /// The full-resolution network about the heart: pixels of 1 mm, the slices beside each, strong variation, averaged
    /// weights.
    fn nested() -> Self {
        let preprocess = Preprocess {
            axes: Axes::Anatomical,
            size: 144,
            spacing_mm: Some(1.0),
            framing: Framing::Heart,
            normalise: Normalise::ZScore,
            missing: Missing::Zero,
            neighbours: 1,
        };
        Self {
            epochs: 660,
            alone: 0.82,
            batch_size: 4,
            learning_rate: 2e-3,
            course: Course::Cosine,
            weight_decay: 0.02,
            clip_norm: 10.0,
            average_decay: 0.995,
            validate_every: 30,
            cosine: CosineSettings {
                cycles: 3,
                ..CosineSettings::default()
            },
            margin_pixels: 32,
            crop_pixels: 112,
            loss: Loss::RegionDiceCrossEntropy,
            pathology: PathologyLoss {
                dice_weight: 2.0,
                ..PathologyLoss::default()
            },
            model: ModelSettings {
                inputs: preprocess.channels(),
                ..ModelSettings::published(Architecture::Nested)
            },
            recipe: Recipe {
                preprocess,
                decision: Decision::Nested,
                thresholds: ThresholdBounds {
                    lowest: 0.3,
                    highest: 0.5,
                },
                align: Align::Correct,
                flips: Flips::Dealt,
                temperature: 1.6,
                contrast: 1.0,
                cleanup: Cleanup {
                    anatomy: Keep::Largest,
                    holes_mm2: 50.0,
                    smallest_edema_or_scar_ml: 0.3,
                    smallest_scar_ml: 0.1,
                    smallest_total_scar_ml: 0.0,
                },
            },
            locator: Some(LocatorSettings::default()),
            augment: AugmentRanges {
                contrast: 0.25,
                brightness: 0.15,
                gamma: 1.3,
                sequence_dropout: 0.15,
                ..AugmentRanges::STRONG
            },
            ..Self::published(Architecture::Nested)
        }
    }

    /// The published training, with the numbers that were never published filled in.
    pub fn published(architecture: Architecture) -> Self {
        Self {
            seed: 1,
            epochs: 100,
            alone: 0.0,
            batch_size: 8,
            learning_rate: 1e-3,
            course: Course::Plateau,
            weight_decay: 0.0,
            clip_norm: 0.0,
            average_decay: 0.0,
            stop_after: 30,
            validate_every: 1,
            margin_pixels: 0,
            crop_pixels: 0,
            phantoms: 0,
            loss: Loss::SoftDice,
            pathology: PathologyLoss::default(),
            model: ModelSettings::published(architecture),
            recipe: Recipe::PUBLISHED,
            plateau: PlateauSettings::default(),
            cosine: CosineSettings::default(),
            locator: None,
            augment: AugmentRanges::PUBLISHED,
        }
    }

    /// Height and width of what a training step sees, pixels.
    pub fn seen_pixels(&self) -> usize {
        if self.crop_pixels > 0 {
            self.crop_pixels
        } else {
            self.recipe.preprocess.size
        }
    }

    /// Epochs, from the first, in which each slice is seen for itself although the network has channels for others.
    pub fn alone_epochs(&self) -> usize {
        if self.recipe.preprocess.neighbours == 0 {
            0
        } else {
            (self.alone * self.epochs as f64).round() as usize
        }
    }

    /// The share of the full learning rate after so many epochs of [`Course::Cosine`], fractions of one included.
    pub fn cosine_share(&self, after_epochs: f64) -> f64 {
        let alone = self.alone_epochs();
        if alone == 0 {
            self.cosine.share(after_epochs, self.epochs)
        } else if after_epochs < alone as f64 {
            self.cosine.share(after_epochs, alone)
        } else {
            let once = CosineSettings {
                cycles: 1,
                ..self.cosine
            };
            once.share(after_epochs - alone as f64, self.epochs - alone)
        }
    }

    /// What is made small.
    pub fn objective(&self) -> Objective {
        let activation = self.model.architecture.activation();
        Objective {
            activation,
            loss: self.loss,
            pathology: self.pathology,
        }
    }

    /// Checks every setting once, so that none is found wrong in hour three.
    ///
    /// # Errors
    /// The first setting out of its bounds.
    pub fn check(&self) -> Result<(), SettingsError> {
        self.check_counts()?;
        self.recipe.check(&self.model)?;
        self.check_crop()?;
        self.check_numbers()?;
        self.check_parts()?;
        match &self.locator {
            Some(locator) => locator
                .training(self)
                .check()
                .map_err(|e| e.within("locator.")),
            None => Ok(()),
        }
    }

    fn check_counts(&self) -> Result<(), SettingsError> {
        for (name, value, least, most) in [
            ("epochs", self.epochs, 1, 100_000),
            ("batch_size", self.batch_size, 1, 1024),
            ("validate_every", self.validate_every, 1, 100_000),
            ("cosine.cycles", self.cosine.cycles, 1, 1000),
            ("stop_after", self.stop_after, 0, 100_000),
            ("phantoms", self.phantoms, 0, 100_000),
            ("margin_pixels", self.margin_pixels, 0, 512),
        ] {
            if !(least..=most).contains(&value) {
                return Err(SettingsError::new(
                    name,
                    &value,
                    format!("{least} to {most}"),
                ));
            }
        }
        Ok(())
    }

    fn check_crop(&self) -> Result<(), SettingsError> {
        let (crop, side) = (self.crop_pixels, self.recipe.preprocess.size);
        let multiple = self.model.architecture.side_multiple();
        if crop > side || !crop.is_multiple_of(multiple) || !(side - crop).is_multiple_of(2) {
            let bound = format!(
                "0, or a multiple of {multiple} up to {side} that leaves as much on either side"
            );
            return Err(SettingsError::new("crop_pixels", &crop, bound));
        }
        Ok(())
    }

    fn check_numbers(&self) -> Result<(), SettingsError> {
        check_numbers(&[
            ("alone", self.alone, 0.0, 1.0),
            ("learning_rate", self.learning_rate, 1e-9, 10.0),
            ("weight_decay", self.weight_decay, 0.0, 10.0),
            ("clip_norm", self.clip_norm, 0.0, 1e9),
            ("average_decay", self.average_decay, 0.0, 0.999_999),
            ("plateau.factor", self.plateau.factor, 1e-3, 1.0),
            ("plateau.minimum", self.plateau.minimum, 0.0, 10.0),
            (
                "cosine.warm_up_epochs",
                self.cosine.warm_up_epochs,
                0.0,
                100_000.0,
            ),
            (
                "pathology.focal_gamma",
                self.pathology.focal_gamma,
                0.0,
                10.0,
            ),
            (
                "pathology.edema_weight",
                self.pathology.edema_weight,
                0.0,
                1000.0,
            ),
            (
                "pathology.scar_weight",
                self.pathology.scar_weight,
                0.0,
                1000.0,
            ),
            (
                "pathology.dice_weight",
                self.pathology.dice_weight,
                0.0,
                1000.0,
            ),
            ("augment.share", self.augment.share, 0.0, 1.0),
            ("augment.dropout", self.augment.dropout, 0.0, 1.0),
            (
                "augment.rotation_degrees",
                self.augment.rotation_degrees,
                0.0,
                180.0,
            ),
            (
                "augment.flip_horizontal",
                self.augment.flip_horizontal,
                0.0,
                1.0,
            ),
            (
                "augment.flip_vertical",
                self.augment.flip_vertical,
                0.0,
                1.0,
            ),
            ("augment.scale", self.augment.scale, 0.0, 10.0),
            (
                "augment.shift_pixels",
                self.augment.shift_pixels,
                0.0,
                1000.0,
            ),
            (
                "augment.elastic_pixels",
                self.augment.elastic_pixels,
                0.0,
                1000.0,
            ),
            (
                "augment.elastic_grid_pixels",
                self.augment.elastic_grid_pixels,
                8.0,
                1000.0,
            ),
            ("augment.contrast", self.augment.contrast, 0.0, 10.0),
            ("augment.brightness", self.augment.brightness, 0.0, 10.0),
            ("augment.gamma", self.augment.gamma, 0.0, 10.0),
            ("augment.noise", self.augment.noise, 0.0, 10.0),
            ("augment.blur_pixels", self.augment.blur_pixels, 0.0, 100.0),
            (
                "augment.misalignment_pixels",
                self.augment.misalignment_pixels,
                0.0,
                1000.0,
            ),
            (
                "augment.sequence_dropout",
                self.augment.sequence_dropout,
                0.0,
                1.0,
            ),
        ])
    }

    /// Settings that only make sense together.
    fn check_parts(&self) -> Result<(), SettingsError> {
        if self.course == Course::Plateau && self.validate_every > 1 {
            let bound = "1 with course = plateau, which follows the validation loss";
            return Err(SettingsError::new(
                "validate_every",
                &self.validate_every,
                bound,
            ));
        }
        if self.loss == Loss::RegionDiceCrossEntropy
            && self.model.architecture.activation() == Activation::Sigmoid
        {
            let bound = "soft-dice for runet and unet, whose probabilities do not add up to 1";
            return Err(SettingsError::new(
                "loss",
                &"region-dice-cross-entropy",
                bound,
            ));
        }
        self.recipe.check_framing(self.locator.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_settings_are_allowed() {
        for architecture in Architecture::ALL {
            assert_eq!(TrainSettings::of(architecture).check(), Ok(()));
        }
        assert_eq!(
            TrainSettings {
                stop_after: 0,
                ..TrainSettings::default()
            }
            .check(),
            Ok(())
        );
    }

    #[test]
    fn a_setting_out_of_bounds_is_named_with_value_and_bound() {
        let settings = TrainSettings {
            batch_size: 0,
            ..TrainSettings::default()
        };
        assert_eq!(
            settings.check().unwrap_err().to_string(),
            "batch_size = 0: need 1 to 1024"
        );
        let settings = TrainSettings {
            learning_rate: f64::NAN,
            ..TrainSettings::default()
        };
        assert!(
            settings
                .check()
                .unwrap_err()
                .to_string()
                .starts_with("learning_rate = NaN")
        );
    }

    #[test]
    fn the_rate_falls_in_cycles_while_slices_are_alone_and_once_more_after() {
        let nested = TrainSettings::of(Architecture::Nested);
        assert_eq!((nested.epochs, nested.alone_epochs()), (660, 541));
        let full = |epoch: f64| nested.cosine_share(epoch) > 0.999;
        let low = |epoch: f64| nested.cosine_share(epoch) < 1e-4;
        // Three cycles of 180 1/3 epochs, then one of 119; each rises for three epochs.
        assert!([3.01, 183.4, 363.7, 544.01].into_iter().all(full));
        assert!([180.3, 360.6, 540.9, 659.9].into_iter().all(low));
        let preprocess = Preprocess {
            neighbours: 0,
            ..nested.recipe.preprocess
        };
        let narrow = TrainSettings {
            recipe: Recipe {
                preprocess,
                ..nested.recipe
            },
            ..nested
        };
        assert_eq!(narrow.alone_epochs(), 0);
        assert!(narrow.cosine_share(219.9) < 1e-4 && narrow.cosine_share(544.01) < 0.7);
    }

    #[test]
    fn settings_that_do_not_go_together_are_refused() {
        let refused = |settings: TrainSettings| settings.check().unwrap_err().to_string();
        let nested = TrainSettings::of(Architecture::Nested);
        let error = refused(TrainSettings {
            locator: None,
            ..nested
        });
        assert_eq!(
            error,
            "recipe.preprocess.framing = heart: need central, or a [locator] that finds the heart"
        );
        let error = refused(TrainSettings {
            course: Course::Plateau,
            ..nested
        });
        assert_eq!(
            error,
            "validate_every = 30: need 1 with course = plateau, which follows the validation loss"
        );
        let locator = Some(LocatorSettings {
            batch_size: 0,
            ..LocatorSettings::default()
        });
        assert_eq!(
            refused(TrainSettings { locator, ..nested }),
            "locator.batch_size = 0: need 1 to 1024"
        );
        let loss = Loss::RegionDiceCrossEntropy;
        assert!(
            refused(TrainSettings {
                loss,
                ..TrainSettings::default()
            })
            .starts_with("loss = region-dice")
        );
    }
}
