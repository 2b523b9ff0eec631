//! Max pooling and its gradient.

use rayon::prelude::*;

/// The result of [`max_pool`].
#[derive(Debug, Clone)]
pub struct Pooled {
    /// The largest values, `[N, rows, columns, C]`.
    pub output: Vec<f32>,
    /// The index of the pixel of its window that each value came from, counted row by row; of the same shape.
    pub winner: Vec<u8>,
}

/// Height or width after pooling windows of `size` every `stride` pixels; 0 if no window fits.
pub fn pooled(n: usize, size: usize, stride: usize) -> usize {
    (n + stride).saturating_sub(size) / stride
}

/// The largest value of each window of `size` x `size` pixels, every `stride` pixels of `[N, H, W, C]`. Of equal values the
/// first is taken.
///
/// ```
/// use myops_kernels::max_pool;
///
/// let pooled = max_pool(&[1.0, 4.0, 3.0, 2.0], [1, 2, 2, 1], 2, 2);
/// assert_eq!((pooled.output, pooled.winner), (vec![4.0], vec![1]));
/// ```
///
/// # Panics
/// If the image has another shape, or `size` is greater than 15.
pub fn max_pool(x: &[f32], [batch, h, w, c]: [usize; 4], size: usize, stride: usize) -> Pooled {
    assert_eq!(x.len(), batch * h * w * c, "an image of another shape");
    assert!(size <= 15, "pooling over {size} pixels: at most 15");
    let [rows, columns] = [h, w].map(|n| pooled(n, size, stride));
    let row_len = columns * c;
    let mut output = vec![f32::NEG_INFINITY; batch * rows * row_len];
    let mut winner = vec![0; output.len()];
    if output.is_empty() {
        return Pooled { output, winner };
    }
    let all_rows = output
        .par_chunks_mut(row_len)
        .zip(winner.par_chunks_mut(row_len))
        .enumerate();
    all_rows.for_each(|(row, (output, winner))| {
        let top = (row / rows * h + row % rows * stride) * w;
        for (column, (output, winner)) in output
            .chunks_exact_mut(c)
            .zip(winner.chunks_exact_mut(c))
            .enumerate()
        {
            for n in 0..size * size {
                let pixel = top + n / size * w + column * stride + n % size;
                for ((best, winner), v) in output.iter_mut().zip(&mut *winner).zip(&x[pixel * c..])
                {
                    if *v > *best || v.is_nan() {
                        (*best, *winner) = (*v, n as u8);
                    }
                }
            }
        }
    });
    Pooled { output, winner }
}

/// The output of [`max_pool`] alone, which takes a fraction of the time.
///
/// # Panics
/// If the image has another shape.
pub fn largest(x: &[f32], [batch, h, w, c]: [usize; 4], size: usize, stride: usize) -> Vec<f32> {
    assert_eq!(x.len(), batch * h * w * c, "an image of another shape");
    let [rows, columns] = [h, w].map(|n| pooled(n, size, stride));
    let mut output = vec![f32::NEG_INFINITY; batch * rows * columns * c];
    if output.is_empty() {
        return output;
    }
    let all_rows = output.par_chunks_mut(columns * c).enumerate();
    all_rows.for_each(|(row, output)| {
        let top = (row / rows * h + row % rows * stride) * w;
        for (column, best) in output.chunks_exact_mut(c).enumerate() {
            for n in 0..size * size {
                let pixel = top + n / size * w + column * stride + n % size;
                for (best, v) in best.iter_mut().zip(&x[pixel * c..][..c]) {
                    *best = if *v > *best || v.is_nan() { *v } else { *best };
                }
            }
        }
    });
    output
}

/// The gradient of the input `[N, H, W, C]` of [`max_pool`], from the gradient of its output.
///
/// # Panics
/// If the gradient or the winners do not have the shape of the output.
pub fn max_pool_backward(
    gradient: &[f32],
    winner: &[u8],
    [batch, h, w, c]: [usize; 4],
    size: usize,
    stride: usize,
) -> Vec<f32> {
    let [rows, columns] = [h, w].map(|n| pooled(n, size, stride));
    assert!(
        gradient.len() == batch * rows * columns * c && winner.len() == gradient.len(),
        "a gradient of another shape"
    );
    let mut input = vec![0.0; batch * h * w * c];
    if gradient.is_empty() {
        return input;
    }
    let images = input
        .par_chunks_mut(h * w * c)
        .zip(gradient.par_chunks(rows * columns * c));
    images
        .zip(winner.par_chunks(rows * columns * c))
        .for_each(|((input, gradient), winner)| {
            for (pixel, (gradient, winner)) in gradient
                .chunks_exact(c)
                .zip(winner.chunks_exact(c))
                .enumerate()
            {
                let corner = pixel / columns * stride * w + pixel % columns * stride;
                for (channel, (g, n)) in gradient.iter().zip(winner).enumerate() {
                    let n = usize::from(*n);
                    input[(corner + n / size * w + n % size) * c + channel] += g;
                }
            }
        });
    input
}
