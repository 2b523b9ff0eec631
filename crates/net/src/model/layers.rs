//! The layers that the networks are built of, on channels-last tensors.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use myops_kernels::ops::{self, Activation, ConvOptions, Scale};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::running::RunningMean;

/// The epsilon of every batch norm: Keras' default, which the published networks were trained with.
pub const BATCH_NORM_EPSILON: f64 = 1e-3;

/// How much of the running mean and variance one batch replaces: 1 less Keras' momentum of 0.99.
const BATCH_NORM_UPDATE: f64 = 0.01;

/// Where the weights of a new network come from.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one, while a network is made"
)]
pub enum Draw {
    /// Drawn at random.
    Random(ChaCha8Rng),
    /// All 0, for a network that others will be put into.
    Blank,
}

/// How the weights of a layer are drawn before training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initializer {
    /// Uniform in ± sqrt(6 / (fan in + fan out)) (Glorot & Bengio, AISTATS 2010): Keras' default.
    GlorotUniform,
    /// Normal of variance 2 / fan in, cut at two standard deviations (He et al., ICCV 2015).
    HeNormal,
}

impl Initializer {
    /// Draws weights of the given shape `[kh, kw, c_in, c_out]`.
    fn draw(self, shape: [usize; 4], draw: &mut Draw) -> Vec<f32> {
        let [kh, kw, c_in, c_out] = shape;
        let Draw::Random(rng) = draw else {
            return vec![0.0; shape.iter().product()];
        };
        let (fan_in, fan_out) = ((kh * kw * c_in) as f32, (kh * kw * c_out) as f32);
        let draw_one: &mut dyn FnMut() -> f32 = match self {
            Self::GlorotUniform => {
                let bound = (6.0 / (fan_in + fan_out)).sqrt();
                &mut move || rng.random_range(-bound..bound)
            }
            Self::HeNormal => {
                // A normal cut at two standard deviations keeps 0.8796 of its standard deviation.
                let deviation = (2.0 / fan_in).sqrt() / 0.879_625_7;
                &mut move || loop {
                    let z: f32 = rng.sample(rand_distr::StandardNormal);
                    if z.abs() <= 2.0 {
                        break z * deviation;
                    }
                }
            }
        };
        (0..shape.iter().product()).map(|_| draw_one()).collect()
    }
}

/// The shape of a convolution.
#[derive(Debug, Clone, Copy)]
pub struct ConvConfig {
    /// Channels of input and output.
    pub channels: [usize; 2],
    /// Height and width of the kernel.
    pub kernel: usize,
    /// Step between output pixels.
    pub stride: usize,
    /// Zeros added on every side.
    pub padding: usize,
}

impl ConvConfig {
    /// A convolution of one pixel.
    pub fn pointwise(c_in: usize, c_out: usize) -> Self {
        Self {
            channels: [c_in, c_out],
            kernel: 1,
            stride: 1,
            padding: 0,
        }
    }

    /// A 3x3 convolution that keeps height and width.
    pub fn same3(c_in: usize, c_out: usize) -> Self {
        Self {
            channels: [c_in, c_out],
            kernel: 3,
            stride: 1,
            padding: 1,
        }
    }

    /// The same convolution with a stride.
    #[must_use]
    pub fn with_stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    /// Draws the weights; the bias starts at 0.
    pub fn init(self, initializer: Initializer, draw: &mut Draw, device: &Device) -> Conv {
        let [c_in, c_out] = self.channels;
        Conv {
            weight: drawn(
                [self.kernel, self.kernel, c_in, c_out],
                initializer,
                draw,
                device,
            ),
            bias: constant(c_out, 0.0, device),
            stride: self.stride,
            padding: self.padding,
        }
    }
}

/// A convolution with bias.
#[derive(Module, Debug)]
pub struct Conv {
    /// `[kh, kw, c_in, c_out]`.
    pub weight: Param<Tensor<4>>,
    /// `[c_out]`.
    pub bias: Param<Tensor<1>>,
    /// Step between output pixels.
    pub stride: usize,
    /// Zeros added on every side.
    pub padding: usize,
}

impl Conv {
    /// # Shapes
    /// `[N, H, W, c_in]` to `[N, H', W', c_out]`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let options = ConvOptions {
            stride: self.stride,
            padding: self.padding,
        };
        ops::conv2d(x, self.weight.val(), self.bias.val(), options)
    }
}

/// A transposed convolution 2x2 of stride 2 with bias, which doubles height and width.
#[derive(Module, Debug)]
pub struct TransposedConv {
    /// `[2, 2, c_in, c_out]`.
    pub weight: Param<Tensor<4>>,
    /// `[c_out]`.
    pub bias: Param<Tensor<1>>,
}

impl TransposedConv {
    /// Draws the weights; the bias starts at 0.
    pub fn init(
        [c_in, c_out]: [usize; 2],
        initializer: Initializer,
        draw: &mut Draw,
        device: &Device,
    ) -> Self {
        Self {
            weight: drawn([2, 2, c_in, c_out], initializer, draw, device),
            bias: constant(c_out, 0.0, device),
        }
    }

    /// # Shapes
    /// `[N, H, W, c_in]` to `[N, 2 H, 2 W, c_out]`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        ops::conv_transpose2x2(x, self.weight.val(), self.bias.val())
    }
}

/// Batch normalisation (Ioffe & Szegedy, ICML 2015) with an optional addition and activation after it.
///
/// On a device that records gradients it normalises by the batch and moves the running statistics; otherwise it
/// normalises by those.
#[derive(Module, Debug)]
pub struct BatchNorm {
    /// Scale, `[c]`.
    pub gamma: Param<Tensor<1>>,
    /// Shift, `[c]`.
    pub beta: Param<Tensor<1>>,
    /// Mean over past batches, `[c]`.
    pub running_mean: RunningMean,
    /// Biased variance over past batches, `[c]`.
    pub running_variance: RunningMean,
}

impl BatchNorm {
    /// Scale 1, shift 0, running mean 0, running variance 1.
    pub fn init(channels: usize, device: &Device) -> Self {
        Self {
            gamma: constant(channels, 1.0, device),
            beta: constant(channels, 0.0, device),
            running_mean: RunningMean::new(Tensor::zeros([channels], device)),
            running_variance: RunningMean::new(Tensor::ones([channels], device)),
        }
    }

    /// `activation(norm(x) + residual)`.
    ///
    /// # Shapes
    /// `[N, H, W, c]` to the same; the residual has that shape too.
    pub fn forward(
        &self,
        x: Tensor<4>,
        residual: Option<Tensor<4>>,
        activation: Activation,
    ) -> Tensor<4> {
        let scale = Scale {
            gamma: self.gamma.val(),
            beta: self.beta.val(),
        };
        if !x.device().is_autodiff() {
            let statistics = [self.running_mean.value(), self.running_variance.value()];
            return ops::batch_norm_infer(
                x,
                scale,
                statistics,
                BATCH_NORM_EPSILON,
                residual,
                activation,
            );
        }
        let normalized = ops::batch_norm_train(x, scale, BATCH_NORM_EPSILON, residual, activation);
        self.running_mean.update(normalized.mean, BATCH_NORM_UPDATE);
        self.running_variance
            .update(normalized.variance, BATCH_NORM_UPDATE);
        normalized.output
    }
}

/// A convolution, the batch norm after it, and what follows.
#[derive(Module, Debug)]
pub struct ConvNorm {
    /// The convolution.
    pub conv: Conv,
    /// The batch norm after it.
    pub norm: BatchNorm,
}

impl ConvNorm {
    /// Draws the convolution's weights.
    pub fn init(config: ConvConfig, draw: &mut Draw, device: &Device) -> Self {
        let conv = config.init(Initializer::GlorotUniform, draw, device);
        Self {
            conv,
            norm: BatchNorm::init(config.channels[1], device),
        }
    }

    /// `norm(conv(x))`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.norm
            .forward(self.conv.forward(x), None, Activation::None)
    }

    /// `relu(norm(conv(x)))`.
    pub fn forward_relu(&self, x: Tensor<4>) -> Tensor<4> {
        self.norm
            .forward(self.conv.forward(x), None, Activation::Relu)
    }

    /// `relu(norm(conv(x)) + residual)`.
    pub fn forward_add_relu(&self, x: Tensor<4>, residual: Tensor<4>) -> Tensor<4> {
        self.norm
            .forward(self.conv.forward(x), Some(residual), Activation::Relu)
    }
}

fn drawn(
    shape: [usize; 4],
    initializer: Initializer,
    draw: &mut Draw,
    device: &Device,
) -> Param<Tensor<4>> {
    Param::from_tensor(Tensor::from_data(
        TensorData::new(initializer.draw(shape, draw), shape),
        device,
    ))
}

fn constant(channels: usize, value: f32, device: &Device) -> Param<Tensor<1>> {
    Param::from_tensor(Tensor::full([channels], value, device))
}
