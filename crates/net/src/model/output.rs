//! What a network says of each pixel, before and after the activation.

use burn::tensor::Tensor;

use super::Architecture;

/// One number of any size for each class and pixel, `[N, H, W, classes]`.
#[derive(Debug, Clone)]
pub struct Logits(pub(crate) Tensor<4>);

/// One number between 0 and 1 for each class and pixel, `[N, H, W, classes]`.
#[derive(Debug, Clone)]
pub struct Probabilities(pub(crate) Tensor<4>);

impl Logits {
    /// The activation that the architecture was made for.
    pub fn probabilities(self, architecture: Architecture) -> Probabilities {
        match architecture {
            Architecture::Runet | Architecture::Unet => self.sigmoid(),
            Architecture::Nested => self.softmax(),
        }
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
