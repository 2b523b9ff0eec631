//! What comes before and after a network.

use myops_image::label::{Label, LabelMap};
use myops_image::preprocess::{Align, Preprocess, Restore};
use serde::{Deserialize, Serialize};

use super::cleanup::{Cleanup, Keep};
use super::decision::{Decision, Thresholds};
use super::flips::Flips;

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
    /// The thresholds of the nested decision.
    #[serde(default)]
    pub thresholds: Thresholds,
    /// What is done about sequences that do not lie on one another.
    #[serde(default)]
    pub align: Align,
    /// Mirrored images that are segmented too.
    #[serde(default)]
    pub flips: Flips,
    /// What the logarithms of probabilities are divided by in probability maps and expected Dice, so that they come true
    /// as often as they say (Guo et al., ICML 2017); labels do not change with it.
    #[serde(default = "one")]
    pub temperature: f64,
    /// What is taken out of the labels.
    #[serde(default)]
    pub cleanup: Cleanup,
}

impl Recipe {
    /// That of the published networks.
    pub const PUBLISHED: Self = Self {
        preprocess: Preprocess::PUBLISHED,
        decision: Decision::Paint,
        thresholds: Thresholds::HALF,
        align: Align::Off,
        flips: Flips::None,
        temperature: 1.0,
        cleanup: Cleanup {
            anatomy: Keep::All,
            holes_mm2: 0.0,
            smallest_edema_or_scar_ml: 0.0,
            smallest_scar_ml: 0.0,
            smallest_total_scar_ml: 0.0,
        },
    };

    /// The label of a pixel from its probabilities, in the order of [`Label::ALL`].
    pub fn label(&self, probabilities: &[f32]) -> Label {
        self.decision.label(probabilities, &self.thresholds)
    }

    /// Labels on the study's own grid from the probabilities `[slice][row][column][class]` of the network's.
    pub fn labels(&self, probabilities: &[f32], classes: usize, restore: &Restore) -> LabelMap {
        let mut labels = restore.labels(probabilities, classes, |pixel| self.label(pixel));
        self.cleanup.apply(&mut labels);
        labels
    }
}

fn one() -> f64 {
    1.0
}
