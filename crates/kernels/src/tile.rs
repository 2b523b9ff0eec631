//! The inner loop of all convolutions: a tile of sums in registers, to which outer products are added.
//!
//! A tile has `P` rows of `V` vectors. A row is an output pixel, or in a weight gradient an input channel; vectors are output
//! channels. Each step broadcasts one value per row and multiplies it with `V` vectors.

use crate::lanes::Lanes;

/// The operands of a tile, in memory.
///
/// Each operand is a table of pointers to segments. For every segment `k < segments` and step `s < steps`, row `r` of the
/// tile adds the product of the value `a[k][a_offset + r * a_row_step + s * a_step]` and the vectors at
/// `b[k][b_offset + s * b_step]`. All steps are in floats, those of the tables in pointers.
#[derive(Clone, Copy)]
pub struct Operands {
    /// The table of the values that are broadcast.
    pub a: *const *const f32,
    /// Step between the pointers of two segments in table `a`.
    pub a_table_step: usize,
    /// Start in every segment of `a`.
    pub a_offset: usize,
    /// Step between the values of two rows of the tile.
    pub a_row_step: usize,
    /// Step between the values of two steps.
    pub a_step: usize,
    /// The table of the vectors.
    pub b: *const *const f32,
    /// Step between the pointers of two segments in table `b`.
    pub b_table_step: usize,
    /// Start in every segment of `b`.
    pub b_offset: usize,
    /// Step between the vectors of two steps.
    pub b_step: usize,
    /// Number of segments.
    pub segments: usize,
    /// Number of steps in a segment.
    pub steps: usize,
}

/// Adds the products to a tile of `P` rows of `V` vectors, for `K` columns of a kernel at once.
///
/// With several columns, rows of the tile are neighbouring pixels: pixel `q` is under column `k` for row `q - k`, so that
/// one loaded value serves `K` rows. The vectors of a column lie `b_column_step` after those of the column before, with
/// `steps` steps for each.
///
/// # Safety
/// The processor has the instruction set of `L`, and all operands can be read.
#[inline(always)]
pub unsafe fn accumulate<L: Lanes, const P: usize, const V: usize, const K: usize>(
    o: &Operands,
    b_column_step: usize,
    sums: &mut [[L; V]; P],
) {
    let mut acc = *sums;
    for segment in 0..o.segments {
        // SAFETY: the caller guarantees the instruction set and every address.
        unsafe {
            let mut a = (*o.a.add(segment * o.a_table_step)).add(o.a_offset);
            let mut b = (*o.b.add(segment * o.b_table_step)).add(o.b_offset);
            for _ in 0..o.steps {
                let mut vectors = [[L::splat(0.0); V]; K];
                for (k, vectors) in vectors.iter_mut().enumerate() {
                    for (v, vector) in vectors.iter_mut().enumerate() {
                        *vector = L::load(b.add(k * b_column_step + v * L::N));
                    }
                }
                for q in 0..P + K - 1 {
                    let value = L::splat(*a.add(q * o.a_row_step));
                    for (k, vectors) in vectors.iter().enumerate() {
                        if q >= k && q - k < P {
                            for (acc, vector) in acc[q - k].iter_mut().zip(vectors) {
                                *acc = value.mul_add(*vector, *acc);
                            }
                        }
                    }
                }
                a = a.add(o.a_step);
                b = b.add(o.b_step);
            }
        }
    }
    *sums = acc;
}

/// Adds the products to `K` tiles of `P` rows of `V` vectors, one for each column of a kernel. Every value of `a` is
/// multiplied with the vectors at `b`, those of the pixel before, and so on, so that one loaded value serves `K` columns.
/// Pixels of `b` lie `b_step` apart.
///
/// # Safety
/// The processor has the instruction set of `L`, and all operands and the `K - 1` pixels before those of `b` can be read.
#[inline(always)]
pub unsafe fn accumulate_columns<L: Lanes, const P: usize, const V: usize, const K: usize>(
    o: &Operands,
    sums: &mut [[[L; V]; K]; P],
) {
    let mut acc = *sums;
    for segment in 0..o.segments {
        // SAFETY: the caller guarantees the instruction set and every address.
        unsafe {
            let mut a = (*o.a.add(segment * o.a_table_step)).add(o.a_offset);
            let mut b = (*o.b.add(segment * o.b_table_step)).add(o.b_offset);
            for _ in 0..o.steps {
                let mut vectors = [[L::splat(0.0); V]; K];
                for (k, vectors) in vectors.iter_mut().enumerate() {
                    for (v, vector) in vectors.iter_mut().enumerate() {
                        *vector = L::load(b.sub(k * o.b_step).add(v * L::N));
                    }
                }
                for (p, acc) in acc.iter_mut().enumerate() {
                    let value = L::splat(*a.add(p * o.a_row_step));
                    for (acc, vectors) in acc.iter_mut().zip(&vectors) {
                        for (acc, vector) in acc.iter_mut().zip(vectors) {
                            *acc = value.mul_add(*vector, *acc);
                        }
                    }
                }
                a = a.add(o.a_step);
                b = b.add(o.b_step);
            }
        }
    }
    *sums = acc;
}

/// The numbers of rows that tiles are compiled for.
pub const HEIGHTS: [usize; 5] = [12, 8, 6, 4, 1];

/// Calls `$work::<L, P, V>($($arg),*)` for a height of [`HEIGHTS`] and one or two vectors.
macro_rules! with_tile {
    ($height:expr, $vectors:expr, $work:ident::<$lanes:ty>($($arg:expr),* $(,)?)) => {
        match ($height, $vectors) {
            (12, 2) => $work::<$lanes, 12, 2>($($arg),*),
            (12, _) => $work::<$lanes, 12, 1>($($arg),*),
            (8, 2) => $work::<$lanes, 8, 2>($($arg),*),
            (8, _) => $work::<$lanes, 8, 1>($($arg),*),
            (6, 2) => $work::<$lanes, 6, 2>($($arg),*),
            (6, _) => $work::<$lanes, 6, 1>($($arg),*),
            (4, 2) => $work::<$lanes, 4, 2>($($arg),*),
            (4, _) => $work::<$lanes, 4, 1>($($arg),*),
            (_, 2) => $work::<$lanes, 1, 2>($($arg),*),
            _ => $work::<$lanes, 1, 1>($($arg),*),
        }
    };
}
pub(crate) use with_tile;

/// The height, at most `highest`, whose tiles cover `n` rows in the least time. The last tile may overlap the one before.
/// Low tiles are slower per row, since they have fewer independent sums to hide the latency of an addition.
pub fn height_for(n: usize, highest: usize) -> usize {
    let cost = |height: usize| n.div_ceil(height) * (height + 8);
    HEIGHTS
        .into_iter()
        .filter(|h| *h <= highest && *h <= n.max(1))
        .min_by_key(|h| cost(*h))
        .unwrap_or(1)
}
