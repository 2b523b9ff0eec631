//! Nearest-neighbour upsampling and concatenation of channels, with their gradients.

use std::mem::MaybeUninit;

use rayon::prelude::*;

use crate::memory::{assume_init, uninit};

/// Pixels of a task.
const PIXELS: usize = 4096;

fn copy(from: &[f32], to: &mut [MaybeUninit<f32>]) {
    to.write_copy_of_slice(from);
}

/// Nearest-neighbour upsampling by 2: `[N, H, W, C]` to `[N, 2 H, 2 W, C]`.
///
/// # Panics
/// If the image has another shape.
pub fn upsample(x: &[f32], [batch, h, w, c]: [usize; 4]) -> Vec<f32> {
    assert_eq!(x.len(), batch * h * w * c, "an image of another shape");
    let row_len = w * c;
    let mut out = uninit(4 * x.len());
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
    // SAFETY: two rows of two pixels for each pixel are written for every row.
    unsafe { assume_init(out) }
}

/// The gradient of the input `[N, H, W, C]` of [`upsample`], from the gradient of its output: the sum of each four pixels.
///
/// # Panics
/// If the gradient does not have the shape of the output.
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

/// Concatenates the channels of two images: `[pixels, a]` and `[pixels, b]` to `[pixels, a + b]`.
///
/// ```
/// use myops_kernels::{concat, split};
///
/// let joined = concat([&[1.0, 2.0], &[3.0, 4.0, 5.0, 6.0]], [1, 2]);
/// assert_eq!(joined, [1.0, 3.0, 4.0, 2.0, 5.0, 6.0]);
/// assert_eq!(split(&joined, [1, 2])[0], [1.0, 2.0]);
/// ```
///
/// # Panics
/// If the images do not have the same number of pixels.
pub fn concat([first, second]: [&[f32]; 2], [a, b]: [usize; 2]) -> Vec<f32> {
    let pixels = first.len() / a.max(1);
    assert_eq!(
        [first.len(), second.len()],
        [pixels * a, pixels * b],
        "images of different numbers of pixels"
    );
    let mut out = uninit(first.len() + second.len());
    let parts = first
        .par_chunks(PIXELS * a)
        .zip(second.par_chunks(PIXELS * b));
    out.par_chunks_mut(PIXELS * (a + b))
        .zip(parts)
        .for_each(|(out, (first, second))| {
            let pixels = first.chunks_exact(a).zip(second.chunks_exact(b));
            for (out, (first, second)) in out.chunks_exact_mut(a + b).zip(pixels) {
                let (left, right) = out.split_at_mut(a);
                copy(first, left);
                copy(second, right);
            }
        });
    // SAFETY: the tasks cover all pixels, and all channels of each are written.
    unsafe { assume_init(out) }
}

/// The inverse of [`concat()`], and its gradient: `[pixels, a + b]` to `[pixels, a]` and `[pixels, b]`.
///
/// # Panics
/// If the values are not whole pixels of `a + b` channels.
pub fn split(joined: &[f32], [a, b]: [usize; 2]) -> [Vec<f32>; 2] {
    assert!(
        joined.len().is_multiple_of(a + b),
        "{} values of {a} + {b} channels",
        joined.len()
    );
    let pixels = joined.len() / (a + b);
    let (mut first, mut second) = (uninit(pixels * a), uninit(pixels * b));
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
    // SAFETY: the tasks cover all pixels, and all channels of each are written.
    unsafe { [assume_init(first), assume_init(second)] }
}
