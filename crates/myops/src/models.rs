//! Models by name: those inside the program, the folder of a training, or a file of weights.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use myops_image::io::{open_regular, read_small};
use myops_measure::finding::Finding;
use myops_net::engine::Device;
use myops_net::infer::{ModelFile, ModelHeader, Segmenter};
use myops_net::weights::start_bytes;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::failure::WithHint;

/// A model inside the program.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// What it is asked for by.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    bytes: &'static [u8],
}

/// Every model inside the program; the first is the default. A constant's bytes would be there once for every file that
/// names it.
pub static BUILT_IN: &[BuiltIn] = &[
    BuiltIn {
        name: "nested",
        about: "finds the heart, then labels it at full resolution; five networks, trained on MyoPS 2020",
        bytes: include_bytes!("../weights/nested.safetensors"),
    },
    BuiltIn {
        name: "runet",
        about: "the Residual U-Net of MyoPS 2020 as published, trained on its 25 cases and 15 phantoms",
        bytes: include_bytes!("../weights/runet.safetensors"),
    },
];

/// A model ready to segment.
#[derive(Debug)]
pub struct Model {
    /// What it was asked for by.
    pub name: String,
    /// The first 16 hexadecimal digits of the weights' SHA-256.
    pub fingerprint: String,
    /// The network.
    pub segmenter: Segmenter,
    /// Where it is of a training that has not come to its end.
    pub unfinished: Option<Unfinished>,
}

impl Model {
    /// Opens a built-in model, the folder of a training, or a file of weights.
    ///
    /// # Errors
    /// Where there is no such model, or its weights cannot be used.
    pub fn open(name: &str, device: &Device) -> Result<Self> {
        let Trained {
            path,
            fingerprint,
            file,
            unfinished,
        } = read(name)?;
        let segmenter = Segmenter::new(file, device).with_context(|| path.display().to_string())?;
        Ok(Self {
            name: name.into(),
            fingerprint,
            segmenter,
            unfinished,
        })
    }
}

/// The network in the folder of a training that has not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    folder: PathBuf,
    /// Epochs trained so far, as far as the folder tells.
    done: Option<usize>,
    /// Epochs of the whole training.
    epochs: usize,
    /// The file of the network.
    file: &'static str,
}

impl Unfinished {
    /// What a reader of labels of such a network has to know.
    pub fn finding(&self) -> Finding {
        Finding::UnfinishedTraining {
            done: self.done,
            epochs: self.epochs,
        }
    }
}

impl std::fmt::Display for Unfinished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            folder,
            done,
            epochs,
            file,
        } = self;
        let done = done.map_or("an unknown epoch".into(), |done| format!("epoch {done}"));
        write!(
            f,
            "{}: the training is not finished (it stands at {done} of {epochs}); {file} is used",
            folder.display()
        )
    }
}

/// A trained network, and where it comes from.
#[derive(Debug)]
pub struct Trained {
    /// The file, or the name of the built-in model.
    pub path: PathBuf,
    /// The first 16 hexadecimal digits of the weights' SHA-256.
    pub fingerprint: String,
    /// What the file holds.
    pub file: ModelFile,
    /// Where it is of a training that has not come to its end.
    pub unfinished: Option<Unfinished>,
}

impl Trained {
    /// The network, unless it is that of a folder whose training has not come to its end.
    ///
    /// # Errors
    /// Where it is.
    pub fn finished(self) -> Result<Self> {
        let Some(unfinished) = &self.unfinished else {
            return Ok(self);
        };
        let error = anyhow::anyhow!(
            "{}",
            unfinished.to_string().replace(" is used", " would be used")
        );
        let (folder, path) = (unfinished.folder.display(), self.path.display());
        Err(error).hint(|| {
            format!(
                "finish it with myops train DATA --out {folder} --resume, or name the file {path}"
            )
        })
    }
}

/// The network of a built-in model, of a file, or of the folder of a training: the trained one, or the best so far.
///
/// # Errors
/// Where there is none, or its weights cannot be used.
pub fn read(name: &str) -> Result<Trained> {
    if let Some(model) = BUILT_IN.iter().find(|m| m.name == name) {
        return trained(name.into(), model.bytes);
    }
    let path = Path::new(name);
    if path.is_dir() {
        return read_folder(path);
    }
    if path.exists() {
        let bytes = read_weights(path)?;
        return trained(path.into(), &bytes);
    }
    let error = anyhow::anyhow!("model {name}: neither a built-in model nor a trained one");
    Err(error).hint(advice)
}

fn advice() -> String {
    let known = BUILT_IN
        .iter()
        .map(|m| m.name)
        .collect::<Vec<_>>()
        .join(", ");
    format!("built in: {known}; or give the folder that myops train wrote")
}

fn read_folder(folder: &Path) -> Result<Trained> {
    let asked = Asked::of(folder)?;
    let file = ["model.safetensors", "best.safetensors"]
        .into_iter()
        .find(|file| folder.join(file).exists());
    let Some(file) = file else {
        let Some(Asked { epochs }) = asked else {
            let error = anyhow::anyhow!(
                "model {}: neither a built-in model nor a trained one",
                folder.display()
            );
            return Err(error).hint(advice);
        };
        let done = epochs_logged(folder).unwrap_or(0);
        let error = anyhow::anyhow!(
            "{}: the training is not finished (it stands at epoch {done} of {epochs}) and has no network yet",
            folder.display()
        );
        return Err(error).hint(|| {
            format!(
                "finish it with myops train DATA --out {} --resume",
                folder.display()
            )
        });
    };
    let path = folder.join(file);
    let bytes = read_weights(&path)?;
    let mut trained = trained(path, &bytes)?;
    if let Some(Asked { epochs }) = asked {
        let header = &trained.file.header;
        // The network of a training that was continued is that of its earlier end.
        let ended = file == "model.safetensors"
            && epochs_asked(header).is_none_or(|before| before == epochs);
        let done = epochs_logged(folder).or_else(|| epochs_done(header));
        let unfinished = Unfinished {
            folder: folder.into(),
            done,
            epochs,
            file,
        };
        trained.unfinished = (!ended).then_some(unfinished);
    }
    Ok(trained)
}

/// What the settings of a training ask for.
#[derive(Deserialize)]
struct Asked {
    epochs: usize,
}

impl Asked {
    /// Of the training in a folder, where there is one.
    fn of(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join("settings.toml");
        if !path.exists() {
            return Ok(None);
        }
        let text = read_small(&path)?;
        Ok(Some(
            toml::from_slice(&text).with_context(|| path.display().to_string())?,
        ))
    }
}

/// The epochs that the training of a network was asked for.
fn epochs_asked(header: &ModelHeader) -> Option<usize> {
    header
        .training
        .as_ref()?
        .get("epochs")?
        .as_u64()
        .map(|epochs| epochs as usize)
}

/// The epochs that a network has been trained for, by its origin.
fn epochs_done(header: &ModelHeader) -> Option<usize> {
    header
        .origin
        .strip_suffix(" epochs")?
        .rsplit(' ')
        .next()?
        .parse()
        .ok()
}

/// The epochs in the log of a training.
fn epochs_logged(folder: &Path) -> Option<usize> {
    let log = read_small(folder.join("log.jsonl")).ok()?;
    Some(log.split(|byte| *byte == b'\n').count() - 1)
}

fn trained(path: PathBuf, bytes: &[u8]) -> Result<Trained> {
    let hash = Sha256::digest(bytes);
    let first = hash
        .iter()
        .take(8)
        .fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    let file = ModelFile::from_bytes(bytes).with_context(|| path.display().to_string())?;
    Ok(Trained {
        path,
        fingerprint: format!("{first:016x}"),
        file,
        unfinished: None,
    })
}

/// What a file of weights holds.
///
/// # Errors
/// Where it cannot be read, or its weights cannot be used.
pub fn read_file(path: &Path) -> Result<ModelFile> {
    let bytes = read_weights(path)?;
    ModelFile::from_bytes(&bytes).with_context(|| path.display().to_string())
}

/// The bytes of a file of weights; of one that does not hold the networks that it names, only the start is read.
fn read_weights(path: &Path) -> Result<Vec<u8>> {
    let mut file = open_regular(path)?;
    let mut bytes = Vec::new();
    let mut read = || {
        let length = file.metadata()?.len();
        file.by_ref().take(8).read_to_end(&mut bytes)?;
        let start = start_bytes(&bytes)?;
        file.by_ref().take(start - 8).read_to_end(&mut bytes)?;
        ModelFile::check_start(&bytes, length)?;
        bytes.reserve_exact(length.saturating_sub(start) as usize);
        file.by_ref().take(length).read_to_end(&mut bytes)?;
        anyhow::Ok(())
    };
    read().with_context(|| path.display().to_string())?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use myops_net::model::Architecture;
    use myops_net::train::{LocatorSettings, TrainSettings};

    use super::*;

    #[test]
    fn the_settings_of_a_training_without_flags_are_those_of_the_flagship() {
        let header = read(BUILT_IN[0].name).unwrap().file.header;
        let settings = TrainSettings::of(Architecture::Nested);
        assert_eq!(header.model, settings.model);
        // Field by field, so that a failure tells which differs.
        let (shipped, recipe) = (header.recipe, settings.recipe);
        assert_eq!(shipped.preprocess, recipe.preprocess);
        assert_eq!(shipped.decision, recipe.decision);
        assert_eq!(shipped.thresholds, recipe.thresholds);
        assert_eq!(shipped.align, recipe.align);
        assert_eq!(shipped.flips, recipe.flips);
        assert_eq!(shipped.temperature, recipe.temperature);
        assert_eq!(shipped.contrast, recipe.contrast);
        assert_eq!(shipped.cleanup, recipe.cleanup);
        assert_eq!(shipped, recipe);

        let (shipped, asked) = (header.locator.unwrap(), settings.locator.unwrap());
        let training = asked.training(&settings);
        assert_eq!(shipped.model, training.model);
        assert_eq!(shipped.preprocess, training.recipe.preprocess);
        let trained: TrainSettings = serde_json::from_value(header.training.unwrap()).unwrap();
        assert_eq!(trained.locator, Some(LocatorSettings::default()));
    }
}
