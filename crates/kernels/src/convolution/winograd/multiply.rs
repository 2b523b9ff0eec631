//! The matrix products of Winograd's algorithm: the rows of a tile are squares, its vectors output channels.

use super::filters::Filters;
use crate::lanes::Lanes;
use crate::tile::{Operands, accumulate, height_for, with_tile};

/// The products of `count` transformed squares, `[count][c_in]` at `from`, with the weights of one position, written to
/// `to` as `[count][Filters::width]`.
///
/// # Safety
/// The processor has the instruction set of `L`, all squares can be read, and all products can be written.
#[inline(always)]
pub unsafe fn multiply<L: Lanes>(
    filters: &Filters,
    position: usize,
    from: *const f32,
    count: usize,
    to: *mut f32,
) {
    let (c_in, width) = (filters.c_in, filters.width());
    let height = height_for(count, L::TILE);
    for (n, block) in filters.blocks.iter().enumerate() {
        let weights = filters.values[position * filters.plane + n * 2 * L::N * c_in..].as_ptr();
        let mut square = 0;
        while square < count {
            // The last tile overlaps the one before and writes the same values to the same squares.
            let first = square.min(count - height);
            let operands = Operands {
                a: &raw const from,
                a_table_step: 0,
                a_offset: first * c_in,
                a_row_step: c_in,
                a_step: 1,
                b: &raw const weights,
                b_table_step: 0,
                b_offset: 0,
                b_step: block.vectors * L::N,
                segments: 1,
                steps: c_in,
            };
            // SAFETY: the caller guarantees the instruction set, the squares and the place of the products; the weights of
            // the block have `c_in` steps.
            unsafe {
                let to = to.add(first * width + block.start);
                with_tile!(height, block.vectors, write_tile::<L>(&operands, to, width));
            }
            square += height;
        }
    }
}

/// Computes a tile and writes its rows `width` floats apart.
///
/// # Safety
/// The processor has the instruction set of `L`, all operands can be read, and `P` rows of `V` vectors can be written.
#[inline(always)]
unsafe fn write_tile<L: Lanes, const P: usize, const V: usize>(
    o: &Operands,
    to: *mut f32,
    width: usize,
) {
    // SAFETY: the caller guarantees the instruction set, the operands and the place of the results.
    unsafe {
        let mut sums = [[L::splat(0.0); V]; P];
        accumulate::<L, P, V, 1>(o, 0, &mut sums);
        for (p, sums) in sums.into_iter().enumerate() {
            for (v, sum) in sums.into_iter().enumerate() {
                sum.store(to.add(p * width + v * L::N));
            }
        }
    }
}
