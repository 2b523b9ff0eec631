//! The gradient of a convolution's input.

use crate::convolution::ConvWeights;
use crate::finish::Finish;
use crate::isa::Isa;
use crate::layout::ConvShape;

/// The gradient of the input, `[N, H, W, c_in]`, from the gradient of the output: a convolution with the flipped kernel.
///
/// # Panics
/// If the kernel is not square, or a slice does not have its shape.
pub fn input_gradient(
    isa: Isa,
    shape: &ConvShape,
    weight: &[f32],
    output_gradient: &[f32],
) -> Vec<f32> {
    let weights = ConvWeights::flipped(isa, shape.kernel, shape.stride, shape.channels, weight);
    let window = shape.backward_window();
    weights.run(isa, &window, output_gradient, Finish::default())
}
