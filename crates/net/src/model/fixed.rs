//! The networks with their weights fixed, for the CPU: batch norm folded into the convolution before it, weights packed
//! once, no gradients. They give what the networks of the same names give, to rounding.

use myops_kernels::cpu::{ConvOptions, FixedConv, FixedTransposed, Image, Isa, UpsampledConv};

use super::layers::{BATCH_NORM_EPSILON, Conv, ConvNorm, TransposedConv};
use super::nested_unet::{NestedUnet, ResidualBlock};
use super::residual_unet::{Bottleneck, ResidualUnet, Stage};
use super::unet::{DoubleConv, Unet};
use super::{Architecture, Network};
use crate::device::numbers;

/// Any of the networks, ready to predict.
#[derive(Debug)]
pub struct FixedNetwork(Kind);

#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a network is made once and moved seldom"
)]
enum Kind {
    Runet(FixedRunet),
    Unet(FixedUnet),
    Nested(FixedNested),
}

impl FixedNetwork {
    /// Folds and packs the weights of a network.
    pub fn of(network: &Network) -> Self {
        Self(match network {
            Network::Runet(network) => Kind::Runet(FixedRunet::of(network)),
            Network::Unet(network) => Kind::Unet(FixedUnet::of(network)),
            Network::Nested(network) => Kind::Nested(FixedNested::of(network)),
        })
    }

    /// The probabilities of a batch: the logits after the activation that the architecture was made for.
    ///
    /// # Shapes
    /// `[N, H, W, inputs]` to `[N, H, W, classes]`.
    pub fn probabilities(&self, x: Image) -> Image {
        match &self.0 {
            // The head and the sigmoid look at one pixel at a time, so both run before the last upsampling.
            Kind::Runet(network) => {
                activated(network.half_size_logits(&x), Architecture::Runet).upsampled()
            }
            Kind::Unet(network) => activated(network.logits(x), Architecture::Unet),
            Kind::Nested(network) => activated(network.logits(x), Architecture::Nested),
        }
    }
}

fn activated(mut logits: Image, architecture: Architecture) -> Image {
    architecture
        .activation()
        .apply(&mut logits.values, logits.dims[3]);
    logits
}

/// Weights `[kh, kw, c_in, c_out]` and bias of a convolution with the batch norm after it.
fn folded(layer: &ConvNorm) -> ([usize; 4], Vec<f32>, Vec<f32>) {
    let (conv, norm) = (&layer.conv, &layer.norm);
    let gamma = numbers(norm.gamma.val());
    let variance = numbers(norm.running_variance.value());
    let factor: Vec<f32> = gamma
        .iter()
        .zip(variance)
        .map(|(g, v)| g / (v + BATCH_NORM_EPSILON as f32).sqrt())
        .collect();
    let mut weight = numbers(conv.weight.val());
    for pixel in weight.chunks_exact_mut(factor.len()) {
        pixel.iter_mut().zip(&factor).for_each(|(w, f)| *w *= f);
    }
    let shift = numbers(norm.beta.val())
        .into_iter()
        .zip(numbers(norm.running_mean.value()));
    let bias = numbers(conv.bias.val()).into_iter().zip(shift).zip(&factor);
    (
        conv.weight.dims(),
        weight,
        bias.map(|((b, (beta, mean)), f)| (b - mean) * f + beta)
            .collect(),
    )
}

fn step(conv: &Conv) -> ConvOptions {
    ConvOptions {
        stride: conv.stride,
        padding: conv.padding,
    }
}

fn plain(conv: &Conv) -> FixedConv {
    FixedConv::new(
        Isa::best(),
        conv.weight.dims(),
        &numbers(conv.weight.val()),
        numbers(conv.bias.val()),
        step(conv),
    )
}

fn normed(layer: &ConvNorm) -> FixedConv {
    let (shape, weight, bias) = folded(layer);
    FixedConv::new(Isa::best(), shape, &weight, bias, step(&layer.conv))
}

fn transposed(conv: &TransposedConv) -> FixedTransposed {
    let [_, _, c_in, c_out] = conv.weight.dims();
    FixedTransposed::new(
        Isa::best(),
        [c_in, c_out],
        &numbers(conv.weight.val()),
        numbers(conv.bias.val()),
    )
}

#[derive(Debug)]
struct FixedRunet {
    stem: FixedConv,
    encoder: Vec<FixedStage>,
    bridge: FixedStage,
    decoder: Vec<FixedUpStage>,
    head: FixedConv,
}

impl FixedRunet {
    fn of(network: &ResidualUnet) -> Self {
        Self {
            stem: normed(&network.stem),
            encoder: network.encoder.iter().map(FixedStage::of).collect(),
            bridge: FixedStage::of(&network.bridge),
            decoder: network.decoder.iter().map(FixedUpStage::of).collect(),
            head: plain(&network.head),
        }
    }

    fn half_size_logits(&self, x: &Image) -> Image {
        let pooled = self.stem.run(x, None, true).max_pooled(3, 2);
        let mut skips: Vec<Image> = Vec::with_capacity(self.encoder.len());
        for stage in &self.encoder {
            let deeper = stage.run(skips.last().unwrap_or(&pooled));
            skips.push(deeper);
        }
        let mut x = self.bridge.run(skips.last().unwrap_or(&pooled));
        for stage in &self.decoder {
            x = stage.run(&x);
            if let Some(skip) = skips.pop() {
                x = x.joined(&skip);
            }
        }
        self.head.run(&x, None, false)
    }
}

#[derive(Debug)]
struct FixedBottleneck {
    reduce: FixedConv,
    spatial: FixedConv,
    expand: FixedConv,
    shortcut: Option<FixedConv>,
}

impl FixedBottleneck {
    fn of(block: &Bottleneck) -> Self {
        Self {
            reduce: normed(&block.reduce),
            spatial: normed(&block.spatial),
            expand: normed(&block.expand),
            shortcut: block.shortcut.as_ref().map(normed),
        }
    }

    fn run(&self, x: &Image) -> Image {
        let inner = self
            .spatial
            .run(&self.reduce.run(x, None, true), None, true);
        let projected = self
            .shortcut
            .as_ref()
            .map(|shortcut| shortcut.run(x, None, false));
        self.expand
            .run(&inner, Some(projected.as_ref().unwrap_or(x)), true)
    }
}

#[derive(Debug)]
struct FixedStage {
    entry: FixedBottleneck,
    units: FixedUnits,
}

impl FixedStage {
    fn of(stage: &Stage) -> Self {
        Self {
            entry: FixedBottleneck::of(&stage.entry),
            units: FixedUnits::of(stage),
        }
    }

    fn run(&self, x: &Image) -> Image {
        self.units.run(self.entry.run(x))
    }
}

/// What comes after the entry of a stage.
#[derive(Debug)]
struct FixedUnits(Vec<FixedBottleneck>);

impl FixedUnits {
    fn of(stage: &Stage) -> Self {
        Self(stage.units.iter().map(FixedBottleneck::of).collect())
    }

    fn run(&self, x: Image) -> Image {
        self.0.iter().fold(x, |x, block| block.run(&x))
    }
}

/// A stage that doubles the resolution. Its 1x1 convolutions run before the upsampling.
#[derive(Debug)]
struct FixedUpStage {
    reduce: FixedConv,
    spatial: UpsampledConv,
    expand: FixedConv,
    shortcut: Option<FixedConv>,
    units: FixedUnits,
}

impl FixedUpStage {
    fn of(stage: &Stage) -> Self {
        let entry = &stage.entry;
        let ([_, _, c_in, c_out], weight, bias) = folded(&entry.spatial);
        Self {
            reduce: normed(&entry.reduce),
            spatial: UpsampledConv::new(Isa::best(), [c_in, c_out], &weight, bias),
            expand: normed(&entry.expand),
            shortcut: entry.shortcut.as_ref().map(normed),
            units: FixedUnits::of(stage),
        }
    }

    fn run(&self, x: &Image) -> Image {
        let inner = self.spatial.run(&self.reduce.run(x, None, true), true);
        let residual = match &self.shortcut {
            Some(shortcut) => shortcut.run(x, None, false).upsampled(),
            None => x.upsampled(),
        };
        self.units
            .run(self.expand.run(&inner, Some(&residual), true))
    }
}

#[derive(Debug)]
struct FixedUnet {
    encoder: Vec<[FixedConv; 2]>,
    decoder: Vec<(FixedTransposed, [FixedConv; 2])>,
    head: FixedConv,
}

impl FixedUnet {
    fn of(network: &Unet) -> Self {
        let double = |level: &DoubleConv| [plain(&level.first), plain(&level.second)];
        let decoder = network.upsamplers.iter().zip(&network.decoder);
        Self {
            encoder: network.encoder.iter().map(double).collect(),
            decoder: decoder
                .map(|(up, level)| (transposed(up), double(level)))
                .collect(),
            head: plain(&network.head),
        }
    }

    fn logits(&self, mut x: Image) -> Image {
        let double = |[first, second]: &[FixedConv; 2], x: &Image| {
            second.run(&first.run(x, None, true), None, true)
        };
        let mut skips = Vec::with_capacity(self.encoder.len());
        for (depth, level) in self.encoder.iter().enumerate() {
            if depth > 0 {
                let shallower = x.max_pooled(2, 2);
                skips.push(std::mem::replace(&mut x, shallower));
            }
            x = double(level, &x);
        }
        for ((up, level), skip) in self.decoder.iter().zip(skips.into_iter().rev()) {
            x = double(level, &up.run(&x).joined(&skip));
        }
        self.head.run(&x, None, false)
    }
}

#[derive(Debug)]
struct FixedNested {
    encoder: Vec<FixedBlock>,
    decoder: Vec<(FixedTransposed, FixedBlock)>,
    head: FixedConv,
}

impl FixedNested {
    fn of(network: &NestedUnet) -> Self {
        let decoder = network.decoder.iter();
        Self {
            encoder: network.encoder.iter().map(FixedBlock::of).collect(),
            decoder: decoder
                .map(|rise| (transposed(&rise.up), FixedBlock::of(&rise.block)))
                .collect(),
            head: plain(&network.head),
        }
    }

    fn logits(&self, mut x: Image) -> Image {
        let mut skips = Vec::with_capacity(self.encoder.len());
        for (level, block) in self.encoder.iter().enumerate() {
            if level > 0 {
                let shallower = x.max_pooled(2, 2);
                skips.push(std::mem::replace(&mut x, shallower));
            }
            x = block.run(&x);
        }
        for ((up, block), skip) in self.decoder.iter().zip(skips.into_iter().rev()) {
            x = block.run(&up.run(&x).joined(&skip));
        }
        self.head.run(&x, None, false)
    }
}

#[derive(Debug)]
struct FixedBlock {
    first: FixedConv,
    second: FixedConv,
    shortcut: FixedConv,
}

impl FixedBlock {
    fn of(block: &ResidualBlock) -> Self {
        Self {
            first: normed(&block.first),
            second: normed(&block.second),
            shortcut: normed(&block.shortcut),
        }
    }

    fn run(&self, x: &Image) -> Image {
        let residual = self.shortcut.run(x, None, false);
        self.second
            .run(&self.first.run(x, None, true), Some(&residual), true)
    }
}

#[cfg(test)]
mod tests {
    use burn::module::Module;
    use burn::tensor::{Device, Tensor, TensorData};

    use super::*;
    use crate::model::ModelSettings;

    #[test]
    fn a_fixed_network_gives_what_its_model_gives() {
        for architecture in Architecture::ALL {
            let settings = ModelSettings {
                width: 8,
                ..ModelSettings::published(architecture)
            };
            // A forward pass that records gradients moves the running statistics away from 0 and 1.
            let trained = settings.init(3, &Device::flex().autodiff());
            let dims = [2, 64, 64, 3];
            let values: Vec<f32> = (0..2 * 64 * 64 * 3)
                .map(|p| (p as f32 * 0.618).fract())
                .collect();
            let x = |device: &Device| {
                Tensor::<4>::from_data(TensorData::new(values.clone(), dims), device)
            };
            let _ = trained.forward(x(&Device::flex().autodiff()));
            let network = trained.valid();
            let expected = numbers(
                network
                    .forward(x(&Device::flex()))
                    .probabilities(architecture)
                    .into_tensor(),
            );
            let actual = FixedNetwork::of(&network).probabilities(Image {
                dims,
                values: values.clone(),
            });
            assert_eq!(actual.dims, [2, 64, 64, 6]);
            let error = actual
                .values
                .iter()
                .zip(&expected)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(error < 2e-5, "{architecture:?}: {error}");
        }
    }
}
