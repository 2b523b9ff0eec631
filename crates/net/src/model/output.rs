//! What a network says of each pixel, before and after the activation.

use burn::tensor::Tensor;

use super::Architecture;

/// What makes probabilities of a network's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Each class for itself, between 0 and 1.
    Sigmoid,
    /// The classes of a pixel add up to 1.
    Softmax,
}

impl Activation {
    /// Changes `[pixels][classes]` in place.
    pub fn apply(self, values: &mut [f32], classes: usize) {
        match self {
            Self::Sigmoid => values.iter_mut().for_each(|v| *v = 1.0 / (1.0 + (-*v).exp())),
            Self::Softmax => values.chunks_exact_mut(classes).for_each(|pixel| {
                let largest = pixel.iter().copied().fold(f32::MIN, f32::max);
                let mut total = 0.0;
                for v in pixel.iter_mut() {
                    *v = (*v - largest).exp();
                    total += *v;
                }
                pixel.iter_mut().for_each(|v| *v /= total);
            }),
        }
    }
}

/// One number of any size for each class and pixel, `[N, H, W, classes]`.
#[derive(Debug, Clone)]
pub struct Logits(pub(crate) Tensor<4>);

/// One number between 0 and 1 for each class and pixel, `[N, H, W, classes]`.
#[derive(Debug, Clone)]
pub struct Probabilities(pub(crate) Tensor<4>);

impl Logits {
    /// The activation that the architecture was made for.
    pub fn probabilities(self, architecture: Architecture) -> Probabilities {
        match architecture.activation() {
            Activation::Sigmoid => self.sigmoid(),
            Activation::Softmax => self.softmax(),
        }
    }

    /// The tensor itself.
    pub fn into_tensor(self) -> Tensor<4> {
        self.0
    }

    /// The softmax over the classes of each pixel.
    pub fn softmax(self) -> Probabilities {
        Probabilities(burn::tensor::activation::softmax(self.0, 3))
    }

    /// The sigmoid of each number.
    pub fn sigmoid(self) -> Probabilities {
        Probabilities(burn::tensor::activation::sigmoid(self.0))
    }
}

impl Probabilities {
    /// The tensor itself.
    pub fn into_tensor(self) -> Tensor<4> {
        self.0
    }
}
