//! Transformed weights.

#![expect(
    clippy::needless_range_loop,
    reason = "a row of a square uses the same index of all columns"
)]

use rayon::prelude::*;

use super::transforms::{POSITIONS, SIDE, transform_filter};
use crate::isa::Isa;
use crate::lanes::{Job, Lanes};
use crate::layout::{Block, blocks};
use crate::memory::{Aligned, SharedPointer};

/// The number of input and output channels from which the transforms take less time than the multiplications they save.
const MIN_CHANNELS: usize = 32;

/// Whether Winograd's algorithm can compute a convolution, and is faster than the direct one.
pub fn is_faster(kernel: [usize; 2], stride: usize, [c_in, c_out]: [usize; 2]) -> bool {
    kernel == [3, 3] && stride == 1 && c_in.min(c_out) >= MIN_CHANNELS
}

/// Transformed weights: `[position][block of output channels][c_in][channel of the block]`. The last block is padded with
/// zeros.
#[derive(Debug, Clone)]
pub struct Filters {
    /// The transformed weights.
    pub values: Aligned,
    /// The blocks of output channels.
    pub blocks: Vec<Block>,
    /// Floats of a position.
    pub plane: usize,
    /// Input channels.
    pub c_in: usize,
    /// Output channels.
    pub c_out: usize,
}

impl Filters {
    /// Transforms weights `[3, 3, c_in, c_out]`.
    ///
    /// # Panics
    /// If the weights have another shape.
    pub fn of(isa: Isa, [c_in, c_out]: [usize; 2], weight: &[f32]) -> Self {
        assert_eq!(weight.len(), 9 * c_in * c_out, "weights of another shape");
        let blocks = blocks(c_out, isa.lanes());
        let vectors: usize = blocks.iter().map(|b| b.vectors).sum();
        let plane = vectors * isa.lanes() * c_in;
        let mut values = Aligned::zeros(POSITIONS * plane);
        let to = SharedPointer::new(values.as_mut_ptr());
        (0..blocks.len()).into_par_iter().for_each(|n| {
            isa.run(TransformBlock {
                weight,
                channels: [c_in, c_out],
                n,
                block: blocks[n],
                plane,
                to: to.start(),
            });
        });
        Self {
            values,
            blocks,
            plane,
            c_in,
            c_out,
        }
    }

    /// Output channels of all blocks, the padding included.
    pub fn width(&self) -> usize {
        self.plane / self.c_in
    }
}

/// `G g G'` of the weights `g` of a block, written to the block's own elements of the buffer at `to`.
struct TransformBlock<'a> {
    weight: &'a [f32],
    channels: [usize; 2],
    n: usize,
    block: Block,
    plane: usize,
    to: *mut f32,
}

impl Job for TransformBlock<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let ([c_in, c_out], block) = (self.channels, self.block);
        let width = block.vectors * L::N;
        for i in 0..c_in {
            for v in 0..block.vectors {
                let count = block.channels - v * L::N;
                let at = self.n * 2 * L::N * c_in + i * width + v * L::N;
                let from = i * c_out + block.start + v * L::N;
                // SAFETY: the weights of input channel `i` have `count` output channels from that of the vector on; a
                // vector of the block is written at each position.
                unsafe {
                    let mut taps = [[L::splat(0.0); 3]; 3];
                    for (tap, value) in taps.as_flattened_mut().iter_mut().enumerate() {
                        let weight = self.weight.as_ptr().add(tap * c_in * c_out + from);
                        *value = L::load_first(weight, count);
                    }
                    let mut columns = [[L::splat(0.0); SIDE]; 3];
                    for (x, column) in columns.iter_mut().enumerate() {
                        *column = transform_filter([taps[0][x], taps[1][x], taps[2][x]]);
                    }
                    for y in 0..SIDE {
                        let row = transform_filter([columns[0][y], columns[1][y], columns[2][y]]);
                        for (x, value) in row.iter().enumerate() {
                            value.store(self.to.add((y * SIDE + x) * self.plane + at));
                        }
                    }
                }
            }
        }
    }
}
