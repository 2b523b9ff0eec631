//! Weights of the original's Keras files.
//!
//! ```
//! use myops::app::ImportJob;
//!
//! let job = ImportJob { width: 16, ..ImportJob::new("weights.h5") };
//! assert_eq!(job.out.to_str(), Some("weights.safetensors"));
//! let error = job.run().unwrap_err().to_string();
//! assert!(error.starts_with("weights.h5: cannot be read: "));
//! ```

use std::path::PathBuf;

use myops_image::io::{read_bounded, write_whole};
use myops_image::preprocess::{Axes, Preprocess};
use myops_net::model::{Architecture, ModelSettings};
use myops_net::weights::{KerasError, KerasFile, Stored, Weights, from_keras};
use myops_segment::{ModelHeader, Recipe};

use super::error::Error;
use super::files::folder;
use super::model::{ModelError, trained::replaceable};

/// The networks that the original trained.
pub const PUBLISHED: [Architecture; 2] = [Architecture::Runet, Architecture::Unet];

/// The longest file that is read: the widest network (512 filters) has its weights, and twice as much of an optimiser's, in
/// less.
const MAX_BYTES: u64 = 1 << 30;

/// Turns a Keras file into a model of this program.
#[derive(Debug, Clone)]
pub struct ImportJob {
    /// The Keras weights or model file (.h5, of Keras 2 or 3).
    pub file: PathBuf,
    /// The network that the weights are of, of those [`PUBLISHED`]; `None` takes whichever fits.
    pub architecture: Option<Architecture>,
    /// The filters of the network's first level.
    pub width: usize,
    /// The file to write.
    pub out: PathBuf,
}

impl ImportJob {
    /// A job that writes the published width of 16 filters into a file of the same name, ending in `.safetensors`.
    pub fn new(file: impl Into<PathBuf>) -> Self {
        let file = file.into();
        Self {
            architecture: None,
            width: 16,
            out: file.with_extension("safetensors"),
            file,
        }
    }

    /// Imports the weights; gives the network that they fit.
    ///
    /// # Errors
    /// Where the file is no Keras file, fits no network, or would be overwritten.
    pub fn run(&self) -> Result<Architecture, Error> {
        let network = self.model(self.architecture.unwrap_or(PUBLISHED[0]));
        self.header(network).check()?;
        replaceable(&self.out, [&self.file])?;
        let bytes = read_bounded(&self.file, MAX_BYTES)?;
        let read = KerasFile::from_bytes(bytes).and_then(|file| self.weights(&file));
        let (model, weights) = read.map_err(|cause| Error::Keras {
            path: self.file.clone(),
            cause,
        })?;
        let settings = self.header(model);
        let stored = Stored { settings, weights };
        let bytes = stored.to_bytes().map_err(ModelError::Encode)?;
        folder::check_free_beside(&self.out)?;
        write_whole(&self.out, |w| w.write_all(&bytes))?;
        Ok(model.architecture)
    }

    /// The weights, and the network that they fit.
    fn weights(&self, file: &KerasFile) -> Result<(ModelSettings, Weights), KerasError> {
        let read = |architecture| {
            let model = self.model(architecture);
            from_keras(file, &model).map(|weights| (model, weights))
        };
        if let Some(architecture) = self.architecture {
            return read(architecture);
        }
        // Values that are no numbers are told first; else what does not fit the first network.
        let is_of_values = |error: &KerasError| matches!(error, KerasError::Values { .. });
        let [first, second] = PUBLISHED;
        read(first).or_else(|error| {
            read(second).map_err(|other| {
                if is_of_values(&other) && !is_of_values(&error) {
                    other
                } else {
                    error
                }
            })
        })
    }

    fn model(&self, architecture: Architecture) -> ModelSettings {
        ModelSettings {
            width: self.width,
            ..ModelSettings::published(architecture)
        }
    }

    fn header(&self, model: ModelSettings) -> ModelHeader {
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        // The original feeds the array of a NIfTI file as it lies: rows are its first axis.
        let preprocess = Preprocess {
            axes: Axes::Stored,
            ..Preprocess::PUBLISHED
        };
        let recipe = Recipe {
            preprocess,
            ..Recipe::PUBLISHED
        };
        ModelHeader::single(
            model,
            recipe,
            format!("imported from the Keras file {name}"),
        )
    }
}
