//! The gradient of a convolution's bias.

use crate::isa::Isa;
use crate::reduce::channel_sums;

/// The gradient of the bias, `[channels]`: the sum of the output's gradient over all pixels.
///
/// # Panics
/// If the gradient does not consist of whole pixels.
pub fn bias_gradient(isa: Isa, output_gradient: &[f32], channels: usize) -> Vec<f32> {
    channel_sums(isa, output_gradient, channels)
}
