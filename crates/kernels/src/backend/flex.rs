//! The operations without gradients: tensors in, slices to the kernels, tensors out.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::TensorData;

use super::{KernelBackend, Normalised};
use crate::cpu::{self, ConvShape, Finish, Isa, Pooled, Statistics};

/// A tensor of this backend.
pub type Primitive = FloatTensor<Flex>;

/// A tensor whose values lie in order, so that [`values`] can be read.
pub fn in_order(tensor: &Primitive) -> Primitive {
    tensor.to_contiguous()
}

/// The values of a tensor that lies [`in_order`].
pub fn values(tensor: &Primitive) -> &[f32] {
    tensor.storage::<f32>()
}

/// A tensor of these values.
pub fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Primitive {
    Primitive::from_data(TensorData::new(values, shape))
}

/// The shape of an image or of weights.
pub fn dims(tensor: &Primitive) -> [usize; 4] {
    tensor.shape().dims()
}

/// The shape of a convolution of `x` with `weight`.
///
/// # Panics
/// Where the weights are for other channels; Burn checks nothing of an extension's shapes.
pub fn conv_shape(x: &Primitive, weight: &Primitive, stride: usize, padding: usize) -> ConvShape {
    let ([batch, h, w, c], [kh, kw, c_in, c_out]) = (dims(x), dims(weight));
    assert_eq!(c, c_in, "an image of {c} channels, weights for {c_in}");
    ConvShape {
        batch,
        input: [h, w],
        channels: [c_in, c_out],
        kernel: [kh, kw],
        stride,
        padding,
    }
}

/// A batch norm with or without a residual, from tensors that lie in order.
pub fn normalise(
    x: &Primitive,
    [gamma, beta]: [&Primitive; 2],
    residual: Option<&Primitive>,
    epsilon: f32,
    relu: bool,
) -> (Normalised<Flex>, Statistics) {
    let scale = [values(gamma), values(beta)];
    assert_eq!(dims(x)[3], scale[0].len(), "a scale for other channels");
    let result = cpu::norm_forward(
        Isa::best(),
        values(x),
        scale,
        epsilon,
        residual.map(values),
        relu,
    );
    let c = result.statistics.mean.len();
    let normalised = Normalised {
        output: tensor(result.output, dims(x)),
        mean: tensor(result.statistics.mean.clone(), [c]),
        variance: tensor(result.statistics.variance.clone(), [c]),
    };
    (normalised, result.statistics)
}

/// The largest values and where they come from.
pub fn pool(x: &Primitive, size: usize, stride: usize) -> (Primitive, Vec<u8>) {
    let [n, h, w, c] = dims(x);
    let Pooled { output, winner } = cpu::max_pool(values(x), [n, h, w, c], size, stride);
    let [rows, columns] = [h, w].map(|v| cpu::pooled(v, size, stride));
    (tensor(output, [n, rows, columns, c]), winner)
}

impl KernelBackend for Flex {
    fn conv2d(
        x: Primitive,
        weight: Primitive,
        bias: Primitive,
        stride: usize,
        padding: usize,
    ) -> Primitive {
        let [x, weight, bias] = [x, weight, bias].map(|t| in_order(&t));
        let shape = conv_shape(&x, &weight, stride, padding);
        let finish = Finish {
            bias: Some(values(&bias)),
            ..Finish::default()
        };
        let y = cpu::convolve(Isa::best(), &shape, values(&x), values(&weight), finish);
        let [h, w] = shape.output();
        tensor(y, [shape.batch, h, w, shape.channels[1]])
    }

    fn conv_transpose2x2(x: Primitive, weight: Primitive, bias: Primitive) -> Primitive {
        let [x, weight, bias] = [x, weight, bias].map(|t| in_order(&t));
        let [n, h, w, c] = dims(&x);
        let y = cpu::transposed_convolve(
            Isa::best(),
            [n, h, w, c],
            values(&x),
            values(&weight),
            values(&bias),
        );
        tensor(y, [n, 2 * h, 2 * w, dims(&weight)[3]])
    }

    fn norm(
        x: Primitive,
        gamma: Primitive,
        beta: Primitive,
        epsilon: f32,
        relu: bool,
    ) -> Normalised<Self> {
        let [x, gamma, beta] = [x, gamma, beta].map(|t| in_order(&t));
        normalise(&x, [&gamma, &beta], None, epsilon, relu).0
    }

    fn norm_add(
        x: Primitive,
        gamma: Primitive,
        beta: Primitive,
        residual: Primitive,
        epsilon: f32,
        relu: bool,
    ) -> Normalised<Self> {
        let [x, gamma, beta, residual] = [x, gamma, beta, residual].map(|t| in_order(&t));
        normalise(&x, [&gamma, &beta], Some(&residual), epsilon, relu).0
    }

    fn max_pool(x: Primitive, size: usize, stride: usize) -> Primitive {
        pool(&in_order(&x), size, stride).0
    }

    fn upsample(x: Primitive) -> Primitive {
        let x = in_order(&x);
        let [n, h, w, c] = dims(&x);
        tensor(
            cpu::upsample(values(&x), [n, h, w, c]),
            [n, 2 * h, 2 * w, c],
        )
    }

    fn concat(first: Primitive, second: Primitive) -> Primitive {
        let [first, second] = [first, second].map(|t| in_order(&t));
        let ([n, h, w, a], [_, _, _, b]) = (dims(&first), dims(&second));
        tensor(
            cpu::concat([values(&first), values(&second)], [a, b]),
            [n, h, w, a + b],
        )
    }
}
