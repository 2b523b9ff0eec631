//! What comes before and after a network.

use myops_image::label::LabelMap;
use myops_image::preprocess::{Preprocess, Restore};
use serde::{Deserialize, Serialize};

use super::decision::Decision;

/// How a study becomes an input, and an output labels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Orientation, window and intensities.
    pub preprocess: Preprocess,
    /// From probabilities to labels.
    pub decision: Decision,
}

impl Recipe {
    /// That of the published networks.
    pub const PUBLISHED: Self = Self { preprocess: Preprocess::PUBLISHED, decision: Decision::Paint };

    /// Labels on the study's own grid from the probabilities `[slice][row][column][class]` of the network's.
    pub fn labels(&self, probabilities: &[f32], classes: usize, restore: &Restore) -> LabelMap {
        restore.labels(probabilities, classes, |pixel| self.decision.label(pixel))
    }
}
