//! The operations of the networks, on tensors `[N, H, W, C]` of any device.

mod fallback;

use std::sync::LazyLock;

use burn::backend::{Dispatch, DispatchDevice};
use burn::tensor::{Device, Tensor};

use crate::backend::KernelBackend;
pub use crate::cpu::ConvOptions;

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

/// Set to `burn`, it makes the CPU compute with Burn's own operations, for comparison.
pub const KERNELS_VARIABLE: &str = "MYOPS_KERNELS";

/// Whether this crate's kernels compute with the tensor.
fn on_cpu(x: &Tensor<4>) -> bool {
    static STOCK: LazyLock<bool> =
        LazyLock::new(|| std::env::var(KERNELS_VARIABLE).is_ok_and(|v| v == "burn"));
    !*STOCK && is_cpu(x.device())
}

/// Whether the device is the processor.
pub fn is_cpu(device: Device) -> bool {
    matches!(device.inner().as_dispatch(), DispatchDevice::Flex(_))
}

/// Convolution, as a cross-correlation, with square strides and padding.
///
/// # Shapes
/// `x` is `[N, H, W, c_in]`, `weight` `[kh, kw, c_in, c_out]`, `bias` `[c_out]`; the result
/// `[N, (H + 2 p - kh) / s + 1, (W + 2 p - kw) / s + 1, c_out]`.
pub fn conv2d(x: Tensor<4>, weight: Tensor<4>, bias: Tensor<1>, options: ConvOptions) -> Tensor<4> {
    if !on_cpu(&x) {
        return fallback::conv2d(x, weight, bias, options);
    }
    let ConvOptions { stride, padding } = options;
    let [weight, bias] = [weight.into_dispatch(), bias.into_dispatch()];
    Tensor::from_dispatch(Dispatch::conv2d(
        x.into_dispatch(),
        weight,
        bias,
        stride,
        padding,
    ))
}

/// Transposed convolution 2x2 of stride 2: every input pixel becomes a square of four.
///
/// # Shapes
/// `x` is `[N, H, W, c_in]`, `weight` `[2, 2, c_in, c_out]`, `bias` `[c_out]`; the result `[N, 2 H, 2 W, c_out]`.
pub fn conv_transpose2x2(x: Tensor<4>, weight: Tensor<4>, bias: Tensor<1>) -> Tensor<4> {
    if !on_cpu(&x) {
        return fallback::conv_transpose2x2(x, weight, bias);
    }
    let [weight, bias] = [weight.into_dispatch(), bias.into_dispatch()];
    Tensor::from_dispatch(Dispatch::conv_transpose2x2(x.into_dispatch(), weight, bias))
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
    if !on_cpu(&x) {
        return fallback::batch_norm_train(x, scale, epsilon, residual, activation);
    }
    let (epsilon, relu) = (epsilon as f32, activation == Activation::Relu);
    let [gamma, beta] = [scale.gamma.into_dispatch(), scale.beta.into_dispatch()];
    let x = x.into_dispatch();
    let normalised = match residual {
        None => Dispatch::norm(x, gamma, beta, epsilon, relu),
        Some(residual) => {
            Dispatch::norm_add(x, gamma, beta, residual.into_dispatch(), epsilon, relu)
        }
    };
    Normalized {
        output: Tensor::from_dispatch(normalised.output),
        mean: Tensor::from_dispatch(normalised.mean),
        variance: Tensor::from_dispatch(normalised.variance),
    }
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
    let shift = (scale.beta - mean * factor.clone())
        .reshape([1, 1, 1, c])
        .expand([n, h, w, c]);
    fallback::finish(
        x * factor.reshape([1, 1, 1, c]).expand([n, h, w, c]) + shift,
        residual,
        activation,
    )
}

/// The largest value of each square of `size`, every `stride` pixels, without padding.
///
/// # Shapes
/// `[N, H, W, C]` to `[N, (H - size) / stride + 1, (W - size) / stride + 1, C]`.
pub fn max_pool(x: Tensor<4>, size: usize, stride: usize) -> Tensor<4> {
    if !on_cpu(&x) {
        return fallback::max_pool(x, size, stride);
    }
    Tensor::from_dispatch(Dispatch::max_pool(x.into_dispatch(), size, stride))
}

/// Every pixel as a square of four.
///
/// # Shapes
/// `[N, H, W, C]` to `[N, 2 H, 2 W, C]`.
pub fn upsample_nearest2(x: Tensor<4>) -> Tensor<4> {
    if !on_cpu(&x) {
        return fallback::upsample_nearest2(x);
    }
    Tensor::from_dispatch(Dispatch::upsample(x.into_dispatch()))
}

/// The channels of two images one after the other.
///
/// # Shapes
/// `[N, H, W, a]` and `[N, H, W, b]` to `[N, H, W, a + b]`.
pub fn concat(first: Tensor<4>, second: Tensor<4>) -> Tensor<4> {
    if !on_cpu(&first) {
        return Tensor::cat(vec![first, second], 3);
    }
    Tensor::from_dispatch(Dispatch::concat(
        first.into_dispatch(),
        second.into_dispatch(),
    ))
}

#[cfg(test)]
mod tests;
