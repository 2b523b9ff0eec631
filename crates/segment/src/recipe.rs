//! What comes before and after a network.

use myops_image::label::{Label, LabelMap};
use myops_image::preprocess::{Align, Axes, Framing, Prepared, Preprocess, Restore};
use myops_settings::{Setting, SettingsError, Switch, settings, zero_is_off};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::cleanup::{Cleanup, Keep};
use super::contrast;
use super::decision::{Decision, ThresholdBounds};
use super::flips::Flips;
use super::network::check_network;
use super::presence::ScarPresence;
use super::probabilities::{NotANumber, Probabilities, RawProbabilities};
use myops_net::graph::Activation;
use myops_net::model::ModelSettings;

/// Labels, and so numbers a pixel.
const LABELS: usize = Label::ALL.len();

settings! {
    /// How a study becomes an input, and an output labels.
    ///
    /// All but `preprocess` is left out of training, and may be changed without training again.
    #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct Recipe {
        /// Preparation of the input: orientation, window and intensities.
        pub preprocess: Preprocess,
        /// Rule that turns probabilities into labels.
        pub decision: Decision,
        /// Bounds of the thresholds that decision = "nested" chooses for each case.
        #[serde(default)]
        pub thresholds: ThresholdBounds,
        /// Handling of sequences that are shifted relative to one another: ignore, measure, or correct the shift.
        #[serde(default)]
        pub align: Align,
        /// Mirrored images that are segmented too and averaged; "dealt" shares all four among the networks of an ensemble.
        #[serde(default)]
        pub flips: Flips,
        /// Divisor of the logarithms of probabilities, which calibrates them (Guo et al., ICML 2017).
        #[serde(default = "one")]
        #[within(0.01, 100)]
        pub temperature: f64,
        /// Change of the log odds of edema and scar per standard deviation of the contrast of scar on T2, downwards where
        /// scar stands out; "off" leaves them.
        #[serde(default, deserialize_with = "zero_is_off")]
        #[within(0, 10)]
        pub contrast: Switch<f64>,
        /// How likely a case is to have scar at all; where it is not, none is labelled.
        #[serde(default)]
        pub scar_presence: ScarPresence,
        /// What is removed from the labels or filled in them.
        #[serde(default)]
        pub cleanup: Cleanup,
    }
}

impl Recipe {
    /// That of the published networks.
    pub const PUBLISHED: Self = Self {
        preprocess: Preprocess::PUBLISHED,
        decision: Decision::Paint,
        thresholds: ThresholdBounds::HALF,
        align: Align::Off,
        flips: Flips::None,
        temperature: 1.0,
        contrast: Switch::Off,
        scar_presence: ScarPresence::OFF,
        cleanup: Cleanup {
            anatomy: Keep::All,
            holes_mm2: 0.0,
            smallest_edema_or_scar_ml: 0.0,
            smallest_scar_ml: 0.0,
            smallest_total_scar_ml: 0.0,
        },
    };

    /// Checks every number, and that there is such a network for what the preparation gives: in the settings of a
    /// training and in the header of a file of weights.
    ///
    /// # Errors
    /// The first setting out of its bounds.
    pub fn check_for(&self, model: &ModelSettings) -> Result<(), SettingsError> {
        self.check("recipe", None)?;
        check_network(model, &self.preprocess)?;
        let ThresholdBounds { lowest, highest } = self.thresholds;
        if highest < lowest {
            let bound = format!("{lowest} to 1");
            return Err(SettingsError::new(
                "recipe.thresholds.highest",
                &highest,
                bound,
            ));
        }
        Ok(())
    }

    /// Checks that there is a locator where the heart is to be found, and none where it is not.
    ///
    /// # Errors
    /// Where it is otherwise.
    pub fn check_framing<L>(&self, locator: Option<&L>) -> Result<(), SettingsError> {
        let (value, bound) = match (self.preprocess.framing, locator) {
            (Framing::Heart, None) => ("heart", "central, or a [locator] that finds the heart"),
            (Framing::Central, Some(_)) => ("central", "heart where there is a [locator]"),
            _ => return self.check_axes(),
        };
        Err(SettingsError::new(
            "recipe.preprocess.framing",
            &value,
            bound,
        ))
    }

    fn check_axes(&self) -> Result<(), SettingsError> {
        let turned = self.preprocess.framing == Framing::Heart || self.align != Align::Off;
        if self.preprocess.axes == Axes::Stored && turned {
            let bound = "anatomical where the heart is found or sequences are aligned, which turns images by their affine";
            return Err(SettingsError::new(
                "recipe.preprocess.axes",
                &"stored",
                bound,
            ));
        }
        Ok(())
    }

    /// Makes probabilities come true as often as they say, by temperature and contrast.
    ///
    /// `input` is what the networks saw.
    ///
    /// # Errors
    /// Where a calibrated value is not a number.
    pub fn calibrate(
        &self,
        activation: Activation,
        input: &Prepared,
        probabilities: RawProbabilities,
    ) -> Result<Probabilities, NotANumber> {
        probabilities.calibrated(|p| {
            activation.temper(p, LABELS, self.temperature as f32);
            if let Switch::On(weight) = self.contrast {
                contrast::weigh(weight, input, p);
            }
        })
    }

    /// The label of each pixel of a case.
    pub fn pixel_labels(&self, probabilities: &Probabilities) -> Vec<Label> {
        let values = probabilities.values();
        values
            .par_chunks_exact(LABELS)
            .map(self.rule(values))
            .collect()
    }

    /// Labels on the study's grid from probabilities on the network's.
    pub fn labels(&self, probabilities: &Probabilities, restore: &Restore) -> LabelMap {
        let values = probabilities.values();
        let mut labels = restore.labels(values, LABELS, self.rule(values));
        self.cleanup.apply(&mut labels);
        labels
    }

    /// What makes labels of the pixels of a case.
    fn rule(&self, probabilities: &[f32]) -> impl Fn(&[f32]) -> Label + Sync + Send + use<> {
        let (decision, thresholds) = (
            self.decision,
            self.decision.thresholds(probabilities, self.thresholds),
        );
        move |pixel| decision.label(pixel, thresholds)
    }
}

fn one() -> f64 {
    1.0
}
