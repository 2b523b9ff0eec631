//! Training settings from defaults, a TOML file and flags, in this order.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use myops_image::io::read_bounded;
use myops_net::model::{Architecture, ModelSettings};
use myops_segment::Recipe;
use myops_train::TrainSettings;
use toml::{Table, Value};

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
    pub fn settings(&self) -> Result<TrainSettings> {
        match self.config.as_deref() {
            Some(path) => self.settings_over(Some((read_table(path)?, path))),
            None => self.settings_over(None),
        }
    }

    fn settings_over(&self, file: Option<(Table, &Path)>) -> Result<TrainSettings> {
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
            let names_inputs = file
                .get("model")
                .is_some_and(|model| model.get("inputs").is_some());
            let mut table = Table::try_from(settings)?;
            merge(&mut table, file);
            settings = table
                .try_into()
                .with_context(|| path.display().to_string())?;
            settings.model.architecture = architecture;
            if !names_inputs {
                // The network takes what the preparation gives.
                settings.model.inputs = settings.recipe.preprocess.channels();
            }
        }
        settings.epochs = self.epochs.unwrap_or(settings.epochs);
        settings.batch_size = self.batch_size.unwrap_or(settings.batch_size);
        settings.learning_rate = self.learning_rate.unwrap_or(settings.learning_rate);
        settings.seed = self.seed.unwrap_or(settings.seed);
        settings.phantoms = self.phantoms.unwrap_or(settings.phantoms);
        if self.no_augmentation {
            settings.augment = myops_image::augment::AugmentRanges::NONE;
        }
        settings.check()?;
        Ok(settings)
    }
}

/// The checked settings that the text of a settings file gives; `name` is what errors call it.
///
/// # Errors
/// As the `--config` of the commands that train.
pub fn decode_settings(text: &str, name: &Path) -> Result<TrainSettings> {
    TrainArgs::default().settings_over(Some((parse_table(text, name)?, name)))
}

/// A trained network's recipe with the changes that the `[recipe]` of a settings file makes.
///
/// # Errors
/// Where the file cannot be read, changes what the network was trained with, or holds a setting out of its bounds.
pub fn changed_recipe(model: ModelSettings, recipe: Recipe, path: &Path) -> Result<Recipe> {
    let mut file = read_table(path)?;
    let Some(Value::Table(changes)) = file.remove("recipe") else {
        bail!(
            "{}: no [recipe], which is all that can be changed after training",
            path.display()
        );
    };
    // What else the file may say is a training's, and has to be that at least.
    let mut all = Table::try_from(TrainSettings::of(model.architecture))?;
    merge(&mut all, file);
    let _: TrainSettings = all.try_into().with_context(|| path.display().to_string())?;
    let mut table = Table::try_from(recipe)?;
    merge(&mut table, changes);
    let changed: Recipe = table
        .try_into()
        .with_context(|| path.display().to_string())?;
    if changed.preprocess != recipe.preprocess {
        bail!(
            "{}: recipe.preprocess is what the network was trained with, and cannot be changed after",
            path.display()
        );
    }
    let settings = TrainSettings {
        model,
        recipe: changed,
        crop_pixels: 0,
        ..TrainSettings::of(model.architecture)
    };
    settings
        .check()
        .with_context(|| path.display().to_string())?;
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

/// The longest settings file that is read: hundreds of times all settings. What reads it takes up to sixty times as much.
const MAX_BYTES: u64 = 1 << 20;

fn read_table(path: &Path) -> Result<Table> {
    let text = String::from_utf8(read_bounded(path, MAX_BYTES)?)
        .with_context(|| path.display().to_string())?;
    parse_table(&text, path)
}

fn parse_table(text: &str, path: &Path) -> Result<Table> {
    let place = |at: usize| format!("line {}", text[..at].matches('\n').count() + 1);
    text.parse().map_err(|e: toml::de::Error| {
        let line = e
            .span()
            .map_or(String::new(), |span| place(span.start) + ": ");
        anyhow::anyhow!("{}: {line}{}", path.display(), e.message())
    })
}

/// Puts every value of `from` over that of the same place in `into`.
fn merge(into: &mut Table, from: Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Table(into)), Value::Table(from)) => merge(into, from),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let mut table = Table::try_from(TrainSettings::default()).unwrap();
        merge(
            &mut table,
            "epochs = 3\n[augment]\ndropout = 0.5\n".parse().unwrap(),
        );
        let settings: TrainSettings = table.try_into().unwrap();
        assert_eq!((settings.epochs, settings.augment.dropout), (3, 0.5));
        assert_eq!(
            settings.augment.rotation_degrees,
            TrainSettings::default().augment.rotation_degrees
        );
    }

    #[test]
    fn printed_settings_read_back_are_the_same() {
        for architecture in Architecture::ALL {
            let settings = TrainSettings::of(architecture);
            let text = toml::to_string(&settings).unwrap();
            assert_eq!(toml::from_str::<TrainSettings>(&text).unwrap(), settings);
        }
    }
}
