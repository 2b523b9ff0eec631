//! Pixels and channels copied: nearest-neighbour upsampling and concatenation, with their gradients.

use std::mem::MaybeUninit;

use rayon::prelude::*;

use super::buffer::{unwritten, written};

fn copy(from: &[f32], to: &mut [MaybeUninit<f32>]) {
    to.write_copy_of_slice(from);
}

/// Every pixel of `[N, H, W, C]` as a square of four: `[N, 2 H, 2 W, C]`.
pub fn upsample(x: &[f32], [batch, h, w, c]: [usize; 4]) -> Vec<f32> {
    assert_eq!(x.len(), batch * h * w * c, "an image of another shape");
    let row_len = w * c;
    let mut out = unwritten(4 * x.len());
    if x.is_empty() {
        return Vec::new();
    }
    out.par_chunks_mut(4 * row_len)
        .zip(x.par_chunks(row_len))
        .for_each(|(out, row)| {
            let (first, second) = out.split_at_mut(2 * row_len);
            for out in [first, second] {
                for (pair, pixel) in out.chunks_exact_mut(2 * c).zip(row.chunks_exact(c)) {
                    let (left, right) = pair.split_at_mut(c);
                    copy(pixel, left);
                    copy(pixel, right);
                }
            }
        });
    // SAFETY: two rows of pairs of pixels are written for every row.
    unsafe { written(out) }
}

/// The gradient of the input of [`upsample`], whose shape is given: the sum over each square of four.
pub fn upsample_backward(gradient: &[f32], [batch, h, w, c]: [usize; 4]) -> Vec<f32> {
    assert_eq!(
        gradient.len(),
        4 * batch * h * w * c,
        "a gradient of another shape"
    );
    let row_len = w * c;
    let mut input = vec![0.0; batch * h * row_len];
    if input.is_empty() {
        return input;
    }
    input
        .par_chunks_mut(row_len)
        .zip(gradient.par_chunks(4 * row_len))
        .for_each(|(input, rows)| {
            let (first, second) = rows.split_at(2 * row_len);
            let pairs = first.chunks_exact(2 * c).zip(second.chunks_exact(2 * c));
            for (input, (upper, lower)) in input.chunks_exact_mut(c).zip(pairs) {
                for (channel, sum) in input.iter_mut().enumerate() {
                    *sum = (upper[channel] + upper[c + channel])
                        + (lower[channel] + lower[c + channel]);
                }
            }
        });
    input
}

/// The channels of two images one after the other: `[pixels, a]` and `[pixels, b]` to `[pixels, a + b]`.
pub fn concat([first, second]: [&[f32]; 2], [a, b]: [usize; 2]) -> Vec<f32> {
    let pixels = first.len() / a.max(1);
    assert_eq!(
        [first.len(), second.len()],
        [pixels * a, pixels * b],
        "images of other shapes"
    );
    let mut out = unwritten(first.len() + second.len());
    let piece = PIXELS;
    let parts = first
        .par_chunks(piece * a)
        .zip(second.par_chunks(piece * b));
    out.par_chunks_mut(piece * (a + b))
        .zip(parts)
        .for_each(|(out, (first, second))| {
            let pixels = first.chunks_exact(a).zip(second.chunks_exact(b));
            for (out, (first, second)) in out.chunks_exact_mut(a + b).zip(pixels) {
                let (left, right) = out.split_at_mut(a);
                copy(first, left);
                copy(second, right);
            }
        });
    // SAFETY: the pieces cover all pixels, and all channels of each are written.
    unsafe { written(out) }
}

/// What [`concat()`] put together, taken apart.
pub fn split(joined: &[f32], [a, b]: [usize; 2]) -> [Vec<f32>; 2] {
    assert!(
        joined.len().is_multiple_of(a + b),
        "{} values of {a} + {b} channels",
        joined.len()
    );
    let pixels = joined.len() / (a + b);
    let (mut first, mut second) = (unwritten(pixels * a), unwritten(pixels * b));
    let parts = first
        .par_chunks_mut(PIXELS * a)
        .zip(second.par_chunks_mut(PIXELS * b));
    parts
        .zip(joined.par_chunks(PIXELS * (a + b)))
        .for_each(|((first, second), joined)| {
            let pixels = first.chunks_exact_mut(a).zip(second.chunks_exact_mut(b));
            for ((first, second), joined) in pixels.zip(joined.chunks_exact(a + b)) {
                copy(&joined[..a], first);
                copy(&joined[a..], second);
            }
        });
    // SAFETY: the pieces cover all pixels, and all channels of each are written.
    unsafe { [written(first), written(second)] }
}

/// Pixels copied at a time.
const PIXELS: usize = 4096;
