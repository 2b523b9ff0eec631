//! The weight gradient by tiles for each position under the kernel.

use super::rows::{GradientRows, next_height};
use crate::lanes::{Job, Lanes};
use crate::layout::{Block, Window, blocks};
use crate::tile::{Operands, accumulate, with_tile};

/// What the rows and the vectors of a tile are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Orientation {
    /// Rows are values under the kernel, vectors are output channels. The sums are `[kernel row][value][c_out]`.
    Plain,
    /// Rows are output channels, vectors are values under the kernel: for few output channels, which do not fill a vector.
    /// The sums are `[kernel row][c_out][value]`.
    Transposed,
}

/// Adds the products of some rows by tiles for each position under the kernel.
pub struct ByTiles<'a> {
    /// The operands and the sums.
    pub rows: GradientRows<'a>,
    /// Pixels of a step: 2 if convolutions multiply pairs, else 1.
    pub pixels: usize,
    /// What the rows and the vectors of a tile are.
    pub orientation: Orientation,
}

impl Job for ByTiles<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(mut self) {
        let row_len = self.rows.window.row_len();
        let (height, width) = match self.orientation {
            Orientation::Plain => (row_len, self.rows.c_out),
            Orientation::Transposed => (self.rows.c_out, row_len),
        };
        for kernel_row in 0..self.rows.window.kernel[0] {
            let mut operands = self.operands(kernel_row);
            for block in blocks(width, L::N) {
                operands.b_offset = block.start;
                let start = kernel_row * height * width + block.start;
                // SAFETY: the caller guarantees the instruction set; the operands lie within the rows of this task, whose
                // pixels are padded to whole vectors.
                unsafe { self.add_block::<L>(operands, &block, start, [height, width]) };
            }
        }
    }
}

impl ByTiles<'_> {
    /// The operands of one row of the kernel, from the first row and vector of a tile on.
    #[inline(always)]
    fn operands(&self, kernel_row: usize) -> Operands {
        let Window {
            kernel,
            channels,
            stride,
            output,
            ..
        } = *self.rows.window;
        let plain = Operands {
            // SAFETY: the table has `kernel[0]` pointers for each row.
            a: unsafe { self.rows.input.add(kernel_row) },
            a_table_step: kernel[0],
            a_offset: 0,
            a_row_step: 1,
            a_step: self.pixels * stride * channels,
            b: self.rows.gradient,
            b_table_step: 1,
            b_offset: 0,
            b_step: self.rows.gradient_step,
            segments: self.rows.rows,
            steps: output[1].div_ceil(self.pixels),
        };
        match self.orientation {
            Orientation::Plain => plain,
            Orientation::Transposed => Operands {
                a: plain.b,
                a_table_step: plain.b_table_step,
                a_step: plain.b_step,
                b: plain.a,
                b_table_step: plain.a_table_step,
                b_step: plain.a_step,
                ..plain
            },
        }
    }

    /// Adds the vectors of a block to the sums `[height][width]`, from that of the block's first channel at `start` on.
    ///
    /// # Safety
    /// The processor has the instruction set of `L`, and the operands of all rows can be read.
    #[inline(always)]
    unsafe fn add_block<L: Lanes>(
        &mut self,
        mut operands: Operands,
        block: &Block,
        start: usize,
        [height, width]: [usize; 2],
    ) {
        let mut row = 0;
        while row < height {
            let tile_height = next_height(height - row, L::TILE);
            operands.a_offset = row;
            // SAFETY: the caller guarantees the instruction set and the operands; the sums of the tile lie within `sums`.
            unsafe {
                let to = self.rows.sums.as_mut_ptr().add(start + row * width);
                with_tile!(
                    tile_height,
                    block.vectors,
                    add_tile::<L>(&operands, to, width, block.channels)
                );
            }
            row += tile_height;
        }
    }
}

/// Computes a tile and adds the first `channels` lanes of its rows to the sums at `to`, which lie `step` floats apart.
///
/// # Safety
/// The processor has the instruction set of `L`, all operands can be read, and the sums can be read and written.
#[inline(always)]
unsafe fn add_tile<L: Lanes, const P: usize, const V: usize>(
    o: &Operands,
    to: *mut f32,
    step: usize,
    channels: usize,
) {
    // SAFETY: the caller guarantees the instruction set, the operands and the sums.
    unsafe {
        let mut sums = [[L::splat(0.0); V]; P];
        accumulate::<L, P, V, 1>(o, 0, &mut sums);
        for (p, sums) in sums.iter().enumerate() {
            for (v, sum) in sums.iter().enumerate() {
                let (at, n) = (to.add(p * step + v * L::N), channels - v * L::N);
                L::load_first(at, n).add(*sum).store_first(at, n);
            }
        }
    }
}
