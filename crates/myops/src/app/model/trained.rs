//! Trained networks by name, read and checked.

use std::io::Read;
use std::path::{Path, PathBuf};

use myops_image::io::{IoError, open_regular, read_small};
use myops_net::weights::{StoreError, start_bytes};
use myops_segment::{ModelFile, ModelHeader};
use serde::Deserialize;

use super::built_in::BUILT_IN;
use super::error::ModelError;
use super::fingerprint::fingerprint;
use super::unfinished::Unfinished;

/// A trained network, and where it comes from.
#[derive(Debug)]
pub struct Trained {
    /// The file, or the name of the built-in model.
    pub path: PathBuf,
    /// The first 16 hexadecimal digits of the weights' SHA-256.
    pub fingerprint: String,
    /// What the file holds.
    pub file: ModelFile,
    /// The training, where it is not finished.
    pub unfinished: Option<Unfinished>,
}

impl Trained {
    /// The network of a built-in model, of a file, or of the folder of a training: the trained one, or the best so far.
    ///
    /// # Errors
    /// Where there is none, or its weights cannot be used.
    pub fn read(name: &str) -> Result<Self, ModelError> {
        if let Some(model) = BUILT_IN.iter().find(|m| m.name == name) {
            return Self::of(name.into(), model.bytes);
        }
        let path = Path::new(name);
        if path.is_dir() {
            return read_folder(path);
        }
        if path.exists() {
            let bytes = read_weights(path)?;
            return Self::of(path.into(), &bytes);
        }
        Err(ModelError::Unknown(name.into()))
    }

    /// The network, unless it is that of a folder whose training is not finished.
    ///
    /// # Errors
    /// Where it is.
    pub fn finished(self) -> Result<Self, ModelError> {
        match self.unfinished {
            None => Ok(self),
            Some(unfinished) => Err(ModelError::Unfinished {
                unfinished,
                path: self.path,
            }),
        }
    }

    fn of(path: PathBuf, bytes: &[u8]) -> Result<Self, ModelError> {
        let file = ModelFile::from_bytes(bytes).map_err(in_file(&path))?;
        Ok(Self {
            path,
            fingerprint: fingerprint(bytes),
            file,
            unfinished: None,
        })
    }
}

/// Says of which file weights cannot be used.
fn in_file(path: &Path) -> impl Fn(StoreError) -> ModelError {
    move |cause| ModelError::Weights {
        path: path.into(),
        cause,
    }
}

fn read_folder(folder: &Path) -> Result<Trained, ModelError> {
    let asked = Asked::of(folder)?;
    let file = ["model.safetensors", "best.safetensors"]
        .into_iter()
        .find(|file| folder.join(file).exists());
    let Some(file) = file else {
        return Err(match asked {
            None => ModelError::Unknown(folder.display().to_string()),
            Some(Asked { epochs }) => ModelError::NoNetworkYet {
                folder: folder.into(),
                done: epochs_logged(folder).unwrap_or(0),
                epochs,
            },
        });
    };
    let path = folder.join(file);
    let bytes = read_weights(&path)?;
    let mut trained = Trained::of(path, &bytes)?;
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
    fn of(folder: &Path) -> Result<Option<Self>, ModelError> {
        let path = folder.join("settings.toml");
        if !path.exists() {
            return Ok(None);
        }
        let text = read_small(&path)?;
        match toml::from_slice(&text) {
            Ok(asked) => Ok(Some(asked)),
            Err(error) => Err(ModelError::Settings {
                path,
                cause: error.to_string(),
            }),
        }
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

/// What a file of weights holds.
///
/// # Errors
/// Where it cannot be read, or its weights cannot be used.
pub fn read_file(path: &Path) -> Result<ModelFile, ModelError> {
    let bytes = read_weights(path)?;
    ModelFile::from_bytes(&bytes).map_err(in_file(path))
}

/// The bytes of a file of weights; of one that does not hold the networks that it names, only the start is read.
fn read_weights(path: &Path) -> Result<Vec<u8>, ModelError> {
    let failed = |cause| IoError::Read {
        path: path.into(),
        cause,
    };
    let mut file = open_regular(path)?;
    let mut bytes = Vec::new();
    let length = file.metadata().map_err(failed)?.len();
    file.by_ref()
        .take(8)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    let start = start_bytes(&bytes).map_err(in_file(path))?;
    let rest = start.saturating_sub(8);
    file.by_ref()
        .take(rest)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    ModelFile::check_start(&bytes, length).map_err(in_file(path))?;
    bytes.reserve_exact(length.saturating_sub(start) as usize);
    file.by_ref()
        .take(length)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
}

/// Refuses to write a model over a file that was read or that is not a model.
///
/// # Errors
/// Names the file.
pub fn replaceable<P: AsRef<Path>>(
    out: &Path,
    inputs: impl IntoIterator<Item = P>,
) -> Result<(), ModelError> {
    let is_out = |input: P| same_file::is_same_file(out, input.as_ref()).unwrap_or(false);
    if inputs.into_iter().any(is_out) {
        return Err(ModelError::IsInput(out.into()));
    }
    if out.is_dir() || out.exists() && read_file(out).is_err() {
        return Err(ModelError::NoModel(out.into()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use myops_net::model::Architecture;
    use myops_train::{LocatorSettings, TrainSettings, trained_with};

    use super::*;

    #[test]
    fn the_settings_of_a_training_without_flags_are_those_of_the_flagship() {
        let header = Trained::read(BUILT_IN[0].name).unwrap().file.header;
        let settings = TrainSettings::of(Architecture::Nested);
        let plan = settings.plan().unwrap();
        assert_eq!(header.model, plan.network());
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

        let shipped = header.locator.unwrap();
        let locator = plan.locator_plan().unwrap();
        assert_eq!(shipped.model, locator.network());
        assert_eq!(shipped.preprocess, locator.recipe.preprocess);
        let trained = trained_with(&header).unwrap().unwrap();
        assert_eq!(trained.locator, Some(LocatorSettings::default()));
    }
}
