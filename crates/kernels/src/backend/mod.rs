//! The kernels as operations of Burn's Flex backend, with their gradients.

mod autodiff;
mod flex;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, ExtensionType, backend_extension};

/// What a batch norm gives: output, mean and biased variance of each channel.
#[derive(ExtensionType)]
pub struct Normalised<B: Backend> {
    pub output: FloatTensor<B>,
    pub mean: FloatTensor<B>,
    pub variance: FloatTensor<B>,
}

/// The operations, on tensors `[N, H, W, C]`; [`crate::ops`] documents them.
#[backend_extension(Flex, Autodiff)]
pub trait KernelBackend: Backend {
    fn conv2d(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        stride: usize,
        padding: usize,
    ) -> FloatTensor<Self>;

    fn conv_transpose2x2(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self>;

    fn norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f32,
        relu: bool,
    ) -> Normalised<Self>;

    fn norm_add(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        residual: FloatTensor<Self>,
        epsilon: f32,
        relu: bool,
    ) -> Normalised<Self>;

    fn max_pool(x: FloatTensor<Self>, size: usize, stride: usize) -> FloatTensor<Self>;

    fn upsample(x: FloatTensor<Self>) -> FloatTensor<Self>;

    fn concat(first: FloatTensor<Self>, second: FloatTensor<Self>) -> FloatTensor<Self>;
}
