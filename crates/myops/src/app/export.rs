//! Trained networks as ONNX files, for other programs.
//!
//! ```
//! use myops::app::ExportJob;
//!
//! let place = tempfile::tempdir()?;
//! let written = ExportJob::new("runet", place.path().join("runet.onnx")).run()?;
//! assert!(written[0].path.exists());
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

use std::io::Read;
use std::path::{Path, PathBuf};

use myops_image::io::{IoError, open_regular, write_whole};
use myops_image::label::Label;
use myops_net::model::ModelSettings;
use myops_net::onnx::{About, is_exported, to_onnx};
use myops_net::weights::Weights;
use myops_segment::ModelFile;
use serde_json::json;

use super::error::Error;
use super::files::folder;
use super::model::{ModelError, Trained};

/// Writes the networks of a model as ONNX files.
#[derive(Debug, Clone)]
pub struct ExportJob {
    /// A built-in model, the folder of a finished training, or a file of weights.
    pub model: String,
    /// The file to write; a model of several networks is written into files of this name with a number.
    pub out: PathBuf,
}

/// A file that an [`ExportJob`] wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The file.
    pub path: PathBuf,
    /// What it holds, in words.
    pub what: String,
    /// The length of the file.
    pub bytes: usize,
}

/// A network of a model.
struct Network<'a> {
    what: String,
    path: PathBuf,
    settings: ModelSettings,
    weights: &'a Weights,
    /// What has to be done before and after it, as JSON.
    recipe: serde_json::Value,
}

impl ExportJob {
    /// A job that writes a model into a file.
    pub fn new(model: impl Into<String>, out: impl Into<PathBuf>) -> Self {
        Self {
            model: model.into(),
            out: out.into(),
        }
    }

    /// Writes a file for each network.
    ///
    /// # Errors
    /// Where the model cannot be used, is of a training that is not finished, or a file cannot be written.
    pub fn run(&self) -> Result<Vec<Exported>, Error> {
        let trained = Trained::read(&self.model)?.finished()?;
        let networks = self.networks(&trained.file, "");
        for network in &networks {
            replaceable(&network.path)?;
        }
        folder::check_free_beside(&self.out)?;
        let write = |network: Network| self.write(network, &trained);
        networks.into_iter().map(write).collect()
    }

    /// Every network with its file; those of a model for LGE alone are told apart by `part`.
    fn networks<'a>(&self, file: &'a ModelFile, part: &str) -> Vec<Network<'a>> {
        let header = &file.header;
        let count = file.members.len();
        let named = |name: &str| with_suffix(&self.out, &format!("{part}{name}"));
        let whose = if part.is_empty() {
            ""
        } else {
            " for LGE alone"
        };
        let member = |(n, weights): (usize, &'a Weights)| Network {
            what: match count {
                1 => format!("network{whose}"),
                _ => format!("network {} of {count}{whose}", n + 1),
            },
            path: match count {
                1 if part.is_empty() => self.out.clone(),
                _ => named(&(n + 1).to_string()),
            },
            settings: header.member(n),
            weights,
            recipe: json!(header.recipe),
        };
        let members = file.members.iter().enumerate().map(member);
        let locator = header.locator.zip(file.locator.as_ref());
        let locator = locator.map(|(locator, weights)| Network {
            what: format!("locator{whose}, which finds the heart"),
            path: named("locator"),
            settings: locator.model,
            weights,
            recipe: json!({ "preprocess": locator.preprocess }),
        });
        let lge_alone = file.lge_alone.iter();
        let lge_alone = lge_alone.flat_map(|model| self.networks(model, "lge-alone-"));
        members.chain(locator).chain(lge_alone).collect()
    }

    fn write(&self, network: Network, trained: &Trained) -> Result<Exported, Error> {
        let Network {
            what,
            path,
            settings,
            weights,
            recipe,
        } = network;
        let labels = Label::ALL.map(|label| json!({ "name": label.name(), "code": label.code() }));
        let entry = |key: &str, value: String| (key.to_owned(), value);
        let about = About {
            name: self.model.clone(),
            producer_version: env!("CARGO_PKG_VERSION").into(),
            metadata: vec![
                entry("myops.network", what.clone()),
                entry("myops.recipe", recipe.to_string()),
                entry("myops.labels", json!(labels).to_string()),
                entry("myops.sequences", json!(["bSSFP", "LGE", "T2"]).to_string()),
                entry("myops.fingerprint", trained.fingerprint.clone()),
                entry("myops.origin", trained.file.header.origin.clone()),
            ],
        };
        let graph = settings.probability_graph();
        let bytes = to_onnx(&graph, weights, &about).map_err(|cause| ModelError::Network {
            path: trained.path.clone(),
            cause,
        })?;
        write_whole(&path, |w| w.write_all(&bytes))?;
        Ok(Exported {
            path,
            what,
            bytes: bytes.len(),
        })
    }
}

/// Refuses to overwrite what no export wrote.
fn replaceable(path: &Path) -> Result<(), Error> {
    if !path.exists() {
        return Ok(());
    }
    let mut start = Vec::new();
    let mut file = open_regular(path)?.take(64);
    let read = file.read_to_end(&mut start);
    read.map_err(|cause| IoError::Read {
        path: path.into(),
        cause,
    })?;
    if is_exported(&start) {
        return Ok(());
    }
    Err(ModelError::NotExported(path.into()).into())
}

/// `runet.onnx` as `runet-1.onnx`.
fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let renamed = path.with_file_name(format!("{stem}-{suffix}"));
    match path.extension() {
        Some(extension) => renamed.with_added_extension(extension),
        None => renamed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_comes_before_the_extension_where_there_is_one() {
        let named = |path: &str| with_suffix(Path::new(path), "2").display().to_string();
        assert_eq!(named("out/heart.onnx"), "out/heart-2.onnx");
        assert_eq!(named("out/heart"), "out/heart-2");
    }
}
