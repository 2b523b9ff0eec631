//! The operations of a network.

use super::activation::Activation;
use super::initialiser::Initialiser;

/// The epsilon of every batch norm: Keras' default, which the published networks were trained with.
pub const BATCH_NORM_EPSILON: f32 = 1e-3;

/// The share of the running mean and variance that one batch replaces: 1 less Keras' momentum of 0.99.
pub const BATCH_NORM_UPDATE: f32 = 0.01;

/// The place of a node in [`super::Graph::nodes`]; the value that the node computes has the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub usize);

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it computes.
    pub op: Op,
    /// The values that it computes it from.
    pub inputs: Vec<NodeId>,
    /// Channels of its value.
    pub channels: usize,
}

/// What a node computes, on images `[N, H, W, C]`.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// The network's input.
    Input,
    /// A cross-correlation with bias.
    Conv(Conv),
    /// A transposed convolution 2x2 of stride 2 with bias, which doubles height and width.
    TransposedConv {
        /// The name of its tensors, without `.weight` and `.bias`.
        name: String,
        /// How its weights are drawn before training.
        initialiser: Initialiser,
    },
    /// Batch normalisation (Ioffe & Szegedy, ICML 2015): by the statistics of the batch in training, by their running
    /// means otherwise.
    BatchNorm {
        /// The name of its tensors, without `.gamma`, `.beta`, `.running_mean` and `.running_variance`.
        name: String,
    },
    /// `max(x, 0)`.
    Relu,
    /// In training, sets this share of the values to 0 and divides the others by what is left (Srivastava et al., JMLR
    /// 2014); otherwise changes nothing.
    Dropout {
        /// The share of values, at least 0 and below 1.
        rate: f32,
    },
    /// The largest value of each square, without padding.
    MaxPool {
        /// Height and width of the square.
        size: usize,
        /// Step between squares.
        stride: usize,
    },
    /// Every pixel as a square of four equal ones.
    Upsample,
    /// The channels of two values one after the other.
    Concat,
    /// The sum of two values.
    Add,
    /// Probabilities from a network's output.
    Activation(Activation),
}

/// A convolution with a square kernel, square strides and zeros around the image.
#[derive(Debug, Clone, PartialEq)]
pub struct Conv {
    /// The name of its tensors, without `.weight` and `.bias`.
    pub name: String,
    /// Height and width of the kernel.
    pub kernel: usize,
    /// Step between output pixels.
    pub stride: usize,
    /// Zeros added on every side.
    pub padding: usize,
    /// How its weights are drawn before training.
    pub initialiser: Initialiser,
}

impl Conv {
    /// Whether each output pixel depends on the input pixel in the same place alone.
    pub fn is_pointwise(&self) -> bool {
        (self.kernel, self.stride, self.padding) == (1, 1, 0)
    }
}
