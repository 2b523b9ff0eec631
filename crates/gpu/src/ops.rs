//! The operations of graphs on Burn's tensors `[N, H, W, C]`.

use burn::tensor::activation::{relu, sigmoid, softmax};
use burn::tensor::{Tensor, module, ops};
use myops_net::graph::{Activation, Conv};

fn nchw(x: Tensor<4>) -> Tensor<4> {
    x.permute([0, 3, 1, 2])
}

fn nhwc(x: Tensor<4>) -> Tensor<4> {
    x.permute([0, 2, 3, 1])
}

/// A cross-correlation with weights `[kh, kw, c_in, c_out]`.
pub fn conv(x: Tensor<4>, weight: Tensor<4>, bias: Tensor<1>, conv: &Conv) -> Tensor<4> {
    let options = ops::ConvOptions::new([conv.stride; 2], [conv.padding; 2], [1, 1], 1);
    nhwc(module::conv2d(
        nchw(x),
        weight.permute([3, 2, 0, 1]),
        Some(bias),
        options,
    ))
}

/// A transposed convolution 2x2 of stride 2 with weights `[2, 2, c_in, c_out]`.
pub fn transposed_conv(x: Tensor<4>, weight: Tensor<4>, bias: Tensor<1>) -> Tensor<4> {
    let options = ops::ConvTransposeOptions::new([2, 2], [0, 0], [0, 0], [1, 1], 1);
    let weight = weight.permute([2, 3, 0, 1]);
    nhwc(module::conv_transpose2d(
        nchw(x),
        weight,
        Some(bias),
        options,
    ))
}

/// The largest value of each square.
pub fn max_pool(x: Tensor<4>, size: usize, stride: usize) -> Tensor<4> {
    let options = ops::MaxPoolOptions::new([size; 2]).with_stride([stride; 2]);
    nhwc(module::max_pool2d(nchw(x), options))
}

/// Every pixel as a square of four.
pub fn upsample(x: Tensor<4>) -> Tensor<4> {
    let [n, h, w, c] = x.dims();
    x.reshape([n, h, 1, w, 1, c])
        .expand([n, h, 2, w, 2, c])
        .reshape([n, 2 * h, 2 * w, c])
}

/// `max(x, 0)`.
pub fn rectified(x: Tensor<4>) -> Tensor<4> {
    relu(x)
}

/// Probabilities.
pub fn activated(x: Tensor<4>, activation: Activation) -> Tensor<4> {
    match activation {
        Activation::Sigmoid => sigmoid(x),
        Activation::Softmax => softmax(x, 3),
    }
}

/// The constants of a batch norm, each `[C]`.
pub struct Scale {
    /// What the normalised value is multiplied by.
    pub gamma: Tensor<1>,
    /// What is added to the product.
    pub beta: Tensor<1>,
}

/// What a batch norm gives in training.
pub struct Normalised {
    /// `[N, H, W, C]`.
    pub output: Tensor<4>,
    /// The mean of each channel over the batch, `[C]`.
    pub mean: Tensor<1>,
    /// The biased variance of each channel over the batch, `[C]`.
    pub variance: Tensor<1>,
}

/// Batch normalisation by the statistics of the batch.
pub fn batch_norm_train(x: Tensor<4>, scale: Scale, epsilon: f32) -> Normalised {
    let n = module::batch_norm_train(nchw(x), scale.gamma, scale.beta, f64::from(epsilon));
    Normalised {
        output: nhwc(n.output),
        mean: n.mean,
        variance: n.variance,
    }
}

/// Batch normalisation by given statistics `[mean, variance]`, each `[C]`.
pub fn batch_norm_fixed(
    x: Tensor<4>,
    scale: Scale,
    [mean, variance]: [Tensor<1>; 2],
    epsilon: f32,
) -> Tensor<4> {
    let [n, h, w, c] = x.dims();
    let wide = |v: Tensor<1>| v.reshape([1, 1, 1, c]).expand([n, h, w, c]);
    let factor = scale.gamma / (variance + epsilon).sqrt();
    let shift = scale.beta - mean * factor.clone();
    x * wide(factor) + wide(shift)
}
