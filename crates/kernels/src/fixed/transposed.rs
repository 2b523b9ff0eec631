//! A transposed convolution with fixed weights.

use crate::convolution::{Corner, run_corners};
use crate::image::Image;
use crate::isa::Isa;
use crate::nonlinearity::Nonlinearity;

/// A transposed 2x2 convolution of stride 2 with fixed weights and bias.
#[derive(Debug, Clone)]
pub struct FixedTransposed {
    isa: Isa,
    corners: [Corner; 4],
    bias: Vec<f32>,
}

impl FixedTransposed {
    /// Packs weights `[2, 2, c_in, c_out]`.
    ///
    /// # Panics
    /// If weights or bias have another shape.
    pub fn new(isa: Isa, [c_in, c_out]: [usize; 2], weight: &[f32], bias: Vec<f32>) -> Self {
        assert_eq!(bias.len(), c_out, "a bias of another shape");
        Self {
            isa,
            corners: Corner::transposed(isa, [c_in, c_out], weight),
            bias,
        }
    }

    /// `[N, H, W, c_in]` to `[N, 2 H, 2 W, c_out]`.
    ///
    /// # Panics
    /// If the image has another number of channels.
    pub fn run(&self, x: &Image) -> Image {
        let [n, h, w, _] = x.dims;
        let (corners, bias) = (&self.corners, &self.bias);
        Image {
            dims: [n, 2 * h, 2 * w, bias.len()],
            values: run_corners(
                self.isa,
                x.dims,
                &x.values,
                corners,
                bias,
                Nonlinearity::Identity,
            ),
        }
    }
}
