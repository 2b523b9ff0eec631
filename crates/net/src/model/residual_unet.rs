//! The Residual U-Net (Altunok & Oksuz, MyoPS 2020): bottleneck residual blocks in encoder, bridge and decoder.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use myops_kernels::ops;

use super::layers::{Conv, ConvConfig, ConvNorm, Draw, Initializer};
use super::output::Logits;

/// Blocks in each stage: one that changes the resolution and two residual units.
const UNITS: usize = 2;

/// The shape of a Residual U-Net.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResidualUnetConfig {
    /// Channels of the input.
    pub inputs: usize,
    /// Channels of the output.
    pub classes: usize,
    /// Filters of the stem; every other width is a multiple. The published network has 16.
    pub width: usize,
}

/// A Residual U-Net. Input sides must be multiples of 32.
#[derive(Module, Debug)]
pub struct ResidualUnet {
    /// 7x7 of stride 2 before the first pooling.
    pub stem: ConvNorm,
    /// Three stages whose results the decoder takes up again, at 1/4, 1/8 and 1/16 of the input.
    pub encoder: Vec<Stage>,
    /// The stage at 1/32.
    pub bridge: Stage,
    /// Four stages, each twice the resolution of the one before; all but the last are joined with the encoder's.
    pub decoder: Vec<Stage>,
    /// 1x1 to the classes.
    pub head: Conv,
}

impl ResidualUnetConfig {
    /// Draws the weights of a network.
    pub fn init(self, draw: &mut Draw, device: &Device) -> ResidualUnet {
        let w = self.width;
        let stem = ConvConfig {
            channels: [self.inputs, w],
            kernel: 7,
            stride: 2,
            padding: 5,
        };
        let stem = ConvNorm::init(stem, draw, device);
        let mut stage = |c_in, filters, stride| Stage::init(c_in, filters, stride, draw, device);
        let encoder = vec![
            stage(w, [w, w, 2 * w], 1),
            stage(2 * w, [2 * w, 2 * w, 4 * w], 2),
            stage(4 * w, [4 * w, 4 * w, 8 * w], 2),
        ];
        let bridge = stage(8 * w, [8 * w, 8 * w, 16 * w], 2);
        let decoder = vec![
            stage(16 * w, [16 * w, 8 * w, 8 * w], 1),
            stage(16 * w, [16 * w, 4 * w, 4 * w], 1),
            stage(8 * w, [8 * w, 2 * w, 2 * w], 1),
            stage(4 * w, [4 * w, w, w], 1),
        ];
        let head =
            ConvConfig::pointwise(w, self.classes).init(Initializer::GlorotUniform, draw, device);
        ResidualUnet {
            stem,
            encoder,
            bridge,
            decoder,
            head,
        }
    }
}

impl ResidualUnet {
    /// # Shapes
    /// `[N, H, W, inputs]` to `[N, H, W, classes]`, true at half the resolution.
    pub fn forward(&self, x: Tensor<4>) -> Logits {
        let mut x = ops::max_pool(self.stem.forward_relu(x), 3, 2);
        let mut skips = Vec::with_capacity(self.encoder.len());
        for stage in &self.encoder {
            x = stage.forward(x);
            skips.push(x.clone());
        }
        x = self.bridge.forward(x);
        for stage in &self.decoder {
            x = stage.forward_up(x);
            if let Some(skip) = skips.pop() {
                x = ops::concat(x, skip);
            }
        }
        // The head looks at one pixel at a time, so it may run before the last upsampling.
        Logits(ops::upsample_nearest2(self.head.forward(x)))
    }
}

/// A block that changes resolution and width, and the residual units after it.
#[derive(Module, Debug)]
pub struct Stage {
    /// The block that changes resolution and width.
    pub entry: Bottleneck,
    /// The residual units.
    pub units: Vec<Bottleneck>,
}

impl Stage {
    fn init(
        c_in: usize,
        filters: [usize; 3],
        stride: usize,
        draw: &mut Draw,
        device: &Device,
    ) -> Self {
        let entry = Bottleneck::init(c_in, filters, Some(stride), draw, device);
        let units = (0..UNITS)
            .map(|_| Bottleneck::init(filters[2], filters, None, draw, device))
            .collect();
        Self { entry, units }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.forward_units(self.entry.forward(x))
    }

    fn forward_up(&self, x: Tensor<4>) -> Tensor<4> {
        self.forward_units(self.entry.forward_up(x))
    }

    fn forward_units(&self, x: Tensor<4>) -> Tensor<4> {
        self.units.iter().fold(x, |x, unit| unit.forward(x))
    }
}

/// 1x1, 3x3, 1x1, each with batch norm, added to a shortcut (He et al., CVPR 2016).
#[derive(Module, Debug)]
pub struct Bottleneck {
    /// 1x1; it carries the stride.
    pub reduce: ConvNorm,
    /// 3x3.
    pub spatial: ConvNorm,
    /// 1x1.
    pub expand: ConvNorm,
    /// 1x1 on the shortcut, where the block changes resolution or width; without it the shortcut is the input.
    pub shortcut: Option<ConvNorm>,
}

impl Bottleneck {
    /// A block of filters `[f1, f2, f3]`; with a stride, it has a 1x1 on its shortcut.
    fn init(
        c_in: usize,
        filters: [usize; 3],
        stride: Option<usize>,
        draw: &mut Draw,
        device: &Device,
    ) -> Self {
        let [f1, f2, f3] = filters;
        let step = stride.unwrap_or(1);
        let mut layer = |config| ConvNorm::init(config, draw, device);
        Self {
            reduce: layer(ConvConfig::pointwise(c_in, f1).with_stride(step)),
            spatial: layer(ConvConfig::same3(f1, f2)),
            expand: layer(ConvConfig::pointwise(f2, f3)),
            shortcut: stride.map(|_| layer(ConvConfig::pointwise(c_in, f3).with_stride(step))),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let residual = self
            .shortcut
            .as_ref()
            .map_or_else(|| x.clone(), |s| s.forward(x.clone()));
        self.expand.forward_add_relu(
            self.spatial.forward_relu(self.reduce.forward_relu(x)),
            residual,
        )
    }

    /// The block on the input doubled by nearest-neighbour upsampling.
    ///
    /// The 1x1 convolutions, their batch norms and `ReLU` commute with the upsampling (each pixel counts four times in
    /// the batch statistics, which leaves them as they were), so they run before it, on a quarter of the pixels.
    fn forward_up(&self, x: Tensor<4>) -> Tensor<4> {
        let residual = self
            .shortcut
            .as_ref()
            .map_or_else(|| x.clone(), |s| s.forward(x.clone()));
        let reduced = ops::upsample_nearest2(self.reduce.forward_relu(x));
        self.expand.forward_add_relu(
            self.spatial.forward_relu(reduced),
            ops::upsample_nearest2(residual),
        )
    }
}
