//! A checked training: settings that fit together, and what follows from them.

use std::ops::Deref;

use myops_image::label::Label;
use myops_net::graph::Activation;
use myops_net::model::ModelSettings;
use myops_settings::{Setting, SettingsError, Switch};

use super::schedule::LrSchedule;
use super::settings::TrainSettings;
use crate::loss::{Loss, Objective};

/// Settings that a training can run with, and the facts that follow from them; the settings can be read but not changed.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainPlan {
    settings: TrainSettings,
    network: ModelSettings,
    objective: Objective,
    seen_pixels: usize,
    single_slice_epochs: usize,
    locator: Option<Box<TrainPlan>>,
}

impl Deref for TrainPlan {
    type Target = TrainSettings;

    fn deref(&self) -> &TrainSettings {
        &self.settings
    }
}

impl TrainSettings {
    /// Checks every setting once, so that no error is found after hours, and computes what follows from them.
    ///
    /// # Errors
    /// The first setting out of its bounds, or that does not fit the others.
    pub fn plan(self) -> Result<TrainPlan, SettingsError> {
        self.check_all()?;
        let network = ModelSettings {
            architecture: self.model.architecture,
            inputs: self.recipe.preprocess.channels(),
            classes: Label::ALL.len(),
            width: self.model.width,
        };
        self.recipe.check_for(&network)?;
        self.recipe.check_framing(self.locator.as_ref())?;
        self.check_schedule()?;
        self.check_loss()?;
        let locator = self
            .locator
            .map(|locator| Self::of_locator(&locator, &self).plan().map(Box::new))
            .transpose()
            .map_err(|error| error.within("locator"))?;
        Ok(TrainPlan {
            settings: self,
            network,
            objective: Objective {
                activation: self.model.architecture.activation(),
                loss: self.loss,
                pathology: self.pathology,
            },
            seen_pixels: self.seen_pixels()?,
            single_slice_epochs: self.single_slice_epochs(),
            locator,
        })
    }

    /// Height and width of what a training step sees, pixels.
    fn seen_pixels(&self) -> Result<usize, SettingsError> {
        let side = self.recipe.preprocess.size;
        let Switch::On(crop) = self.crop_pixels else {
            return Ok(side);
        };
        let multiple = self.model.architecture.side_multiple();
        if crop > side || !crop.is_multiple_of(multiple) || !(side - crop).is_multiple_of(2) {
            let bound = format!(
                "\"off\", or a multiple of {multiple} up to {side} that leaves as much on either side"
            );
            return Err(SettingsError::new("crop_pixels", &crop, bound));
        }
        Ok(crop)
    }

    fn single_slice_epochs(&self) -> usize {
        if self.recipe.preprocess.neighbours == 0 {
            0
        } else {
            (self.single_slice_share * self.epochs as f64).round() as usize
        }
    }

    fn check_schedule(&self) -> Result<(), SettingsError> {
        if matches!(self.schedule, LrSchedule::Plateau(_)) && self.validate_every > 1 {
            let bound = "1 with schedule.kind = plateau, which follows the validation loss";
            return Err(SettingsError::new(
                "validate_every",
                &self.validate_every,
                bound,
            ));
        }
        Ok(())
    }

    fn check_loss(&self) -> Result<(), SettingsError> {
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
        Ok(())
    }
}

impl TrainPlan {
    /// The settings as a file says them.
    pub fn settings(&self) -> &TrainSettings {
        &self.settings
    }

    /// The network, with as many inputs as the preparation gives and an output for each label.
    pub fn network(&self) -> ModelSettings {
        self.network
    }

    /// The loss with all that it depends on.
    pub fn objective(&self) -> Objective {
        self.objective
    }

    /// Height and width of what a training step sees, pixels.
    pub fn seen_pixels(&self) -> usize {
        self.seen_pixels
    }

    /// Epochs, from the first, in which the network sees each slice without its neighbours although it has channels for
    /// them; their weights stay 0 until then.
    pub fn single_slice_epochs(&self) -> usize {
        self.single_slice_epochs
    }

    /// The training of the locator, where there is one.
    pub fn locator_plan(&self) -> Option<&Self> {
        self.locator.as_deref()
    }

    /// The share of the full learning rate after so many epochs, fractions of one included, where it follows the calendar
    /// and not the validation loss.
    ///
    /// It falls `cycles` times in the epochs of single slices and once in those with neighbours; without neighbours all
    /// epochs are one part.
    pub fn learning_rate_share(&self, after_epochs: f64) -> Option<f64> {
        let LrSchedule::Cosine(cosine) = self.schedule else {
            return None;
        };
        let single = self.single_slice_epochs;
        Some(if single == 0 {
            cosine.share(after_epochs, self.epochs)
        } else if after_epochs < single as f64 {
            cosine.share(after_epochs, single)
        } else {
            cosine
                .once()
                .share(after_epochs - single as f64, self.epochs - single)
        })
    }
}

#[cfg(test)]
mod tests {
    use myops_image::preprocess::Preprocess;
    use myops_net::model::Architecture;
    use myops_segment::Recipe;

    use super::*;
    use crate::{LocatorSettings, PlateauSchedule};

    fn refused(settings: &TrainSettings) -> String {
        settings.plan().unwrap_err().to_string()
    }

    #[test]
    fn the_default_settings_are_allowed() {
        for architecture in Architecture::ALL {
            let plan = TrainSettings::of(architecture).plan().unwrap();
            assert_eq!(plan.network().architecture, architecture);
        }
        let never_stops = LrSchedule::Plateau(PlateauSchedule {
            stop_after: Switch::Off,
            ..PlateauSchedule::default()
        });
        let settings = TrainSettings {
            schedule: never_stops,
            ..TrainSettings::default()
        };
        assert!(settings.plan().is_ok());
    }

    #[test]
    fn a_setting_out_of_bounds_is_named_with_value_and_bound() {
        let settings = TrainSettings {
            batch_size: 0,
            ..TrainSettings::default()
        };
        assert_eq!(refused(&settings), "batch_size = 0: need 1 to 1024");
        let settings = TrainSettings {
            learning_rate: f64::NAN,
            ..TrainSettings::default()
        };
        assert!(refused(&settings).starts_with("learning_rate = NaN"));
        let settings = TrainSettings {
            crop_pixels: Switch::On(100),
            ..TrainSettings::of(Architecture::Nested)
        };
        assert_eq!(
            refused(&settings),
            "crop_pixels = 100: need \"off\", or a multiple of 16 up to 144 that leaves as much on either side"
        );
    }

    #[test]
    fn the_rate_falls_in_cycles_while_slices_are_single_and_once_more_after() {
        let nested = TrainSettings::of(Architecture::Nested);
        let plan = nested.plan().unwrap();
        assert_eq!((plan.epochs, plan.single_slice_epochs()), (660, 541));
        let full = |epoch: f64| plan.learning_rate_share(epoch).unwrap() > 0.999;
        let low = |epoch: f64| plan.learning_rate_share(epoch).unwrap() < 1e-4;
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
        let plan = narrow.plan().unwrap();
        assert_eq!((plan.single_slice_epochs(), plan.network().inputs), (0, 3));
        let share = |epoch: f64| plan.learning_rate_share(epoch).unwrap();
        assert!(share(219.9) < 1e-4 && share(544.01) < 0.7);
    }

    #[test]
    fn settings_that_do_not_go_together_are_refused() {
        let nested = TrainSettings::of(Architecture::Nested);
        let error = refused(&TrainSettings {
            locator: None,
            ..nested
        });
        assert_eq!(
            error,
            "recipe.preprocess.framing = heart: need central, or a [locator] that finds the heart"
        );
        let error = refused(&TrainSettings {
            schedule: LrSchedule::Plateau(PlateauSchedule::default()),
            ..nested
        });
        assert_eq!(
            error,
            "validate_every = 30: need 1 with schedule.kind = plateau, which follows the validation loss"
        );
        let locator = |locator| TrainSettings {
            locator: Some(locator),
            ..nested
        };
        let error = refused(&locator(LocatorSettings {
            batch_size: 0,
            ..LocatorSettings::default()
        }));
        assert_eq!(error, "locator.batch_size = 0: need 1 to 1024");
        let error = refused(&locator(LocatorSettings {
            size: 40,
            ..LocatorSettings::default()
        }));
        assert_eq!(
            error,
            "locator.recipe.preprocess.size = 40: need a multiple of 16 from 16 to 2048"
        );
        let error = refused(&TrainSettings {
            loss: Loss::RegionDiceCrossEntropy,
            ..TrainSettings::default()
        });
        assert!(error.starts_with("loss = region-dice"), "{error}");
    }
}
