//! A convolution after upsampling, with fixed weights.

use crate::convolution::{Corner, run_corners};
use crate::image::Image;
use crate::isa::Isa;
use crate::layout::Packed;
use crate::nonlinearity::Nonlinearity;

/// A 3x3 convolution, with padding 1, of the input after nearest-neighbour upsampling by 2.
///
/// Only four of the nine pixels under the kernel differ, so each of the four output pixels of an input pixel is a 2x2
/// convolution with sums of the weights: four ninths of the multiplications.
#[derive(Debug, Clone)]
pub struct UpsampledConv {
    isa: Isa,
    corners: [Corner; 4],
    bias: Vec<f32>,
}

impl UpsampledConv {
    /// Sums and packs weights `[3, 3, c_in, c_out]`.
    ///
    /// # Panics
    /// If weights or bias have another shape.
    pub fn new(isa: Isa, [c_in, c_out]: [usize; 2], weight: &[f32], bias: Vec<f32>) -> Self {
        assert!(
            weight.len() == 9 * c_in * c_out && bias.len() == c_out,
            "weights of another shape"
        );
        let corners = [0, 1, 2, 3].map(|place| {
            let parity = [place / 2, place % 2];
            let sums = summed(weight, [c_in, c_out], parity);
            Corner {
                packed: Packed::of(isa, [4, c_in, c_out], &sums),
                c_in,
                kernel: [2, 2],
                padding: parity.map(|odd| 1 - odd as isize),
            }
        });
        Self { isa, corners, bias }
    }

    /// `nonlinearity(conv(upsampled x) + bias)`: `[N, H, W, c_in]` to `[N, 2 H, 2 W, c_out]`.
    ///
    /// # Panics
    /// If the image has another number of channels.
    pub fn run(&self, x: &Image, nonlinearity: Nonlinearity) -> Image {
        let [n, h, w, _] = x.dims;
        let (corners, bias) = (&self.corners, &self.bias);
        Image {
            dims: [n, 2 * h, 2 * w, bias.len()],
            values: run_corners(self.isa, x.dims, &x.values, corners, bias, nonlinearity),
        }
    }
}

/// The 2x2 weights of the output pixels whose row and column are even (0) or odd (1): sums of the 3x3 weights that are over
/// the same input pixel.
fn summed(weight: &[f32], [c_in, c_out]: [usize; 2], [row, column]: [usize; 2]) -> Vec<f32> {
    // The first of two input pixels is under one of the three weights at an even output pixel, and under two at an odd one.
    let covered = |odd: usize, tap: usize| match (odd, tap) {
        (0, 0) => 0..1,
        (0, _) => 1..3,
        (_, 0) => 0..2,
        _ => 2..3,
    };
    let mut sums = vec![0.0; 4 * c_in * c_out];
    for (tap, sums) in sums.chunks_exact_mut((c_in * c_out).max(1)).enumerate() {
        for (ky, kx) in
            covered(row, tap / 2).flat_map(|ky| covered(column, tap % 2).map(move |kx| (ky, kx)))
        {
            let weight = &weight[(ky * 3 + kx) * c_in * c_out..];
            sums.iter_mut()
                .zip(weight)
                .for_each(|(sum, weight)| *sum += weight);
        }
    }
    sums
}
