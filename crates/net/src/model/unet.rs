//! The U-Net that the Residual U-Net was compared with (Ronneberger et al., MICCAI 2015; no batch norm).

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig};
use burn::tensor::{Device, Tensor};
use myops_kernels::ops;

use super::layers::{Conv, ConvConfig, Draw, Initializer, TransposedConv};
use super::output::Logits;

/// Drop-out between the two convolutions of each level, going down.
const DROPOUT_DOWN: [f64; 5] = [0.1, 0.2, 0.2, 0.3, 0.1];

/// Drop-out between the two convolutions of each level, going up.
const DROPOUT_UP: [f64; 4] = [0.2, 0.2, 0.1, 0.1];

/// The shape of a U-Net.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnetConfig {
    /// Channels of the input.
    pub inputs: usize,
    /// Channels of the output.
    pub classes: usize,
    /// Filters of the first level; each level below has twice as many. The published network has 16.
    pub width: usize,
}

/// A U-Net of five levels. Input sides must be multiples of 16.
#[derive(Module, Debug)]
pub struct Unet {
    /// Five levels, the last at 1/16 of the input.
    pub encoder: Vec<DoubleConv>,
    /// The doubling before each level of the decoder.
    pub upsamplers: Vec<TransposedConv>,
    /// Four levels back to the resolution of the input.
    pub decoder: Vec<DoubleConv>,
    /// 1x1 to the classes.
    pub head: Conv,
}

impl UnetConfig {
    /// Draws the weights of a network.
    pub fn init(self, draw: &mut Draw, device: &Device) -> Unet {
        let mut c = self.inputs;
        let mut encoder = Vec::new();
        for (level, dropout) in DROPOUT_DOWN.into_iter().enumerate() {
            let width = self.width << level;
            encoder.push(DoubleConv::init([c, width], dropout, draw, device));
            c = width;
        }
        let (mut upsamplers, mut decoder) = (Vec::new(), Vec::new());
        for dropout in DROPOUT_UP {
            let width = c / 2;
            upsamplers.push(TransposedConv::init(
                [c, width],
                Initializer::GlorotUniform,
                draw,
                device,
            ));
            decoder.push(DoubleConv::init([c, width], dropout, draw, device));
            c = width;
        }
        let head =
            ConvConfig::pointwise(c, self.classes).init(Initializer::GlorotUniform, draw, device);
        Unet {
            encoder,
            upsamplers,
            decoder,
            head,
        }
    }
}

impl Unet {
    /// # Shapes
    /// `[N, H, W, inputs]` to `[N, H, W, classes]`.
    pub fn forward(&self, mut x: Tensor<4>) -> Logits {
        let mut skips = Vec::with_capacity(self.encoder.len());
        for (depth, level) in self.encoder.iter().enumerate() {
            if depth > 0 {
                x = ops::max_pool(x, 2, 2);
            }
            x = level.forward(x);
            skips.push(x.clone());
        }
        let skips = skips.into_iter().rev().skip(1);
        for ((up, level), skip) in self.upsamplers.iter().zip(&self.decoder).zip(skips) {
            x = level.forward(ops::concat(up.forward(x), skip));
        }
        Logits(self.head.forward(x))
    }
}

/// Two 3x3 convolutions with `ReLU` and drop-out between them.
#[derive(Module, Debug)]
pub struct DoubleConv {
    /// The first 3x3.
    pub first: Conv,
    /// Drop-out between the two, in training.
    pub dropout: Dropout,
    /// The second 3x3.
    pub second: Conv,
}

impl DoubleConv {
    fn init([c_in, c_out]: [usize; 2], dropout: f64, draw: &mut Draw, device: &Device) -> Self {
        let mut conv =
            |c_in| ConvConfig::same3(c_in, c_out).init(Initializer::HeNormal, draw, device);
        let (first, second) = (conv(c_in), conv(c_out));
        Self {
            first,
            dropout: DropoutConfig::new(dropout).init(),
            second,
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let relu = burn::tensor::activation::relu;
        let x = self.dropout.forward(relu(self.first.forward(x)));
        relu(self.second.forward(x))
    }
}
