//! How a network is trained, as a settings file says it.

use myops_image::augment::AugmentRanges;
use myops_net::model::Architecture;
use myops_segment::Recipe;
use myops_settings::{Switch, settings, zero_is_off};
use serde::{Deserialize, Serialize};

use super::locator::LocatorSettings;
use super::schedule::LrSchedule;
use crate::loss::{Loss, PathologyLoss};

settings! {
    /// The network that is trained; its inputs follow from the preparation, its outputs from the labels.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct NetworkSettings {
        /// Architecture.
        pub architecture: Architecture,
        /// Filters of the first level; every other width is a multiple.
        #[within(1, 512)]
        pub width: usize,
    }
}

settings! {
    /// Everything that decides what a training gives, apart from the data; unchecked (see [`crate::TrainPlan`]).
    #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    pub struct TrainSettings {
        /// Random seed.
        pub seed: u64,
        /// Passes over the training slices, each freshly augmented.
        #[within(1, 100_000)]
        pub epochs: usize,
        /// Share of the epochs, from the first, in which the network sees each slice without its neighbours.
        #[within(0, 1)]
        pub single_slice_share: f64,
        /// Slices in a batch.
        #[within(1, 1024)]
        pub batch_size: usize,
        /// Largest learning rate of Adam.
        #[within(1e-9, 10)]
        pub learning_rate: f64,
        /// Decoupled weight decay of a step, as a share of the learning rate (Loshchilov & Hutter, ICLR 2019).
        #[within(0, 10)]
        pub weight_decay: f64,
        /// Largest norm of all gradients together; "off" does not clip them.
        #[serde(deserialize_with = "zero_is_off")]
        #[within(0, 1e9)]
        pub clip_norm: Switch<f64>,
        /// Share of the moving average of the weights that a step keeps; the average is validated and saved; "off" saves
        /// the weights themselves.
        #[serde(deserialize_with = "zero_is_off")]
        #[within(0, 0.999_999)]
        pub average_decay: Switch<f64>,
        /// Epochs between two validations on the held-out cases; the last epoch always has one.
        #[within(1, 100_000)]
        pub validate_every: usize,
        /// Pixels prepared beyond the input on every side, for augmentation to draw from.
        #[within(0, 512)]
        pub margin_pixels: usize,
        /// Side of the crop from the centre of an augmented input that a training step sees, pixels; a multiple as that of
        /// recipe.preprocess.size; "off" shows the whole input.
        #[serde(deserialize_with = "zero_is_off")]
        #[within(0, 2048)]
        pub crop_pixels: Switch<usize>,
        /// Synthetic patients added to the training cases.
        #[within(0, 100_000)]
        pub phantoms: usize,
        /// Loss.
        pub loss: Loss,
        /// Schedule of the learning rate.
        pub schedule: LrSchedule,
        /// Weight of edema and scar in loss = "region-dice-cross-entropy".
        pub pathology: PathologyLoss,
        /// Network.
        pub model: NetworkSettings,
        /// Steps before and after the network; all but [recipe.preprocess] may be changed after training.
        pub recipe: Recipe,
        /// Network that finds the heart, for framing = "heart".
        #[serde(skip_serializing_if = "Option::is_none")]
        pub locator: Option<LocatorSettings>,
        /// Ranges of the random augmentation of training images.
        pub augment: AugmentRanges,
    }
}
