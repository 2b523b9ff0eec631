//! The operations of the networks, on tensors `[N, H, W, C]` of any device.

mod fallback;

use burn::tensor::Tensor;

/// How a convolution walks over its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvOptions {
    /// Step between output pixels, along both axes.
    pub stride: usize,
    /// Zeros added on every side.
    pub padding: usize,
}

/// What follows a normalisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    None,
    /// `max(x, 0)`.
    Relu,
}

/// What a batch norm in training gives.
#[derive(Debug)]
pub struct Normalized {
    /// `[N, H, W, C]`.
    pub output: Tensor<4>,
    /// The mean of each channel over the batch, `[C]`.
    pub mean: Tensor<1>,
    /// The biased variance of each channel over the batch, `[C]`.
    pub variance: Tensor<1>,
}

/// The constants of a batch norm, each `[C]`.
#[derive(Debug)]
pub struct Scale {
    /// What the normalised value is multiplied with.
    pub gamma: Tensor<1>,
    /// What is added after.
    pub beta: Tensor<1>,
}

/// Convolution, as a cross-correlation, with square strides and padding.
///
/// # Shapes
/// `x` is `[N, H, W, c_in]`, `weight` `[kh, kw, c_in, c_out]`, `bias` `[c_out]`; the result
/// `[N, (H + 2 p - kh) / s + 1, (W + 2 p - kw) / s + 1, c_out]`.
pub fn conv2d(x: Tensor<4>, weight: Tensor<4>, bias: Option<Tensor<1>>, options: ConvOptions) -> Tensor<4> {
    fallback::conv2d(x, weight, bias, options)
}

/// Transposed convolution 2x2 of stride 2: every input pixel becomes a square of four.
///
/// # Shapes
/// `x` is `[N, H, W, c_in]`, `weight` `[2, 2, c_in, c_out]`, `bias` `[c_out]`; the result `[N, 2 H, 2 W, c_out]`.
pub fn conv_transpose2x2(x: Tensor<4>, weight: Tensor<4>, bias: Option<Tensor<1>>) -> Tensor<4> {
    fallback::conv_transpose2x2(x, weight, bias)
}

/// `activation(norm(x) + residual)` with the mean and variance of the batch.
///
/// # Shapes
/// `x` and `residual` are `[N, H, W, C]`.
pub fn batch_norm_train(
    x: Tensor<4>,
    scale: Scale,
    epsilon: f64,
    residual: Option<Tensor<4>>,
    activation: Activation,
) -> Normalized {
    fallback::batch_norm_train(x, scale, epsilon, residual, activation)
}

/// `activation(norm(x) + residual)` with known statistics: `[mean, variance]`, each `[C]`.
///
/// # Shapes
/// `x` and `residual` are `[N, H, W, C]`.
pub fn batch_norm_infer(
    x: Tensor<4>,
    scale: Scale,
    [mean, variance]: [Tensor<1>; 2],
    epsilon: f64,
    residual: Option<Tensor<4>>,
    activation: Activation,
) -> Tensor<4> {
    let [n, h, w, c] = x.dims();
    let factor = scale.gamma / (variance + epsilon as f32).sqrt();
    let shift = (scale.beta - mean * factor.clone()).reshape([1, 1, 1, c]).expand([n, h, w, c]);
    fallback::finish(x * factor.reshape([1, 1, 1, c]).expand([n, h, w, c]) + shift, residual, activation)
}

/// The largest value of each square of `size`, every `stride` pixels, without padding.
///
/// # Shapes
/// `[N, H, W, C]` to `[N, (H - size) / stride + 1, (W - size) / stride + 1, C]`.
pub fn max_pool(x: Tensor<4>, size: usize, stride: usize) -> Tensor<4> {
    fallback::max_pool(x, size, stride)
}

/// Every pixel as a square of four.
///
/// # Shapes
/// `[N, H, W, C]` to `[N, 2 H, 2 W, C]`.
pub fn upsample_nearest2(x: Tensor<4>) -> Tensor<4> {
    let [n, h, w, c] = x.dims();
    x.reshape([n, h, 1, w, 1, c]).expand([n, h, 2, w, 2, c]).reshape([n, 2 * h, 2 * w, c])
}
