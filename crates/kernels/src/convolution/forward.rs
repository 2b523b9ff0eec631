//! Convolutions whose weights may change from call to call.

use super::corners::{Corner, run_corners};
use super::weights::ConvWeights;
use crate::finish::Finish;
use crate::isa::Isa;
use crate::layout::ConvShape;
use crate::nonlinearity::Nonlinearity;

/// Convolution, without flipping the kernel (cross-correlation): `[N, H, W, c_in]` and weights `[kh, kw, c_in, c_out]` to
/// `[N, H', W', c_out]`, with the operations of `finish`.
///
/// ```
/// use myops_kernels::{ConvShape, Finish, Isa, convolve};
///
/// // Differences of neighbouring pixels in an image of 1 x 4 pixels and one channel.
/// let shape = ConvShape {
///     batch: 1,
///     input: [1, 4],
///     channels: [1, 1],
///     kernel: [1, 2],
///     stride: 1,
///     padding: 0,
/// };
/// let input = [1.0, 2.0, 4.0, 8.0];
/// let differences = convolve(Isa::best(), &shape, &input, &[-1.0, 1.0], Finish::default());
/// assert_eq!(differences, [1.0, 2.0, 4.0]);
/// ```
///
/// # Panics
/// If a slice does not have its shape.
pub fn convolve(
    isa: Isa,
    shape: &ConvShape,
    input: &[f32],
    weight: &[f32],
    finish: Finish,
) -> Vec<f32> {
    let weights = ConvWeights::of(isa, shape.kernel, shape.stride, shape.channels, weight);
    weights.run(isa, &shape.window(), input, finish)
}

/// Transposed 2x2 convolution of stride 2: `[N, H, W, c_in]` and weights `[2, 2, c_in, c_out]` to `[N, 2 H, 2 W, c_out]`.
/// `dims` is the shape of the input.
///
/// ```
/// use myops_kernels::{Isa, transposed_convolve};
///
/// // A pixel of value 2 becomes four.
/// let weight = [1.0, 2.0, 3.0, 4.0];
/// let out = transposed_convolve(Isa::best(), [1, 1, 1, 1], &[2.0], &weight, &[0.5]);
/// assert_eq!(out, [2.5, 4.5, 6.5, 8.5]);
/// ```
///
/// # Panics
/// If a slice does not have its shape.
pub fn transposed_convolve(
    isa: Isa,
    dims: [usize; 4],
    input: &[f32],
    weight: &[f32],
    bias: &[f32],
) -> Vec<f32> {
    let corners = Corner::transposed(isa, [dims[3], bias.len()], weight);
    run_corners(isa, dims, input, &corners, bias, Nonlinearity::Identity)
}
