//! Pairs of bf16 numbers: a bf16 number is the upper half of a float's bits, and a pair is stored in the bits of a float.
//!
//! A convolution sums products over channels, its weight gradient over pixels. Neighbours along the axis of the sum become
//! the halves of a pair, so that the register tiles, which do not distinguish floats from pairs, take half as many steps.

use rayon::prelude::*;

#[cfg(target_arch = "x86_64")]
use crate::amx;
use crate::isa::Isa;
use crate::lanes::{Job, Lanes};

use super::window::Window;

/// Values of a task.
const TASK: usize = 1 << 14;

/// The nearest bf16 number; of two equally near ones that with an even last bit.
#[inline(always)]
fn round(value: f32) -> u32 {
    let bits = value.to_bits();
    let nearest = bits.wrapping_add(0x7fff + (bits >> 16 & 1)) >> 16;
    // Rounding could turn NaN into infinity.
    if value.is_nan() {
        bits >> 16 | 0x40
    } else {
        nearest
    }
}

/// A pair in the bits of a float, the first number in the lower half.
#[inline(always)]
fn join(first: f32, second: f32) -> f32 {
    f32::from_bits(round(first) | round(second) << 16)
}

/// `[n, len, inner]` to `[n, ceil(len / 2), inner]`: pairs of neighbours along the middle axis. If `len` is odd, the last
/// value forms a pair with 0.
///
/// # Panics
/// If the values are not a multiple of `len * inner`.
pub fn paired(isa: Isa, values: &[f32], [len, inner]: [usize; 2]) -> Vec<f32> {
    let (from, to) = (len * inner, len.div_ceil(2) * inner);
    if values.is_empty() || from == 0 {
        return Vec::new();
    }
    assert!(values.len().is_multiple_of(from), "values of another shape");
    let mut pairs = vec![0.0; values.len() / from * to];
    let groups = TASK.div_ceil(from);
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

/// Pixels of `channels` floats to pixels of half as many pairs. If `channels` is odd, the last channel forms a pair with 0.
pub fn pair_channels(isa: Isa, values: &[f32], channels: usize, pairs: &mut [f32]) {
    if !channels.is_multiple_of(2) {
        return isa.run(Neighbours {
            values,
            pairs,
            len: channels,
            inner: 1,
        });
    }
    // No pair has channels of two pixels, so all pixels can be treated as one.
    match isa.matrix_unit() {
        #[cfg(target_arch = "x86_64")]
        Some(unit) => amx::round_to_pairs(unit, values, pairs),
        None => isa.run(Neighbours {
            values,
            pairs,
            len: values.len(),
            inner: 1,
        }),
    }
}

/// The source of a weight gradient in bf16, with the window over it: each pixel forms a pair with the pixel under the same
/// weight for the next output pixel. Rows are as long as the window requires, with their zeros.
///
/// # Panics
/// If the source does not have the shape of the window.
pub fn paired_pixels(window: &Window, source: &[f32]) -> (Window, Vec<f32>) {
    let (c, columns) = (window.channels, window.columns());
    let before = window.padding[1] as usize * c;
    let width = window.source[1] * c;
    let step = window.stride * c;
    let mut pairs = vec![0.0; window.batch * window.source[0] * columns * c];
    if !pairs.is_empty() {
        assert_eq!(
            source.len(),
            window.source_len(),
            "an image of another shape"
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
        Window {
            source: [window.source[0], columns],
            padding: [window.padding[0], 0],
            ..*window
        },
        pairs,
    )
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn values_are_rounded_to_the_nearest_bf16_number() {
        let halves = |v: f32| [v.to_bits() << 16, v.to_bits() & 0xffff_0000].map(f32::from_bits);
        // Near 1, bf16 numbers lie 1/128 apart; of two equally near ones the even one is taken.
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
