//! The weights of a convolution, in the order in which its algorithm reads them.

use rayon::prelude::*;

use super::{direct, winograd};
use crate::finish::Finish;
use crate::isa::Isa;
use crate::layout::{Packed, Window};

/// The weights of a convolution, in the order in which its algorithm reads them.
#[derive(Debug, Clone)]
pub enum ConvWeights {
    /// For the direct algorithm.
    Packed(Packed),
    /// Transformed, for Winograd's algorithm.
    Winograd(winograd::Filters),
}

impl ConvWeights {
    /// Packs weights `[kh, kw, c_in, c_out]` for the faster algorithm.
    ///
    /// # Panics
    /// If the weights have another shape.
    pub fn of(
        isa: Isa,
        kernel: [usize; 2],
        stride: usize,
        channels: [usize; 2],
        weight: &[f32],
    ) -> Self {
        let ([kh, kw], [c_in, c_out]) = (kernel, channels);
        // In bf16, Winograd's transforms of the pixels, which are sums of pixels, would be rounded.
        if winograd::is_faster(kernel, stride, channels) && !isa.is_bf16() {
            Self::Winograd(winograd::Filters::of(isa, channels, weight))
        } else {
            Self::Packed(Packed::of(isa, [kh * kw, c_in, c_out], weight))
        }
    }

    /// Packs weights `[kh, kw, c_in, c_out]` for the gradient of the input: a convolution with the flipped kernel, whose
    /// input channels are the output channels of the forward convolution.
    ///
    /// # Panics
    /// If the weights have another shape.
    pub fn flipped(
        isa: Isa,
        kernel: [usize; 2],
        stride: usize,
        channels: [usize; 2],
        weight: &[f32],
    ) -> Self {
        let [c_in, c_out] = channels;
        let flipped = flip(weight, channels);
        Self::of(isa, kernel, stride, [c_out, c_in], &flipped)
    }

    /// Slides the window over the source and returns `[N, H', W', c_out]`.
    ///
    /// # Panics
    /// If a slice does not have its shape.
    pub fn run(&self, isa: Isa, window: &Window, source: &[f32], finish: Finish) -> Vec<f32> {
        match self {
            Self::Packed(packed) => direct::run(isa, window, source, packed, finish),
            Self::Winograd(filters) => winograd::run(isa, window, source, filters, finish),
        }
    }
}

/// Weights `[taps][c_in][c_out]` to `[taps][c_out][c_in]` in the reverse order of the taps.
fn flip(weight: &[f32], [c_in, c_out]: [usize; 2]) -> Vec<f32> {
    let taps = weight.len() / (c_in * c_out).max(1);
    let mut flipped = vec![0.0; weight.len()];
    flipped
        .par_chunks_exact_mut(c_in.max(1))
        .enumerate()
        .for_each(|(n, flipped)| {
            let (tap, from) = (taps - 1 - n / c_out, n % c_out);
            let values = weight[tap * c_in * c_out..][from..].iter().step_by(c_out);
            flipped
                .iter_mut()
                .zip(values)
                .for_each(|(to, value)| *to = *value);
        });
    flipped
}
