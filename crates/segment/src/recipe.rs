//! What comes before and after a network.

use myops_image::label::{Label, LabelMap};
use myops_image::preprocess::{Align, Axes, Framing, Preprocess, Restore};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::cleanup::{Cleanup, Keep};
use super::contrast;
use super::decision::{Decision, ThresholdBounds};
use super::flips::Flips;
use super::network::check_network;
use super::probabilities::{NotANumber, Probabilities, RawProbabilities};
use myops_net::graph::Activation;
use myops_net::model::{ModelSettings, SettingsError, check_numbers};

/// Labels, and so numbers a pixel.
const LABELS: usize = Label::ALL.len();

/// How a study becomes an input, and an output labels.
///
/// All but `preprocess` is left out of training, and may be changed without training again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Orientation, window and intensities.
    pub preprocess: Preprocess,
    /// From probabilities to labels.
    pub decision: Decision,
    /// Between which the thresholds of the nested decision are chosen for each case.
    #[serde(default)]
    pub thresholds: ThresholdBounds,
    /// What is done about sequences that do not lie on one another.
    #[serde(default)]
    pub align: Align,
    /// Mirrored images that are segmented too.
    #[serde(default)]
    pub flips: Flips,
    /// What the logarithms of probabilities are divided by, so that they come true as often as they say (Guo et al., ICML
    /// 2017); labels, maps and expected Dice are made of what that gives.
    #[serde(default = "one")]
    pub temperature: f64,
    /// How much the odds of edema and scar fall where scar stands out on T2, and rise where it does not: by a factor of
    /// `exp(contrast)` for each standard deviation of healthy myocardium; 0 leaves them.
    #[serde(default)]
    pub contrast: f64,
    /// What is taken out of the labels.
    #[serde(default)]
    pub cleanup: Cleanup,
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
        contrast: 0.0,
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
    pub fn check(&self, model: &ModelSettings) -> Result<(), SettingsError> {
        check_network(model, &self.preprocess)?;
        let Self {
            thresholds,
            cleanup,
            ..
        } = self;
        check_numbers(&[
            ("recipe.thresholds.lowest", thresholds.lowest, 0.0, 1.0),
            (
                "recipe.thresholds.highest",
                thresholds.highest,
                thresholds.lowest,
                1.0,
            ),
            ("recipe.temperature", self.temperature, 0.01, 100.0),
            ("recipe.contrast", self.contrast, 0.0, 10.0),
            ("recipe.cleanup.holes_mm2", cleanup.holes_mm2, 0.0, 1e4),
            (
                "recipe.cleanup.smallest_edema_or_scar_ml",
                cleanup.smallest_edema_or_scar_ml,
                0.0,
                1000.0,
            ),
            (
                "recipe.cleanup.smallest_scar_ml",
                cleanup.smallest_scar_ml,
                0.0,
                1000.0,
            ),
            (
                "recipe.cleanup.smallest_total_scar_ml",
                cleanup.smallest_total_scar_ml,
                0.0,
                1000.0,
            ),
            (
                "recipe.preprocess.spacing_mm",
                self.preprocess.spacing_mm.unwrap_or(1.0),
                0.05,
                50.0,
            ),
        ])
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
    /// # Shapes
    /// `input` is `[pixel][channel]`.
    ///
    /// # Errors
    /// Where a calibrated value is not a number.
    pub fn calibrate(
        &self,
        activation: Activation,
        input: &[f32],
        probabilities: RawProbabilities,
    ) -> Result<Probabilities, NotANumber> {
        probabilities.calibrated(|p| {
            activation.temper(p, LABELS, self.temperature as f32);
            contrast::weigh(self.contrast, input, self.preprocess.channels(), p);
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

    /// Labels on the study's own grid from probabilities on the network's.
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
