//! Training settings from defaults, a TOML file and flags, in this order.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use myops_net::model::{Architecture, ModelSettings};
use myops_segment::Recipe;
use myops_train::{TrainPlan, TrainSettings};
use toml::{Table, Value};

use super::settings_file::{changed_settings, merge, parse_table, read_table};

/// Flags of every command that trains.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct TrainArgs {
    /// Network: nested, runet or unet [default: nested]
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Settings file (TOML); whatever it leaves out keeps its default
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Epochs; [locator] in a settings file sets those of the locator [default: see --print-config]
    #[arg(long, value_name = "N")]
    epochs: Option<usize>,
    /// Slices per batch [default: see --print-config]
    #[arg(long, value_name = "N")]
    batch_size: Option<usize>,
    /// Largest learning rate of Adam [default: see --print-config]
    #[arg(long, value_name = "RATE")]
    learning_rate: Option<f64>,
    /// Random seed [default: see --print-config]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Synthetic patients added to the training cases [default: see --print-config]
    #[arg(long, value_name = "N")]
    phantoms: Option<usize>,
    /// Train network and locator without augmentation
    #[arg(long)]
    no_augmentation: bool,
    /// Print the resulting settings as a settings file and stop
    #[arg(long)]
    pub print_config: bool,
    /// Device: cpu, cpu-bf16 (multiplies with 8 bits of precision; faster where the processor has a matrix unit, AMX),
    /// or cuda or wgpu in a build that has them
    #[arg(long, value_name = "NAME", default_value = "cpu")]
    pub device: crate::device::DeviceChoice,
}

impl TrainArgs {
    /// The checked settings.
    ///
    /// # Errors
    /// Where the file cannot be read or holds an unknown key, or a setting is out of its bounds.
    pub fn plan(&self) -> Result<TrainPlan> {
        match self.config.as_deref() {
            Some(path) => self.plan_over(Some((read_table(path)?, path))),
            None => self.plan_over(None),
        }
    }

    fn plan_over(&self, file: Option<(Table, &Path)>) -> Result<TrainPlan> {
        let in_file = file
            .as_ref()
            .and_then(|(t, _)| t.get("model")?.get("architecture")?.as_str());
        let architecture = architecture_among(
            &Architecture::ALL,
            self.model
                .as_deref()
                .or(in_file)
                .unwrap_or(Architecture::Nested.name()),
        )?;
        let mut settings = TrainSettings::of(architecture);
        if let Some((file, path)) = file {
            settings =
                changed_settings(settings, file).with_context(|| path.display().to_string())?;
            settings.model.architecture = architecture;
        }
        settings.epochs = self.epochs.unwrap_or(settings.epochs);
        settings.batch_size = self.batch_size.unwrap_or(settings.batch_size);
        settings.learning_rate = self.learning_rate.unwrap_or(settings.learning_rate);
        settings.seed = self.seed.unwrap_or(settings.seed);
        settings.phantoms = self.phantoms.unwrap_or(settings.phantoms);
        if self.no_augmentation {
            settings.augment = myops_image::augment::AugmentRanges::NONE;
        }
        Ok(settings.plan()?)
    }
}

/// The checked settings that the text of a settings file gives; `name` is what errors call it.
///
/// # Errors
/// As the `--config` of the commands that train.
pub fn decode_settings(text: &str, name: &Path) -> Result<TrainSettings> {
    let file = parse_table(text, name)?;
    let plan = TrainArgs::default().plan_over(Some((file, name)))?;
    Ok(*plan.settings())
}

/// A trained network's recipe with the changes that the `[recipe]` of a settings file makes.
///
/// # Errors
/// Where the file cannot be read, changes what the network was trained with, or holds a setting out of its bounds.
pub fn changed_recipe(model: ModelSettings, recipe: Recipe, path: &Path) -> Result<Recipe> {
    let file = read_table(path)?;
    changed_recipe_by(model, recipe, file).with_context(|| path.display().to_string())
}

fn changed_recipe_by(model: ModelSettings, recipe: Recipe, mut file: Table) -> Result<Recipe> {
    let Some(Value::Table(changes)) = file.remove("recipe") else {
        bail!("no [recipe], which is all that can be changed after training");
    };
    // The rest of the file belongs to a training, and must be valid for one.
    let defaults = changed_settings(TrainSettings::of(model.architecture), file)?;
    let mut table = Table::try_from(recipe)?;
    merge(&mut table, changes);
    let changed: Recipe = table.try_into()?;
    if changed.preprocess != recipe.preprocess {
        bail!(
            "recipe.preprocess is what the network was trained with, and cannot be changed after"
        );
    }
    changed.check_for(&model)?;
    changed.check_framing(defaults.locator.as_ref())?;
    Ok(changed)
}

/// The architecture of a name, of those that are known.
pub fn architecture_among(known: &[Architecture], name: &str) -> Result<Architecture> {
    match known.iter().find(|a| a.name() == name) {
        Some(architecture) => Ok(*architecture),
        None => bail!(
            "model {name}: need one of {}",
            known
                .iter()
                .map(|a| a.name())
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}
