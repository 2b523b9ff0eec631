//! What a file of weights says of itself.

use myops_image::preprocess::Preprocess;
use serde::{Deserialize, Serialize};

use super::recipe::Recipe;
use myops_net::model::ModelSettings;
use myops_settings::SettingsError;

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
    /// The model that segments cases of which LGE alone was imaged, where these networks do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lge_alone: Option<Box<ModelHeader>>,
    /// Where the weights come from, in words.
    pub origin: String,
    /// The settings of the training, for weights that were trained here.
    pub training: Option<serde_json::Value>,
    /// The cases of the training, for a network that was trained here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cases: Option<TrainedOn>,
}

/// The cases that a training learned from and those it held out, by their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainedOn {
    /// Which fold was held out.
    pub fold: usize,
    /// Learned from.
    pub training: Vec<String>,
    /// Held out.
    pub held_out: Vec<String>,
}

impl std::fmt::Display for TrainedOn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} cases", self.training.len())?;
        if self.held_out.is_empty() {
            Ok(())
        } else {
            write!(f, ", {} held out", self.held_out.join(" "))
        }
    }
}

/// The network that finds the heart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LocatorHeader {
    /// The network.
    pub model: ModelSettings,
    /// How a study becomes its input.
    pub preprocess: Preprocess,
}

impl LocatorHeader {
    fn check(&self) -> Result<(), SettingsError> {
        let recipe = Recipe {
            preprocess: self.preprocess,
            ..Recipe::PUBLISHED
        };
        recipe.check_for(&self.model)?;
        recipe.check_framing::<Self>(None)
    }
}

/// Networks of one file at most.
const MOST_MEMBERS: usize = 64;

impl ModelHeader {
    /// Of one network without a locator, not trained here.
    pub fn single(model: ModelSettings, recipe: Recipe, origin: impl Into<String>) -> Self {
        let origin = origin.into();
        Self {
            model,
            recipe,
            members: 1,
            widths: Vec::new(),
            locator: None,
            lge_alone: None,
            origin,
            training: None,
            cases: None,
        }
    }

    /// Checks that there are such networks: the bounds are those of the settings of a training.
    ///
    /// # Errors
    /// The first number out of its bounds.
    pub fn check(&self) -> Result<(), SettingsError> {
        if !(1..=MOST_MEMBERS).contains(&self.members) {
            return Err(SettingsError::new(
                "members",
                &self.members,
                format!("1 to {MOST_MEMBERS}"),
            ));
        }
        if !self.widths.is_empty() && self.widths.len() != self.members {
            let value = format!("{} numbers", self.widths.len());
            return Err(SettingsError::new(
                "widths",
                &value,
                format!("{}, one for each network", self.members),
            ));
        }
        (0..self.members).try_for_each(|n| self.recipe.check_for(&self.member(n)))?;
        self.recipe.check_framing(self.locator.as_ref())?;
        self.locator.map_or(Ok(()), |locator| {
            locator.check().map_err(|e| e.within("locator"))
        })?;
        self.lge_alone.as_ref().map_or(Ok(()), |model| {
            if model.lge_alone.is_some() {
                let bound = "none within lge_alone";
                return Err(SettingsError::new("lge_alone.lge_alone", &"a model", bound));
            }
            model.check().map_err(|e| e.within("lge_alone"))
        })
    }

    /// The width of each member.
    pub fn member_widths(&self) -> Vec<usize> {
        (0..self.members).map(|n| self.member(n).width).collect()
    }

    /// The network of a member.
    pub fn member(&self, n: usize) -> ModelSettings {
        ModelSettings {
            width: self.widths.get(n).copied().unwrap_or(self.model.width),
            ..self.model
        }
    }
}

fn one() -> usize {
    1
}
