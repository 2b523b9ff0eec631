//! The gradients of a transposed convolution.

use super::weight::{swap_last_axes, weight_gradient};
use crate::convolution::convolve;
use crate::finish::Finish;
use crate::isa::Isa;
use crate::layout::ConvShape;

/// The gradients of input and weights of [`transposed_convolve`](crate::transposed_convolve) with an input of shape
/// `[N, H, W, c_in]`.
///
/// A transposed convolution is the input gradient of a 2x2 convolution of stride 2, so these are the output of that
/// convolution and its weight gradient.
///
/// # Panics
/// If a slice does not have its shape.
pub fn transposed_gradients(
    isa: Isa,
    [batch, h, w, c_in]: [usize; 4],
    input: &[f32],
    weight: &[f32],
    output_gradient: &[f32],
) -> [Vec<f32>; 2] {
    let c_out = weight.len() / (4 * c_in);
    let shape = ConvShape {
        batch,
        input: [2 * h, 2 * w],
        channels: [c_out, c_in],
        kernel: [2, 2],
        stride: 2,
        padding: 0,
    };
    let swapped = swap_last_axes(weight, [4, c_in, c_out]);
    let of_input = convolve(isa, &shape, output_gradient, &swapped, Finish::default());
    let of_weight = weight_gradient(isa, &shape, output_gradient, input);
    [of_input, swap_last_axes(&of_weight, [4, c_out, c_in])]
}
