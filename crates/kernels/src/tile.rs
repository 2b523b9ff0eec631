//! The loop that all convolutions share: a tile of sums in registers.

use super::lanes::Lanes;

/// Where a tile's operands lie.
///
/// For every row `r < rows` and step `s < steps`, the value `a[r][a_shift + p * a_lane + s * a_next]` times the vectors
/// at `b[r][b_shift + s * b_next]` is added to the sums of lane `p`. A table holds a pointer every `every` entries.
#[derive(Clone, Copy)]
pub struct Operands {
    pub a: *const *const f32,
    pub a_every: usize,
    pub a_shift: usize,
    pub a_lane: usize,
    pub a_next: usize,
    pub b: *const *const f32,
    pub b_every: usize,
    pub b_shift: usize,
    pub b_next: usize,
    pub rows: usize,
    pub steps: usize,
}

/// Adds to the sums of `P` lanes of `V` vectors, for `K` columns of a kernel at once.
///
/// With several columns, lanes are pixels next to each other: pixel `q` of the row lies under column `k` of lane
/// `q - k`, so that one read of it serves `K` lanes. The vectors of a column lie `b_column` after those of the one
/// before, and there are `steps` of each.
///
/// # Safety
/// Every value and vector that [`Operands`] names can be read.
#[inline(always)]
pub unsafe fn accumulate<L: Lanes, const P: usize, const V: usize, const K: usize>(
    o: &Operands,
    b_column: usize,
    sums: &mut [[L; V]; P],
) {
    let mut acc = *sums;
    for row in 0..o.rows {
        // SAFETY: the caller vouches for every address.
        unsafe {
            let mut a = (*o.a.add(row * o.a_every)).add(o.a_shift);
            let mut b = (*o.b.add(row * o.b_every)).add(o.b_shift);
            for _ in 0..o.steps {
                let mut vectors = [[L::splat(0.0); V]; K];
                for (k, vectors) in vectors.iter_mut().enumerate() {
                    for (v, vector) in vectors.iter_mut().enumerate() {
                        *vector = L::load(b.add(k * b_column + v * L::N));
                    }
                }
                for q in 0..P + K - 1 {
                    let value = L::splat(*a.add(q * o.a_lane));
                    for (k, vectors) in vectors.iter().enumerate() {
                        if q >= k && q - k < P {
                            for (acc, vector) in acc[q - k].iter_mut().zip(vectors) {
                                *acc = value.mul_add(*vector, *acc);
                            }
                        }
                    }
                }
                a = a.add(o.a_next);
                b = b.add(o.b_next);
            }
        }
    }
    *sums = acc;
}

/// Adds to the sums of `P` lanes of the `K` columns of a kernel: every value of the row `a` is multiplied with the
/// vectors at `b`, at the pixel before and so on, so that one read of it serves `K` columns. Pixels of `b` lie `b_next`
/// apart.
///
/// # Safety
/// Every value and vector that [`Operands`] names can be read, and `K - 1` pixels before those of `b`.
#[inline(always)]
pub unsafe fn accumulate_columns<L: Lanes, const P: usize, const V: usize, const K: usize>(
    o: &Operands,
    sums: &mut [[[L; V]; K]; P],
) {
    let mut acc = *sums;
    for row in 0..o.rows {
        // SAFETY: the caller vouches for every address.
        unsafe {
            let mut a = (*o.a.add(row * o.a_every)).add(o.a_shift);
            let mut b = (*o.b.add(row * o.b_every)).add(o.b_shift);
            for _ in 0..o.steps {
                let mut vectors = [[L::splat(0.0); V]; K];
                for (k, vectors) in vectors.iter_mut().enumerate() {
                    for (v, vector) in vectors.iter_mut().enumerate() {
                        *vector = L::load(b.sub(k * o.b_next).add(v * L::N));
                    }
                }
                for (p, acc) in acc.iter_mut().enumerate() {
                    let value = L::splat(*a.add(p * o.a_lane));
                    for (acc, vectors) in acc.iter_mut().zip(&vectors) {
                        for (acc, vector) in acc.iter_mut().zip(vectors) {
                            *acc = value.mul_add(*vector, *acc);
                        }
                    }
                }
                a = a.add(o.a_next);
                b = b.add(o.b_next);
            }
        }
    }
    *sums = acc;
}

/// The widths that tiles are compiled for.
pub const WIDTHS: [usize; 5] = [12, 8, 6, 4, 1];

/// Calls `$work::<L, P, V>($($arg),*)` for a width of [`WIDTHS`] and one or two vectors.
macro_rules! with_tile {
    ($width:expr, $vectors:expr, $work:ident::<$lanes:ty>($($arg:expr),* $(,)?)) => {
        match ($width, $vectors) {
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
pub(super) use with_tile;

/// The width whose tiles cover `n` lanes in the least time; narrow tiles keep fewer sums in flight.
pub fn width_for(n: usize, widest: usize) -> usize {
    let cost = |width: usize| n.div_ceil(width) * (width + 8);
    WIDTHS
        .into_iter()
        .filter(|w| *w <= widest && *w <= n.max(1))
        .min_by_key(|w| cost(*w))
        .unwrap_or(1)
}
