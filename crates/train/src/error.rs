//! Why a training cannot start or continue.

use myops_image::preprocess::Axes;
use myops_net::weights::{StoreError, WeightsError};
use myops_segment::TrainedOn;

use super::validate::Overflow;

/// Why a training cannot start or continue.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// There is nothing to learn from.
    #[error("no labelled slice to train on")]
    NoSlices,
    /// The loss is no longer a number.
    #[error(
        "the loss became {loss} in epoch {epoch}: lower learning_rate (it was {learning_rate})"
    )]
    Diverged {
        /// The epoch.
        epoch: usize,
        /// The loss.
        loss: f64,
        /// The learning rate.
        learning_rate: f64,
    },
    /// A weight is no longer a number, though the last loss was.
    #[error(
        "tensor {path} after epoch {epoch}: {flaw}: lower learning_rate (it was {learning_rate})"
    )]
    Overflow {
        /// The epoch, from 0.
        epoch: usize,
        /// The tensor.
        path: String,
        /// How many values, and what is wrong with them.
        flaw: String,
        /// The learning rate.
        learning_rate: f64,
    },
    /// The network's output for a held-out case is not a number.
    #[error(transparent)]
    Validation(#[from] Overflow),
    /// A checkpoint cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A checkpoint's optimiser cannot be read.
    #[error("the optimiser's state in the checkpoint cannot be read: {0}")]
    Optimizer(#[source] StoreError),
    /// A checkpoint is of another network.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// A checkpoint was made with other settings.
    #[error("the checkpoint was made with other settings: {0}")]
    OtherSettings(String),
    /// A network to begin with has learned from a case that is held out, or does not say from which.
    #[error("it may have learned from {0}, which is held out here")]
    Seen(String),
    /// A network to begin with saw images along the first axes, and this training sees them along the second.
    #[error(
        "the network to begin with saw axes {0}, this training has recipe.preprocess.axes = {1}"
    )]
    Axes(Axes, Axes),
    /// A checkpoint was made with other cases.
    #[error("the checkpoint was made with other cases ({before}) than these ({now})")]
    OtherCases {
        /// Those of the checkpoint.
        before: TrainedOn,
        /// Those of this training.
        now: TrainedOn,
    },
}
