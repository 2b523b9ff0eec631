//! The gradients of a convolution.

use std::ops::Range;

use rayon::prelude::*;

use super::conv::{Finish, convolve, run_walk};
use super::lanes::{Isa, Job, Lanes};
use super::norm::column_sums;
use super::pack::{Packed, blocks};
use super::rows::Rows;
use super::shape::{ConvShape, Walk};
use super::tile::{Operands, WIDTHS, accumulate, with_tile};

/// The gradient of the input, from that of the output; the kernel has to be square.
///
/// # Panics
/// Where a slice is not as long as the shape says.
pub fn input_gradient(isa: Isa, shape: &ConvShape, weight: &[f32], output_gradient: &[f32]) -> Vec<f32> {
    let [c_in, c_out] = shape.channels;
    let [kh, kw] = shape.kernel;
    assert_eq!(weight.len(), shape.weight_len(), "weights of another shape");
    // The kernel turned round, its input and output channels in each other's place.
    let turned = |row: usize, position: usize, c: usize| {
        let (column, from) = (position / c_out, position % c_out);
        weight[(((kh - 1 - row) * kw + kw - 1 - column) * c_in + c) * c_out + from]
    };
    let packed = Packed::new(isa, [kh, kw * c_out, c_in], turned);
    run_walk(isa, &shape.backward_walk(), output_gradient, &packed, c_in, Finish::default())
}

/// The gradient of the bias: the sum over all pixels.
pub fn bias_gradient(isa: Isa, output_gradient: &[f32], channels: usize) -> Vec<f32> {
    column_sums(isa, output_gradient, channels)
}

/// The gradient of the weights, `[kh, kw, c_in, c_out]`.
///
/// # Panics
/// Where a slice is not as long as the shape says.
pub fn weight_gradient(isa: Isa, shape: &ConvShape, input: &[f32], output_gradient: &[f32]) -> Vec<f32> {
    let walk = shape.walk();
    let c_out = shape.channels[1];
    let run = walk.run();
    assert_eq!(output_gradient.len(), walk.rows() * walk.output[1] * c_out, "a gradient of another shape");
    // Few output channels make narrow tiles; the values under the kernel are then the vectors instead.
    let turned = c_out <= isa.lanes() && run.is_multiple_of(isa.lanes()) && run > c_out;
    let sums = Sums { isa, walk: &walk, input, gradient: output_gradient, c_out, turned };
    let parts = rayon::current_num_threads().clamp(1, walk.rows().max(1));
    let part = |n: usize| walk.rows() * n / parts..walk.rows() * (n + 1) / parts;
    let partial: Vec<Vec<f32>> = (0..parts).into_par_iter().map(|n| sums.over(part(n))).collect();
    let total = partial.into_iter().reduce(|mut total, part| {
        total.iter_mut().zip(part).for_each(|(t, p)| *t += p);
        total
    });
    let total = total.unwrap_or_default();
    if turned { swap_last_axes(&total, [shape.kernel[0], c_out, run]) } else { total }
}

/// `[n, a, b]` to `[n, b, a]`.
fn swap_last_axes(values: &[f32], [n, a, b]: [usize; 3]) -> Vec<f32> {
    let at = |p: usize| values[(p / (a * b) * a + p % a) * b + p / a % b];
    (0..n * a * b).map(at).collect()
}

/// What all pieces of one weight gradient share.
struct Sums<'a> {
    isa: Isa,
    walk: &'a Walk,
    input: &'a [f32],
    gradient: &'a [f32],
    c_out: usize,
    turned: bool,
}

impl Sums<'_> {
    /// The sum over some rows, `[kernel row][run][c_out]`, or `[kernel row][c_out][run]` where it is turned.
    fn over(&self, rows: Range<usize>) -> Vec<f32> {
        let mut sums = vec![0.0; self.walk.kernel[0] * self.walk.run() * self.c_out];
        let at_a_time = self.walk.rows_at_a_time(self.c_out, 1);
        for first in rows.clone().step_by(at_a_time) {
            self.add(first..rows.end.min(first + at_a_time), &mut sums);
        }
        sums
    }

    fn add(&self, rows: Range<usize>, sums: &mut [f32]) {
        let columns = self.walk.output[1];
        let gradient = &self.gradient[rows.start * columns * self.c_out..rows.end * columns * self.c_out];
        // Whole vectors are read of every pixel, so the last pixel must not end within one.
        let width = if self.turned { self.c_out } else { self.c_out.next_multiple_of(self.isa.lanes()) };
        let filled: Vec<f32>;
        let gradient = if width == self.c_out {
            gradient
        } else {
            let zeros = vec![0.0; width - self.c_out];
            filled = gradient.chunks_exact(self.c_out).flat_map(|pixel| pixel.iter().chain(&zeros)).copied().collect();
            &filled
        };
        let gradient_rows: Vec<*const f32> =
            (0..rows.len()).map(|row| gradient[row * columns * width..].as_ptr()).collect();
        let input_rows = Rows::of(self.walk, self.input, rows.clone());
        let piece = Piece {
            walk: self.walk,
            input: input_rows.pointers(),
            gradient: gradient_rows.as_ptr(),
            gradient_width: width,
            rows: rows.len(),
            c_out: self.c_out,
            turned: self.turned,
            sums,
        };
        self.isa.run(piece);
    }
}

/// Some rows, few enough to stay in the cache.
struct Piece<'a> {
    walk: &'a Walk,
    input: *const *const f32,
    gradient: *const *const f32,
    gradient_width: usize,
    rows: usize,
    c_out: usize,
    turned: bool,
    sums: &'a mut [f32],
}

impl Job for Piece<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Walk { kernel, channels, stride, output, .. } = *self.walk;
        let run = self.walk.run();
        let (lanes, across) = if self.turned { (self.c_out, run) } else { (run, self.c_out) };
        for kernel_row in 0..kernel[0] {
            // SAFETY: the table has `kernel[0]` pointers for each row.
            let input = unsafe { self.input.add(kernel_row) };
            let mut operands = Operands {
                a: input,
                a_every: kernel[0],
                a_shift: 0,
                a_lane: 1,
                a_next: stride * channels,
                b: self.gradient,
                b_every: 1,
                b_shift: 0,
                b_next: self.gradient_width,
                rows: self.rows,
                steps: output[1],
            };
            if self.turned {
                (operands.a, operands.b) = (operands.b, operands.a);
                (operands.a_every, operands.b_every) = (operands.b_every, operands.a_every);
                (operands.a_next, operands.b_next) = (operands.b_next, operands.a_next);
            }
            for block in blocks(across, L::N) {
                operands.b_shift = block.start;
                let mut lane = 0;
                while lane < lanes {
                    let width = width_of_rest(lanes - lane, L::TILE);
                    operands.a_shift = lane;
                    let to = (kernel_row * lanes + lane) * across + block.start;
                    // SAFETY: the operands lie within the rows laid out for this piece, whose pixels are filled up
                    // to whole vectors; the sums of `width` lanes lie within `sums`.
                    unsafe {
                        let sums = self.sums.as_mut_ptr().add(to);
                        with_tile!(width, block.vectors, add_tile::<L>(&operands, sums, across, block.channels));
                    }
                    lane += width;
                }
            }
        }
    }
}

/// How many of the lanes that are left the next tile takes, so that no narrow tile is left over if that can be.
fn width_of_rest(left: usize, widest: usize) -> usize {
    let fits = |w: &usize| *w <= widest && *w <= left;
    let even = WIDTHS.into_iter().filter(fits).find(|w| left.is_multiple_of(*w) && *w > 1);
    match even {
        Some(width) if left < 2 * widest => width,
        _ => WIDTHS.into_iter().find(fits).unwrap_or(1),
    }
}

#[inline(always)]
unsafe fn add_tile<L: Lanes, const P: usize, const V: usize>(o: &Operands, to: *mut f32, step: usize, channels: usize) {
    // SAFETY: the caller vouches for the operands and for the place of the sums.
    unsafe {
        let mut sums = [[L::splat(0.0); V]; P];
        accumulate(o, &mut sums);
        for (p, sums) in sums.iter().enumerate() {
            for (v, sum) in sums.iter().enumerate() {
                let (at, n) = (to.add(p * step + v * L::N), channels - v * L::N);
                L::load_first(at, n).add(*sum).store_first(at, n);
            }
        }
    }
}

/// The gradients of input and weights of [`super::transposed_convolve`].
///
/// A transposed convolution is the input gradient of a convolution 2x2 of stride 2, so these are that convolution and
/// its weight gradient.
pub fn transposed_gradients(
    isa: Isa,
    [batch, h, w, c_in]: [usize; 4],
    input: &[f32],
    weight: &[f32],
    output_gradient: &[f32],
) -> [Vec<f32>; 2] {
    let c_out = weight.len() / (4 * c_in);
    let shape =
        ConvShape { batch, input: [2 * h, 2 * w], channels: [c_out, c_in], kernel: [2, 2], stride: 2, padding: 0 };
    let turned = swap_last_axes(weight, [4, c_in, c_out]);
    let of_input = convolve(isa, &shape, output_gradient, &turned, Finish::default());
    let of_weight = weight_gradient(isa, &shape, output_gradient, input);
    [of_input, swap_last_axes(&of_weight, [4, c_out, c_in])]
}
