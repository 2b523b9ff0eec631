//! Every operation in Burn's own: for devices without kernels here, and what the kernels are tested against.

use burn::tensor::activation::relu;
use burn::tensor::{Tensor, module, ops};

use super::{Activation, ConvOptions, Normalized, Scale};

fn nchw(x: Tensor<4>) -> Tensor<4> {
    x.permute([0, 3, 1, 2])
}

fn nhwc(x: Tensor<4>) -> Tensor<4> {
    x.permute([0, 2, 3, 1])
}

pub fn conv2d(x: Tensor<4>, weight: Tensor<4>, bias: Tensor<1>, options: ConvOptions) -> Tensor<4> {
    let options = ops::ConvOptions::new([options.stride; 2], [options.padding; 2], [1, 1], 1);
    nhwc(module::conv2d(
        nchw(x),
        weight.permute([3, 2, 0, 1]),
        Some(bias),
        options,
    ))
}

pub fn conv_transpose2x2(x: Tensor<4>, weight: Tensor<4>, bias: Tensor<1>) -> Tensor<4> {
    let options = ops::ConvTransposeOptions::new([2, 2], [0, 0], [0, 0], [1, 1], 1);
    nhwc(module::conv_transpose2d(
        nchw(x),
        weight.permute([2, 3, 0, 1]),
        Some(bias),
        options,
    ))
}

pub fn batch_norm_train(
    x: Tensor<4>,
    scale: Scale,
    epsilon: f64,
    residual: Option<Tensor<4>>,
    activation: Activation,
) -> Normalized {
    let n = module::batch_norm_train(nchw(x), scale.gamma, scale.beta, epsilon);
    Normalized {
        output: finish(nhwc(n.output), residual, activation),
        mean: n.mean,
        variance: n.variance,
    }
}

pub fn finish(y: Tensor<4>, residual: Option<Tensor<4>>, activation: Activation) -> Tensor<4> {
    let y = match residual {
        Some(residual) => y + residual,
        None => y,
    };
    match activation {
        Activation::None => y,
        Activation::Relu => relu(y),
    }
}

pub fn max_pool(x: Tensor<4>, size: usize, stride: usize) -> Tensor<4> {
    let options = ops::MaxPoolOptions::new([size; 2]).with_stride([stride; 2]);
    nhwc(module::max_pool2d(nchw(x), options))
}

pub fn upsample_nearest2(x: Tensor<4>) -> Tensor<4> {
    let [n, h, w, c] = x.dims();
    x.reshape([n, h, 1, w, 1, c])
        .expand([n, h, 2, w, 2, c])
        .reshape([n, 2 * h, 2 * w, c])
}
