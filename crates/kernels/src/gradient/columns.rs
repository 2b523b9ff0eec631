//! The weight gradient of kernels with three columns, by tiles for all columns at once: one loaded value of the input is
//! multiplied with the gradients of three neighbouring pixels.

use super::rows::{GradientRows, next_height};
use crate::lanes::{Job, Lanes};
use crate::tile::{Operands, accumulate_columns, with_tile};

/// Columns of the kernels.
pub const COLUMNS: usize = 3;

/// Adds the products of some rows for all columns of a kernel at once. The rows of a tile are input channels, its vectors
/// output channels.
///
/// The stride is 1, and the gradient has `COLUMNS - 1` pixels of zeros before and after every row.
pub struct ByColumns<'a>(pub GradientRows<'a>);

impl Job for ByColumns<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(mut self) {
        // A tile has `COLUMNS` times as many sums as rows and vectors, so narrow registers leave room for one vector.
        let most_vectors = if L::TILE < 12 { 1 } else { 2 };
        let c_out = self.0.c_out;
        let mut start = 0;
        while start < c_out {
            let vectors = if c_out - start > L::N {
                most_vectors
            } else {
                1
            };
            let n = (c_out - start).min(vectors * L::N);
            for kernel_row in 0..self.0.window.kernel[0] {
                // SAFETY: the caller guarantees the instruction set.
                unsafe { self.add_channels::<L>(kernel_row, start..start + n, vectors) };
            }
            start += n;
        }
    }
}

impl ByColumns<'_> {
    /// Adds the output channels `range`, which are in `vectors` vectors, for one row of the kernel.
    ///
    /// # Safety
    /// The processor has the instruction set of `L`.
    #[inline(always)]
    unsafe fn add_channels<L: Lanes>(
        &mut self,
        kernel_row: usize,
        range: std::ops::Range<usize>,
        vectors: usize,
    ) {
        let rows = &mut self.0;
        let (kernel_rows, channels) = (rows.window.kernel[0], rows.window.channels);
        let mut channel = 0;
        while channel < channels {
            let height = next_height(channels - channel, 2 * L::TILE / COLUMNS / vectors);
            let operands = Operands {
                // SAFETY: the table has `kernel_rows` pointers for each row.
                a: unsafe { rows.input.add(kernel_row) },
                a_table_step: kernel_rows,
                a_offset: channel,
                a_row_step: 1,
                a_step: channels,
                b: rows.gradient,
                b_table_step: 1,
                b_offset: range.start,
                b_step: rows.gradient_step,
                segments: rows.rows,
                steps: rows.window.output[1] + COLUMNS - 1,
            };
            let to = (kernel_row * COLUMNS * channels + channel) * rows.c_out + range.start;
            // SAFETY: the caller guarantees the instruction set; the operands lie within the rows of this task, which have
            // zeros around them; the sums of `height` channels of each column lie within `sums`.
            unsafe {
                let sums = rows.sums.as_mut_ptr().add(to);
                let steps = [channels * rows.c_out, rows.c_out];
                with_tile!(
                    height,
                    vectors,
                    add_tile::<L>(&operands, sums, steps, range.len())
                );
            }
            channel += height;
        }
    }
}

/// Computes a tile for each column and adds the first `channels` lanes of its rows to the sums at `to`. Columns lie
/// `column_step` floats apart, rows `row_step`.
///
/// # Safety
/// The processor has the instruction set of `L`, all operands can be read, and the sums can be read and written.
#[inline(always)]
unsafe fn add_tile<L: Lanes, const P: usize, const V: usize>(
    o: &Operands,
    to: *mut f32,
    [column_step, row_step]: [usize; 2],
    channels: usize,
) {
    // SAFETY: the caller guarantees the instruction set, the operands and the sums.
    unsafe {
        let mut sums = [[[L::splat(0.0); V]; COLUMNS]; P];
        accumulate_columns(o, &mut sums);
        for (p, columns) in sums.iter().enumerate() {
            for (k, sums) in columns.iter().enumerate() {
                for (v, sum) in sums.iter().enumerate() {
                    let (at, n) = (
                        to.add(k * column_step + p * row_step + v * L::N),
                        channels - v * L::N,
                    );
                    L::load_first(at, n).add(*sum).store_first(at, n);
                }
            }
        }
    }
}
