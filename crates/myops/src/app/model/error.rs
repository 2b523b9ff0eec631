//! Why a model cannot be opened, joined or written.

use std::path::PathBuf;

use myops_image::io::IoError;
use myops_net::weights::{StoreError, WeightsError};
use myops_segment::JoinError;

use super::unfinished::Unfinished;
use crate::device::NoDevice;

/// Why a model cannot be opened, joined or written. The text is complete; there is no further cause behind it.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A file cannot be read or written.
    #[error(transparent)]
    Io(#[from] IoError),
    /// This machine has no such device.
    #[error(transparent)]
    Device(#[from] NoDevice),
    /// There is neither a built-in model nor a file or trained folder of this name.
    #[error("model {0}: neither a built-in model nor a trained one")]
    Unknown(String),
    /// A file of weights is damaged or of another kind.
    #[error("{}: {cause}", path.display())]
    Weights {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: StoreError,
    },
    /// The weights of a file do not fit the networks that it names.
    #[error("{}: {cause}", path.display())]
    Network {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        cause: WeightsError,
    },
    /// The settings in the folder of a training cannot be read.
    #[error("{}: {cause}", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The folder of a training holds no network yet.
    #[error(
        "{}: the training is not finished (it stands at epoch {done} of {epochs}) and has no network yet",
        folder.display()
    )]
    NoNetworkYet {
        /// The folder.
        folder: PathBuf,
        /// Epochs trained so far.
        done: usize,
        /// Epochs of the whole training.
        epochs: usize,
    },
    /// The network of a training that is not finished would be passed on.
    #[error("{}", would_be_used(unfinished))]
    Unfinished {
        /// The training.
        unfinished: Unfinished,
        /// The file of its network so far.
        path: PathBuf,
    },
    /// Networks do not go into one file.
    #[error(transparent)]
    Join(#[from] JoinError),
    /// The weights cannot be stored.
    #[error(transparent)]
    Encode(StoreError),
    /// The file to write is one of those read.
    #[error("{}: one of the files read, so it is not overwritten", .0.display())]
    IsInput(PathBuf),
    /// The file to write exists and is of another kind.
    #[error("{}: exists and is not a model file, so it is not overwritten", .0.display())]
    NoModel(PathBuf),
    /// The ONNX file to write exists and was not written by this program.
    #[error("{}: exists and is not an ONNX file of this program, so it is not overwritten", .0.display())]
    NotExported(PathBuf),
}

fn would_be_used(unfinished: &Unfinished) -> String {
    unfinished.to_string().replace(" is used", " would be used")
}
