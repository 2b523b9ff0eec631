//! Several trained networks in one file, whose probabilities are averaged.
//!
//! ```
//! use myops::app::EnsembleJob;
//!
//! let place = tempfile::tempdir()?;
//! let out = place.path().join("two.safetensors");
//! let written = EnsembleJob::new(["runet", "runet"], &out).run()?;
//! assert_eq!(written.networks, 2);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

use std::path::PathBuf;

use myops_image::io::write_whole;
use myops_net::weights::Precision;
use myops_segment::ModelFile;

use super::error::Error;
use super::files::folder;
use super::model::{ModelError, Trained, trained::replaceable};

/// Joins trained networks.
#[derive(Debug, Clone)]
pub struct EnsembleJob {
    /// Built-in models, folders of finished trainings, or files of weights.
    pub models: Vec<String>,
    /// A model that is to segment the cases of which LGE alone was imaged, named as the others are.
    pub lge_alone: Option<String>,
    /// The file to write, of 16-bit floats.
    pub out: PathBuf,
    /// A file that may not be overwritten, beside those of the networks.
    pub protected: Option<PathBuf>,
}

/// What an [`EnsembleJob`] wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ensemble {
    /// The number of networks.
    pub networks: usize,
    /// The length of the file.
    pub bytes: usize,
}

impl EnsembleJob {
    /// A job that joins these models.
    pub fn new<S: Into<String>>(
        models: impl IntoIterator<Item = S>,
        out: impl Into<PathBuf>,
    ) -> Self {
        Self {
            models: models.into_iter().map(Into::into).collect(),
            lge_alone: None,
            out: out.into(),
            protected: None,
        }
    }

    /// Reads the networks and writes them into one file.
    ///
    /// # Errors
    /// As [`Self::read`] and [`Self::write`].
    pub fn run(&self) -> Result<Ensemble, Error> {
        self.write(self.read()?)
    }

    /// The networks, whose headers may be changed before they are written.
    ///
    /// # Errors
    /// Where one cannot be used, is of a training that is not finished, or would be overwritten.
    pub fn read(&self) -> Result<Vec<ModelFile>, Error> {
        replaceable(&self.out, &self.protected)?;
        self.models.iter().map(|name| self.read_one(name)).collect()
    }

    /// Writes networks into one file, beside the model for LGE alone where there is one.
    ///
    /// # Errors
    /// Where they do not go together, the model for LGE alone cannot be used, or the file cannot be written.
    pub fn write(&self, networks: Vec<ModelFile>) -> Result<Ensemble, Error> {
        let mut joined = ModelFile::join(networks).map_err(ModelError::from)?;
        if let Some(name) = &self.lge_alone {
            joined = joined.with_lge_alone(self.read_one(name)?);
        }
        let bytes = joined
            .to_bytes(Precision::Half)
            .map_err(ModelError::Encode)?;
        folder::check_free_beside(&self.out)?;
        write_whole(&self.out, |w| w.write_all(&bytes))?;
        Ok(Ensemble {
            networks: joined.members.len(),
            bytes: bytes.len(),
        })
    }

    fn read_one(&self, name: &str) -> Result<ModelFile, Error> {
        let Trained { path, file, .. } = Trained::read(name)?.finished()?;
        replaceable(&self.out, [&path])?;
        Ok(file)
    }
}
