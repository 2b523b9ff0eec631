//! The direct algorithm with vector registers: the rows of a tile are output pixels, its vectors output channels.

use super::output_rows::OutputRows;
use crate::isa::Isa;
use crate::lanes::{Job, Lanes};
use crate::layout::Block;
use crate::tile::{Operands, accumulate, height_for, with_tile};

/// Computes and writes some rows.
pub fn write(isa: Isa, rows: OutputRows) {
    isa.run_products(rows);
}

impl Job for OutputRows<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        for n in 0..self.packed.blocks.len() {
            // SAFETY: the caller guarantees the instruction set.
            unsafe { self.write_block::<L>(n) };
        }
    }
}

impl OutputRows<'_> {
    /// Columns of the kernel that neighbouring output pixels share pixels of.
    #[inline(always)]
    fn shared_columns(&self) -> usize {
        let columns = self.window.kernel[1];
        if self.window.stride == 1 && matches!(columns, 2 | 3) {
            columns
        } else {
            1
        }
    }

    /// Computes and writes the output channels of block `n`.
    ///
    /// # Safety
    /// The processor has the instruction set of `L`.
    #[inline(always)]
    unsafe fn write_block<L: Lanes>(&self, n: usize) {
        let block = &self.packed.blocks[n];
        let kernel_rows = self.window.kernel[0];
        let width = self.window.output[1];
        let row_len = self.window.row_len();
        let pixel = self.window.stride * self.window.channels;
        let shared = self.shared_columns();
        // Two vectors for each of the columns leave fewer registers for sums.
        let highest = if shared > 1 && block.vectors == 2 {
            L::TILE * 2 / 3
        } else {
            L::TILE
        };
        let height = height_for(width, highest);
        let weights = self.packed.block(n, kernel_rows * row_len, L::N);
        let stripe = row_len * block.vectors * L::N;
        let table: Vec<*const f32> = (0..kernel_rows)
            .map(|k| weights[k * stripe..].as_ptr())
            .collect();
        for row in 0..self.count {
            let mut column = 0;
            while column < width {
                // The last tile overlaps the one before and writes the same values to the same pixels.
                let first = column.min(width - height);
                let operands = Operands {
                    // SAFETY: the table has `kernel_rows` pointers for each row.
                    a: unsafe { self.rows.pointers().add(row * kernel_rows) },
                    a_table_step: 1,
                    a_offset: first * pixel,
                    a_row_step: pixel,
                    a_step: 1,
                    b: table.as_ptr(),
                    b_table_step: 1,
                    b_offset: 0,
                    b_step: block.vectors * L::N,
                    segments: kernel_rows,
                    steps: row_len / shared,
                };
                let to = row * self.steps.row + first * self.steps.pixel + block.start;
                // SAFETY: the caller guarantees the instruction set; the operands lie within the padded rows and the
                // weights of the block, and the results of `height` pixels within the output rows.
                unsafe {
                    with_tile!(
                        height,
                        block.vectors,
                        write_tile::<L>(&operands, shared, self, block, to)
                    );
                };
                column += height;
            }
        }
    }
}

/// Computes a tile and writes it to `rows.out[to..]`.
///
/// # Safety
/// The processor has the instruction set of `L`, all operands can be read, and the results of `P` pixels can be written.
#[inline(always)]
unsafe fn write_tile<L: Lanes, const P: usize, const V: usize>(
    o: &Operands,
    shared: usize,
    rows: &OutputRows,
    block: &Block,
    to: usize,
) {
    // SAFETY: the caller guarantees the instruction set, the operands and the place of the results.
    unsafe {
        let mut sums = [[L::splat(0.0); V]; P];
        let column = o.steps * o.b_step;
        match shared {
            2 => accumulate::<L, P, V, 2>(o, column, &mut sums),
            3 => accumulate::<L, P, V, 3>(o, column, &mut sums),
            _ => accumulate::<L, P, V, 1>(o, column, &mut sums),
        }
        for v in 0..V {
            let n = block.channels - v * L::N;
            let bias = rows.finish.bias(block.start + v * L::N, n);
            for (p, sums) in sums.iter().enumerate() {
                let at = to + p * rows.steps.pixel + v * L::N;
                rows.finish.write(sums[v].add(bias), rows.out, at, n);
            }
        }
    }
}
