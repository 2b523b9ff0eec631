//! The gradients of a convolution.

use std::ops::Range;

use rayon::prelude::*;

use super::bf16;
use super::buffer::Aligned;
use super::conv::{Finish, Kernel, convolve};
use super::lanes::{Isa, Job, Lanes};
use super::matrix;
use super::norm::column_sums;
use super::pack::blocks;
use super::rows::Rows;
use super::shape::{ConvShape, Walk};
use super::tile::{Operands, WIDTHS, accumulate, accumulate_columns, with_tile};

/// The gradient of the input, from that of the output; the kernel has to be square.
///
/// # Panics
/// Where a slice is not as long as the shape says.
pub fn input_gradient(
    isa: Isa,
    shape: &ConvShape,
    weight: &[f32],
    output_gradient: &[f32],
) -> Vec<f32> {
    let kernel = Kernel::turned(isa, shape.kernel, shape.stride, shape.channels, weight);
    kernel.run(
        isa,
        &shape.backward_walk(),
        output_gradient,
        Finish::default(),
    )
}

/// The gradient of the bias: the sum over all pixels.
pub fn bias_gradient(isa: Isa, output_gradient: &[f32], channels: usize) -> Vec<f32> {
    column_sums(isa, output_gradient, channels)
}

/// The gradient of the weights, `[kh, kw, c_in, c_out]`.
///
/// # Panics
/// Where a slice is not as long as the shape says.
pub fn weight_gradient(
    isa: Isa,
    shape: &ConvShape,
    input: &[f32],
    output_gradient: &[f32],
) -> Vec<f32> {
    let walk = shape.walk();
    let c_out = shape.channels[1];
    let run = walk.run();
    assert_eq!(
        output_gradient.len(),
        walk.rows() * walk.output[1] * c_out,
        "a gradient of another shape"
    );
    if let Some(matrix) = isa.matrix() {
        return matrix::weight_gradient(matrix, &walk, input, output_gradient, c_out);
    }
    let paired;
    let (walk, input, gradient, pixels) = if isa.is_bf16() {
        paired = (
            bf16::pixels_of(&walk, input),
            bf16::paired(isa, output_gradient, [walk.output[1], c_out]),
        );
        (paired.0.0, paired.0.1.as_slice(), paired.1.as_slice(), 2)
    } else {
        (walk, input, output_gradient, 1)
    };
    let form = if pixels == 1
        && walk.stride == 1
        && walk.kernel[1] == COLUMNS
        && walk.channels.is_multiple_of(4)
    {
        Form::Columns
    } else if c_out <= isa.lanes() && run.is_multiple_of(isa.lanes()) && run > c_out {
        Form::Turned
    } else {
        Form::Plain
    };
    let sums = Sums {
        isa,
        walk: &walk,
        input,
        gradient,
        c_out,
        pixels,
        form,
    };
    let total = sum_over(walk.rows(), |rows| sums.over(rows));
    if form == Form::Turned {
        swap_last_axes(&total, [shape.kernel[0], c_out, run])
    } else {
        total
    }
}

/// The sums over all rows, every thread's of its own part of them.
pub(super) fn sum_over(rows: usize, over: impl Fn(Range<usize>) -> Vec<f32> + Sync) -> Vec<f32> {
    let parts = rayon::current_num_threads().clamp(1, rows.max(1));
    let part = |n: usize| rows * n / parts..rows * (n + 1) / parts;
    let partial: Vec<Vec<f32>> = (0..parts).into_par_iter().map(|n| over(part(n))).collect();
    let total = partial.into_iter().reduce(|mut total, part| {
        total.iter_mut().zip(part).for_each(|(t, p)| *t += p);
        total
    });
    total.unwrap_or_default()
}

/// Columns of the kernels whose columns are summed up together.
const COLUMNS: usize = 3;

/// What the lanes of a tile are, and what its vectors.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Lanes are values under the kernel, vectors are output channels.
    Plain,
    /// Few output channels make narrow tiles; here they are the lanes, and the values under the kernel the vectors.
    Turned,
    /// Lanes are input channels, each with all columns of the kernel; vectors are output channels.
    Columns,
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
    /// Pixels that a step takes.
    pixels: usize,
    form: Form,
}

impl Sums<'_> {
    /// The sum over some rows, `[kernel row][run][c_out]`, or `[kernel row][c_out][run]` in the turned form.
    fn over(&self, rows: Range<usize>) -> Vec<f32> {
        let mut sums = vec![0.0; self.walk.kernel[0] * self.walk.run() * self.c_out];
        let at_a_time = self.walk.rows_at_a_time(self.c_out, 1);
        for first in rows.clone().step_by(at_a_time) {
            self.add(first..rows.end.min(first + at_a_time), &mut sums);
        }
        sums
    }

    fn add(&self, rows: Range<usize>, sums: &mut [f32]) {
        let columns = self.walk.output[1].div_ceil(self.pixels);
        let gradient =
            &self.gradient[rows.start * columns * self.c_out..rows.end * columns * self.c_out];
        // Whole vectors are read of every pixel, so the last pixel must not end within one.
        let width = if self.form == Form::Turned {
            self.c_out
        } else {
            self.c_out.next_multiple_of(self.isa.lanes())
        };
        // Pixels of zeros between rows, which the kernel's other columns meet at a row's ends.
        let gap = if self.form == Form::Columns {
            COLUMNS - 1
        } else {
            0
        };
        let filled: Aligned;
        let laid_out: &[f32] = if width == self.c_out && gap == 0 {
            gradient
        } else {
            filled = fill_up(gradient, columns, [self.c_out, width], gap);
            &filled
        };
        let gradient_rows: Vec<*const f32> = (0..rows.len())
            .map(|row| laid_out[(row * (columns + gap) + gap) * width..].as_ptr())
            .collect();
        let input_rows = Rows::of(self.walk, self.input, rows.clone());
        let piece = Piece {
            walk: self.walk,
            input: input_rows.pointers(),
            gradient: gradient_rows.as_ptr(),
            gradient_width: width,
            rows: rows.len(),
            c_out: self.c_out,
            pixels: self.pixels,
            form: self.form,
            sums,
        };
        self.isa.run_products(piece);
    }
}

/// Rows of `columns` pixels of `channels`, each pixel filled up with zeros to `width` floats, with `gap` pixels of zeros
/// before every row and after the last.
fn fill_up(values: &[f32], columns: usize, [channels, width]: [usize; 2], gap: usize) -> Aligned {
    let rows = values.len() / (columns * channels).max(1);
    let mut filled = Aligned::zeros((rows * (columns + gap) + gap) * width);
    let lines = filled.chunks_exact_mut(((columns + gap) * width).max(1));
    for (from, to) in values.chunks_exact((columns * channels).max(1)).zip(lines) {
        let to = &mut to[gap * width..];
        if channels == width {
            to.copy_from_slice(from);
        } else {
            let pixels = from.chunks_exact(channels).zip(to.chunks_exact_mut(width));
            pixels.for_each(|(from, to)| to[..channels].copy_from_slice(from));
        }
    }
    filled
}

/// Some rows, few enough to stay in the cache.
struct Piece<'a> {
    walk: &'a Walk,
    input: *const *const f32,
    gradient: *const *const f32,
    gradient_width: usize,
    rows: usize,
    c_out: usize,
    pixels: usize,
    form: Form,
    sums: &'a mut [f32],
}

impl Job for Piece<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Walk {
            kernel,
            channels,
            stride,
            output,
            ..
        } = *self.walk;
        let run = self.walk.run();
        if self.form == Form::Columns {
            // SAFETY: the caller's promise is the same.
            return unsafe { self.run_columns::<L>() };
        }
        let turned = self.form == Form::Turned;
        let (lanes, across) = if turned {
            (self.c_out, run)
        } else {
            (run, self.c_out)
        };
        for kernel_row in 0..kernel[0] {
            // SAFETY: the table has `kernel[0]` pointers for each row.
            let input = unsafe { self.input.add(kernel_row) };
            let mut operands = Operands {
                a: input,
                a_every: kernel[0],
                a_shift: 0,
                a_lane: 1,
                a_next: self.pixels * stride * channels,
                b: self.gradient,
                b_every: 1,
                b_shift: 0,
                b_next: self.gradient_width,
                rows: self.rows,
                steps: output[1].div_ceil(self.pixels),
            };
            if turned {
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
                        with_tile!(
                            width,
                            block.vectors,
                            add_tile::<L>(&operands, sums, across, block.channels)
                        );
                    }
                    lane += width;
                }
            }
        }
    }
}

impl Piece<'_> {
    /// All columns of the kernel at once.
    #[inline(always)]
    unsafe fn run_columns<L: Lanes>(self) {
        let Walk {
            kernel,
            channels,
            output,
            ..
        } = *self.walk;
        // A tile of two vectors has as many sums as one of half as many lanes.
        let most_vectors = if L::TILE < 12 { 1 } else { 2 };
        let mut start = 0;
        while start < self.c_out {
            let vectors = if self.c_out - start > L::N {
                most_vectors
            } else {
                1
            };
            let n = (self.c_out - start).min(vectors * L::N);
            for kernel_row in 0..kernel[0] {
                let mut lane = 0;
                while lane < channels {
                    let width = width_of_rest(channels - lane, 2 * L::TILE / COLUMNS / vectors);
                    let operands = Operands {
                        // SAFETY: the table has `kernel[0]` pointers for each row.
                        a: unsafe { self.input.add(kernel_row) },
                        a_every: kernel[0],
                        a_shift: lane,
                        a_lane: 1,
                        a_next: channels,
                        b: self.gradient,
                        b_every: 1,
                        b_shift: start,
                        b_next: self.gradient_width,
                        rows: self.rows,
                        steps: output[1] + COLUMNS - 1,
                    };
                    let to = (kernel_row * COLUMNS * channels + lane) * self.c_out + start;
                    // SAFETY: the operands lie within the rows laid out for this piece, which have pixels of zeros
                    // about them; the sums of `width` lanes of each column lie within `sums`.
                    unsafe {
                        let sums = self.sums.as_mut_ptr().add(to);
                        let steps = [channels * self.c_out, self.c_out];
                        with_tile!(width, vectors, add_columns::<L>(&operands, sums, steps, n));
                    }
                    lane += width;
                }
            }
            start += n;
        }
    }
}

/// How many of the lanes that are left the next tile takes, so that no narrow tile is left over if that can be.
fn width_of_rest(left: usize, widest: usize) -> usize {
    let fits = |w: &usize| *w <= widest && *w <= left;
    let even = WIDTHS
        .into_iter()
        .filter(fits)
        .find(|w| left.is_multiple_of(*w) && *w > 1);
    match even {
        Some(width) if left < 2 * widest => width,
        _ => WIDTHS.into_iter().find(fits).unwrap_or(1),
    }
}

#[inline(always)]
unsafe fn add_tile<L: Lanes, const P: usize, const V: usize>(
    o: &Operands,
    to: *mut f32,
    step: usize,
    channels: usize,
) {
    // SAFETY: the caller vouches for the operands and for the place of the sums.
    unsafe {
        let mut sums = [[L::splat(0.0); V]; P];
        accumulate::<L, P, V, 1>(o, 0, &mut sums);
        for (p, sums) in sums.iter().enumerate() {
            for (v, sum) in sums.iter().enumerate() {
                let (at, n) = (to.add(p * step + v * L::N), channels - v * L::N);
                L::load_first(at, n).add(*sum).store_first(at, n);
            }
        }
    }
}

/// Sums of the lanes of all columns, `[column_step, lane_step]` floats apart.
#[inline(always)]
unsafe fn add_columns<L: Lanes, const P: usize, const V: usize>(
    o: &Operands,
    to: *mut f32,
    [column_step, lane_step]: [usize; 2],
    channels: usize,
) {
    // SAFETY: the caller vouches for the operands and for the place of the sums.
    unsafe {
        let mut sums = [[[L::splat(0.0); V]; COLUMNS]; P];
        accumulate_columns(o, &mut sums);
        for (p, columns) in sums.iter().enumerate() {
            for (k, sums) in columns.iter().enumerate() {
                for (v, sum) in sums.iter().enumerate() {
                    let (at, n) = (
                        to.add(k * column_step + p * lane_step + v * L::N),
                        channels - v * L::N,
                    );
                    L::load_first(at, n).add(*sum).store_first(at, n);
                }
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
    let shape = ConvShape {
        batch,
        input: [2 * h, 2 * w],
        channels: [c_out, c_in],
        kernel: [2, 2],
        stride: 2,
        padding: 0,
    };
    let turned = swap_last_axes(weight, [4, c_in, c_out]);
    let of_input = convolve(isa, &shape, output_gradient, &turned, Finish::default());
    let of_weight = weight_gradient(isa, &shape, output_gradient, input);
    [of_input, swap_last_axes(&of_weight, [4, c_out, c_in])]
}
