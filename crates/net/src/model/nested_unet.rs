//! A residual U-Net at full resolution, whose six probabilities add up to one.
//!
//! What it changes in the published Residual U-Net: no pooling before the first block, two 3x3 convolutions a block, and
//! a softmax, so that scar lies inside edema-or-scar inside the wall whatever it says.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use myops_kernels::ops::{concat, max_pool};

use super::layers::{Conv, ConvConfig, ConvNorm, Draw, Initializer, TransposedConv};
use super::output::Logits;

/// Widths of the levels, as multiples of the first.
const WIDTHS: [usize; 5] = [1, 2, 4, 8, 12];

/// The shape of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NestedUnetConfig {
    /// Channels of the input.
    pub inputs: usize,
    /// Channels of the output.
    pub classes: usize,
    /// Filters of the first level.
    pub width: usize,
}

/// A residual U-Net at full resolution. Input sides must be multiples of 16.
#[derive(Module, Debug)]
pub struct NestedUnet {
    /// One block a level, each at half the resolution of the one before.
    pub encoder: Vec<ResidualBlock>,
    /// One a level but the deepest, from the deepest up.
    pub decoder: Vec<Rise>,
    /// 1x1 to the classes.
    pub head: Conv,
}

impl NestedUnetConfig {
    /// Draws the weights of a network.
    pub fn init(self, draw: &mut Draw, device: &Device) -> NestedUnet {
        let widths = WIDTHS.map(|w| w * self.width);
        let inputs = [self.inputs].into_iter().chain(widths);
        let encoder = inputs
            .zip(widths)
            .map(|(c_in, c_out)| ResidualBlock::init(c_in, c_out, draw, device))
            .collect();
        let decoder = widths
            .windows(2)
            .rev()
            .map(|w| Rise::init([w[1], w[0]], draw, device))
            .collect();
        let head = ConvConfig::pointwise(widths[0], self.classes).init(
            Initializer::GlorotUniform,
            draw,
            device,
        );
        NestedUnet {
            encoder,
            decoder,
            head,
        }
    }
}

impl NestedUnet {
    /// # Shapes
    /// `[N, H, W, inputs]` to `[N, H, W, classes]`.
    pub fn forward(&self, mut x: Tensor<4>) -> Logits {
        let mut skips = Vec::with_capacity(self.encoder.len());
        for (level, block) in self.encoder.iter().enumerate() {
            if level > 0 {
                skips.push(x.clone());
                x = max_pool(x, 2, 2);
            }
            x = block.forward(x);
        }
        for (rise, skip) in self.decoder.iter().zip(skips.into_iter().rev()) {
            x = rise.forward(x, skip);
        }
        Logits(self.head.forward(x))
    }
}

/// Two 3x3 convolutions and a shortcut of 1x1.
#[derive(Module, Debug)]
pub struct ResidualBlock {
    /// The first convolution.
    pub first: ConvNorm,
    /// The second, before the addition.
    pub second: ConvNorm,
    /// What is added.
    pub shortcut: ConvNorm,
}

impl ResidualBlock {
    fn init(c_in: usize, c_out: usize, draw: &mut Draw, device: &Device) -> Self {
        Self {
            first: ConvNorm::init(ConvConfig::same3(c_in, c_out), draw, device),
            second: ConvNorm::init(ConvConfig::same3(c_out, c_out), draw, device),
            shortcut: ConvNorm::init(ConvConfig::pointwise(c_in, c_out), draw, device),
        }
    }

    /// # Shapes
    /// `[N, H, W, c_in]` to `[N, H, W, c_out]`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let shortcut = self.shortcut.forward(x.clone());
        self.second
            .forward_add_relu(self.first.forward_relu(x), shortcut)
    }
}

/// Twice the resolution, joined with the encoder's result of that level.
#[derive(Module, Debug)]
pub struct Rise {
    /// Doubles height and width.
    pub up: TransposedConv,
    /// After joining.
    pub block: ResidualBlock,
}

impl Rise {
    fn init([deep, shallow]: [usize; 2], draw: &mut Draw, device: &Device) -> Self {
        Self {
            up: TransposedConv::init([deep, shallow], Initializer::HeNormal, draw, device),
            block: ResidualBlock::init(2 * shallow, shallow, draw, device),
        }
    }

    fn forward(&self, x: Tensor<4>, skip: Tensor<4>) -> Tensor<4> {
        self.block.forward(concat(self.up.forward(x), skip))
    }
}
