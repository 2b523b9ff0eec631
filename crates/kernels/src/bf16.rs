//! Pairs of bf16 numbers: the upper half of a float's bits, two in the place of one.
//!
//! A convolution sums products over channels, its weight gradient over pixels. Neighbours of what is summed over become
//! the halves of a pair, and the tiles, which know nothing of it, take half as many steps.

use rayon::prelude::*;

use super::lanes::{Isa, Job, Lanes};
use super::matrix;
use super::shape::Walk;

/// The nearest bf16 number, an even last bit where two are as near.
#[inline(always)]
fn round(value: f32) -> u32 {
    let bits = value.to_bits();
    let nearest = bits.wrapping_add(0x7fff + (bits >> 16 & 1)) >> 16;
    // Rounding could turn what is not a number into infinity.
    if value.is_nan() {
        bits >> 16 | 0x40
    } else {
        nearest
    }
}

/// A pair in the bits of a float, the first in the lower half.
#[inline(always)]
fn join(first: f32, second: f32) -> f32 {
    f32::from_bits(round(first) | round(second) << 16)
}

/// `[n, len, inner]` to `[n, ceil(len / 2), inner]`: pairs of neighbours of the middle axis, the last with a zero where
/// their number is odd.
pub fn paired(isa: Isa, values: &[f32], [len, inner]: [usize; 2]) -> Vec<f32> {
    let (from, to) = (len * inner, len.div_ceil(2) * inner);
    if values.is_empty() || from == 0 {
        return Vec::new();
    }
    assert!(values.len().is_multiple_of(from), "values of another shape");
    let mut pairs = vec![0.0; values.len() / from * to];
    let groups = PIECE.div_ceil(from);
    pairs
        .par_chunks_mut(groups * to)
        .zip(values.par_chunks(groups * from))
        .for_each(|(pairs, values)| {
            isa.run(Neighbours {
                values,
                pairs,
                len,
                inner,
            });
        });
    pairs
}

/// Values that are worth a piece of work of their own.
const PIECE: usize = 1 << 14;

/// Some groups of [`paired`].
struct Neighbours<'a> {
    values: &'a [f32],
    pairs: &'a mut [f32],
    len: usize,
    inner: usize,
}

impl Job for Neighbours<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Self { len, inner, .. } = self;
        let groups = self
            .pairs
            .chunks_exact_mut(len.div_ceil(2) * inner)
            .zip(self.values.chunks_exact(len * inner));
        for (pairs, values) in groups {
            let whole = len / 2 * inner;
            if inner == 1 {
                for (pair, [first, second]) in pairs.iter_mut().zip(values.as_chunks().0) {
                    *pair = join(*first, *second);
                }
            } else {
                for (pairs, both) in pairs
                    .chunks_exact_mut(inner)
                    .zip(values.chunks_exact(2 * inner))
                {
                    let (first, second) = both.split_at(inner);
                    for (pair, (first, second)) in pairs.iter_mut().zip(first.iter().zip(second)) {
                        *pair = join(*first, *second);
                    }
                }
            }
            for (pair, alone) in pairs[whole..].iter_mut().zip(&values[2 * whole..]) {
                *pair = join(*alone, 0.0);
            }
        }
    }
}

/// Pixels of `channels` floats to pixels of half as many pairs, one with a zero where the number is odd.
pub fn pair_channels(isa: Isa, values: &[f32], channels: usize, pairs: &mut [f32]) {
    if !channels.is_multiple_of(2) {
        return isa.run(Neighbours {
            values,
            pairs,
            len: channels,
            inner: 1,
        });
    }
    // No pair lies across two pixels, so that a row is as good as a pixel.
    match isa.matrix() {
        Some(matrix) => matrix::pair(matrix, values, pairs),
        None => isa.run(Neighbours {
            values,
            pairs,
            len: values.len(),
            inner: 1,
        }),
    }
}

/// What a weight gradient walks over, each pixel paired with the one that lies under the same weight for the next
/// result: rows as long as the walk needs them, zeros about the image's included.
pub fn pixels_of(walk: &Walk, source: &[f32]) -> (Walk, Vec<f32>) {
    let (c, columns) = (walk.channels, walk.columns());
    let before = walk.before[1] as usize * c;
    let width = walk.source[1] * c;
    let step = walk.stride * c;
    let mut pairs = vec![0.0; walk.batch * walk.source[0] * columns * c];
    if !pairs.is_empty() {
        assert_eq!(
            source.len(),
            walk.batch * walk.source[0] * width,
            "another shape"
        );
        let rows = pairs
            .par_chunks_exact_mut(columns * c)
            .zip(source.par_chunks_exact(width.max(1)));
        rows.for_each_init(
            || vec![0.0; columns * c + step],
            |padded, (pairs, row)| {
                let end = padded.len().min(before + width);
                padded[before..end].copy_from_slice(&row[..end - before]);
                for (pair, (first, second)) in
                    pairs.iter_mut().zip(padded.iter().zip(&padded[step..]))
                {
                    *pair = join(*first, *second);
                }
            },
        );
    }
    (
        Walk {
            source: [walk.source[0], columns],
            before: [walk.before[0], 0],
            ..*walk
        },
        pairs,
    )
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn the_nearest_number_of_eight_bits_is_taken() {
        let halves = |v: f32| [v.to_bits() << 16, v.to_bits() & 0xffff_0000].map(f32::from_bits);
        // Next to 1, bf16 numbers lie 1/128 apart; half way, the even one is taken.
        assert_eq!(halves(join(1.0, -3.25)), [1.0, -3.25]);
        assert_eq!(
            halves(join(1.0 + 1.0 / 256.0, 1.0 + 3.0 / 256.0)),
            [1.0, 1.0 + 4.0 / 256.0]
        );
        assert_eq!(
            halves(join(1.0 + 1.01 / 256.0, f32::INFINITY)),
            [1.0 + 2.0 / 256.0, f32::INFINITY]
        );
        assert_eq!(halves(join(f32::MAX, -0.0)), [f32::INFINITY, 0.0]);
        assert!(
            halves(join(f32::from_bits(0x7f80_0001), f32::NAN))
                .iter()
                .all(|v| v.is_nan())
        );
    }
}
