//! Four convolutions that together double the size of an image, each of which computes one of every four output pixels.

use std::mem::MaybeUninit;

use rayon::prelude::*;

use super::direct::{lay_out, write};
use super::output_rows::{OutputRows, OutputSteps};
use crate::finish::Finish;
use crate::isa::Isa;
use crate::layout::{Packed, Window};
use crate::memory::{assume_init, uninit};
use crate::nonlinearity::Nonlinearity;

/// The convolution that computes one corner of every square of four output pixels.
#[derive(Debug, Clone)]
pub struct Corner {
    /// The weights.
    pub packed: Packed,
    /// Channels of the input.
    pub c_in: usize,
    /// Rows and columns of the kernel.
    pub kernel: [usize; 2],
    /// Zeros before the first row and column.
    pub padding: [isize; 2],
}

impl Corner {
    /// The corners of a transposed 2x2 convolution of stride 2, from weights `[2, 2, c_in, c_out]`.
    ///
    /// # Panics
    /// If the weights have another shape.
    pub fn transposed(isa: Isa, [c_in, c_out]: [usize; 2], weight: &[f32]) -> [Self; 4] {
        assert_eq!(weight.len(), 4 * c_in * c_out, "weights of another shape");
        [0, 1, 2, 3].map(|n| {
            let weight = &weight[n * c_in * c_out..][..c_in * c_out];
            Self {
                packed: Packed::of(isa, [1, c_in, c_out], weight),
                c_in,
                kernel: [1, 1],
                padding: [0, 0],
            }
        })
    }

    /// The window over images of shape `dims`.
    fn window(&self, [batch, h, w, channels]: [usize; 4]) -> Window {
        Window {
            batch,
            source: [h, w],
            channels,
            kernel: self.kernel,
            stride: 1,
            padding: self.padding,
            dilation: 1,
            output: [h, w],
        }
    }
}

/// `nonlinearity(conv(x) + bias)` of `[N, H, W, c_in]` with each of four convolutions, whose results are the corners of
/// squares of four pixels in the order of rows: `[N, 2 H, 2 W, c_out]`. `dims` is the shape of the input.
///
/// # Panics
/// If a slice does not have its shape.
pub fn run_corners(
    isa: Isa,
    dims: [usize; 4],
    input: &[f32],
    corners: &[Corner; 4],
    bias: &[f32],
    nonlinearity: Nonlinearity,
) -> Vec<f32> {
    let [batch, h, w, c_in] = dims;
    let c_out = corners[0].packed.channels();
    assert_eq!(
        [c_in, c_out],
        [corners[0].c_in, bias.len()],
        "an image or a bias of other channels"
    );
    let finish = Finish {
        bias: Some(bias),
        residual: None,
        nonlinearity,
    };
    let windows = corners.each_ref().map(|corner| corner.window(dims));
    let mut out: Vec<MaybeUninit<f32>> = uninit(4 * batch * h * w * c_out);
    if out.is_empty() {
        return Vec::new();
    }
    let rows_per_task = windows[0].rows_per_task(4 * c_out, rayon::current_num_threads());
    let row_len = 2 * w * c_out;
    let steps = OutputSteps {
        row: 2 * row_len,
        pixel: 2 * c_out,
    };
    out.par_chunks_mut(rows_per_task * 2 * row_len)
        .enumerate()
        .for_each(|(n, out)| {
            let first = n * rows_per_task;
            let count = out.len() / (2 * row_len);
            for (place, (window, corner)) in windows.iter().zip(corners).enumerate() {
                let (window, rows) = lay_out(isa, window, input, first..first + count);
                let start = place / 2 * row_len + place % 2 * c_out;
                let rows = OutputRows {
                    window: &window,
                    rows: &rows,
                    packed: &corner.packed,
                    finish,
                    out: out[start..].as_mut_ptr().cast(),
                    count,
                    steps,
                };
                write(isa, rows);
            }
        });
    // SAFETY: the four corners of every input pixel cover the output, and each convolution writes all of its corners.
    unsafe { assume_init(out) }
}
