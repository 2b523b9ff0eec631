//! What a file of weights says of itself.

use serde::{Deserialize, Serialize};

use super::recipe::Recipe;
use crate::model::ModelSettings;

/// All that is needed to segment with a file of weights, and where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelHeader {
    /// The network.
    pub model: ModelSettings,
    /// What comes before and after it.
    pub recipe: Recipe,
    /// Where the weights come from, in words.
    pub origin: String,
    /// The settings of the training, for weights that were trained here.
    pub training: Option<serde_json::Value>,
}
