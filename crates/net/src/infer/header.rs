//! What a file of weights says of itself.

use myops_image::preprocess::Preprocess;
use serde::{Deserialize, Serialize};

use super::recipe::Recipe;
use crate::model::ModelSettings;

/// All that is needed to segment with a file of weights, and where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelHeader {
    /// The network; every member is one of these, but for its width.
    pub model: ModelSettings,
    /// What comes before and after it.
    pub recipe: Recipe,
    /// How many networks there are, whose probabilities are averaged.
    #[serde(default = "one")]
    pub members: usize,
    /// The width of each, where they differ in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub widths: Vec<usize>,
    /// The network that finds the heart first, where the recipe needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locator: Option<LocatorHeader>,
    /// Where the weights come from, in words.
    pub origin: String,
    /// The settings of the training, for weights that were trained here.
    pub training: Option<serde_json::Value>,
}

/// The network that finds the heart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LocatorHeader {
    /// The network.
    pub model: ModelSettings,
    /// How a study becomes its input.
    pub preprocess: Preprocess,
}

impl ModelHeader {
    /// Of one network without a locator, not trained here.
    pub fn single(model: ModelSettings, recipe: Recipe, origin: impl Into<String>) -> Self {
        Self { model, recipe, members: 1, widths: Vec::new(), locator: None, origin: origin.into(), training: None }
    }

    /// The width of each member.
    pub fn member_widths(&self) -> Vec<usize> {
        (0..self.members).map(|n| self.member(n).width).collect()
    }

    /// The network of a member.
    pub fn member(&self, n: usize) -> ModelSettings {
        ModelSettings { width: self.widths.get(n).copied().unwrap_or(self.model.width), ..self.model }
    }
}

fn one() -> usize {
    1
}
