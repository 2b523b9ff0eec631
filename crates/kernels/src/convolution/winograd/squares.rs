//! Winograd's algorithm over all squares of a batch.

#![expect(
    clippy::needless_range_loop,
    reason = "a row of a square uses the same index of all columns"
)]

use std::cell::Cell;
use std::ops::Range;

use rayon::prelude::*;

use super::filters::Filters;
use super::multiply::multiply;
use super::transforms::{POSITIONS, SIDE, STEP, transform_input, transform_output};
use crate::finish::Finish;
use crate::isa::Isa;
use crate::lanes::{Job, Lanes};
use crate::layout::Window;
use crate::memory::{Aligned, SharedPointer, assume_init, uninit};

/// Unused floats between the squares of one position and those of the next: without them all sixteen positions of a square
/// could be mapped to the same cache lines.
const GAP: usize = 16;

thread_local! {
    /// The transformed squares and the products of a thread, kept from task to task.
    static SCRATCH: Cell<Aligned> = Cell::default();
}

/// Slides the 3x3 window over the source and returns `[N, H', W', c_out]`.
///
/// # Panics
/// If a slice does not have its shape.
pub fn run(
    isa: Isa,
    window: &Window,
    source: &[f32],
    filters: &Filters,
    finish: Finish,
) -> Vec<f32> {
    let c_out = filters.c_out;
    let len = window.rows() * window.output[1] * c_out;
    assert_eq!(
        source.len(),
        window.source_len(),
        "an image of another shape"
    );
    finish.assert_shape(c_out, len);
    if len == 0 {
        return Vec::new();
    }
    let mut out = uninit(len);
    let grid = window.output.map(|n| n.div_ceil(STEP));
    let count = window.batch * grid[0] * grid[1];
    let tasks = count
        .div_ceil(squares_per_task(window.channels, filters.width()))
        .next_multiple_of(rayon::current_num_threads());
    let to = SharedPointer::new(out.as_mut_ptr().cast());
    (0..tasks).into_par_iter().for_each(|n| {
        isa.run(Squares {
            window,
            source,
            filters,
            finish,
            grid,
            range: count * n / tasks..count * (n + 1) / tasks,
            out: to.start(),
        });
    });
    // SAFETY: the squares cover all pixels, and each task writes all pixels and channels of its squares.
    unsafe { assume_init(out) }
}

/// The number of squares whose transforms and products fit in the second-level cache, rounded to whole tiles.
fn squares_per_task(c_in: usize, c_out: usize) -> usize {
    const CACHED_FLOATS: usize = 128 * 1024;
    (CACHED_FLOATS / POSITIONS / (c_in + c_out)).clamp(24, 96) / 12 * 12
}

/// Some squares, counted over all images.
struct Squares<'a> {
    window: &'a Window,
    source: &'a [f32],
    filters: &'a Filters,
    finish: Finish<'a>,
    /// The number of rows of squares in an image, and of squares in a row.
    grid: [usize; 2],
    range: Range<usize>,
    /// The output buffer, in which no other task accesses the pixels of these squares.
    out: *mut f32,
}

impl Job for Squares<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let count = self.range.len();
        let (in_step, out_step) = (
            count * self.filters.c_in + GAP,
            count * self.filters.width() + GAP,
        );
        let zeros = vec![0.0; self.filters.c_in];
        let mut scratch = SCRATCH.take();
        scratch.grow(POSITIONS * (in_step + out_step));
        let (transformed, products) = scratch.split_at_mut(POSITIONS * in_step);
        // SAFETY: the caller guarantees the instruction set; the scratch has room for all squares at each position, and
        // each element is written before it is read.
        unsafe {
            for (n, square) in self.range.clone().enumerate() {
                let to = transformed.as_mut_ptr().add(n * self.filters.c_in);
                self.transform::<L>(square, &zeros, to, in_step);
            }
            for position in 0..POSITIONS {
                let from = transformed.as_ptr().add(position * in_step);
                let to = products.as_mut_ptr().add(position * out_step);
                multiply::<L>(self.filters, position, from, count, to);
            }
            for (n, square) in self.range.clone().enumerate() {
                let from = products.as_ptr().add(n * self.filters.width());
                self.finish::<L>(square, from, out_step);
            }
        }
        SCRATCH.set(scratch);
    }
}

impl Squares<'_> {
    /// Image, row and column of the first output pixel of a square.
    #[inline(always)]
    fn place(&self, square: usize) -> [usize; 3] {
        let [down, across] = self.grid;
        [
            square / (down * across),
            square / across % down * STEP,
            square % across * STEP,
        ]
    }

    /// The pixels under a square; those outside the image are `zeros`.
    #[inline(always)]
    fn pixels(&self, square: usize, zeros: &[f32]) -> [[*const f32; SIDE]; SIDE] {
        let Window {
            source: [h, w],
            channels,
            padding,
            ..
        } = *self.window;
        let [image, row, column] = self.place(square);
        let (top, left) = (row as isize - padding[0], column as isize - padding[1]);
        let is_inside = |at: isize, n: usize| at >= 0 && at as usize + SIDE <= n;
        let all_inside = is_inside(top, h) && is_inside(left, w);
        let mut pixels = [[zeros.as_ptr(); SIDE]; SIDE];
        for (y, line) in pixels.iter_mut().enumerate() {
            for (x, pixel) in line.iter_mut().enumerate() {
                let (y, x) = (top + y as isize, left + x as isize);
                if all_inside || (0..h as isize).contains(&y) && (0..w as isize).contains(&x) {
                    let at = (image * h + y as usize) * w + x as usize;
                    // SAFETY: the pixel lies in the image.
                    *pixel = unsafe { self.source.as_ptr().add(at * channels) };
                }
            }
        }
        pixels
    }

    /// `B' d B` of the pixels `d` under a square, written with `step` floats between positions.
    ///
    /// # Safety
    /// The processor has the instruction set of `L`, `zeros` has the length of a pixel, and a pixel can be written at each
    /// of the 16 positions.
    #[inline(always)]
    unsafe fn transform<L: Lanes>(&self, square: usize, zeros: &[f32], to: *mut f32, step: usize) {
        let pixels = self.pixels(square, zeros);
        let channels = self.window.channels;
        for c in (0..channels).step_by(L::N) {
            let count = channels - c;
            // SAFETY: every pixel has `channels` values; the caller guarantees the instruction set and the place of the
            // results.
            unsafe {
                let mut columns = [[L::splat(0.0); SIDE]; SIDE];
                for (x, column) in columns.iter_mut().enumerate() {
                    let mut values = [L::splat(0.0); SIDE];
                    for (y, value) in values.iter_mut().enumerate() {
                        let from = pixels[y][x].add(c);
                        *value = if count >= L::N {
                            L::load(from)
                        } else {
                            L::load_first(from, count)
                        };
                    }
                    *column = transform_input(values);
                }
                for y in 0..SIDE {
                    let values = transform_input([
                        columns[0][y],
                        columns[1][y],
                        columns[2][y],
                        columns[3][y],
                    ]);
                    for (x, value) in values.iter().enumerate() {
                        let to = to.add((y * SIDE + x) * step + c);
                        if count >= L::N {
                            value.store(to);
                        } else {
                            value.store_first(to, count);
                        }
                    }
                }
            }
        }
    }

    /// `A' m A` of the products `m` of a square, which have `step` floats between positions, with the fused operations.
    ///
    /// # Safety
    /// The processor has the instruction set of `L`, and [`Filters::width`] products can be read at each of the 16
    /// positions.
    #[inline(always)]
    unsafe fn finish<L: Lanes>(&self, square: usize, from: *const f32, step: usize) {
        let [image, row, column] = self.place(square);
        let ([h, w], c_out) = (self.window.output, self.filters.c_out);
        for c in (0..c_out).step_by(L::N) {
            let count = c_out - c;
            // SAFETY: the caller guarantees the instruction set and the products; the results lie in the image.
            unsafe {
                let mut columns = [[L::splat(0.0); STEP]; SIDE];
                for (x, column) in columns.iter_mut().enumerate() {
                    let mut values = [L::splat(0.0); SIDE];
                    for (y, value) in values.iter_mut().enumerate() {
                        *value = L::load(from.add((y * SIDE + x) * step + c));
                    }
                    *column = transform_output(values);
                }
                let bias = self.finish.bias(c, count);
                for y in 0..STEP.min(h - row) {
                    let values = transform_output([
                        columns[0][y],
                        columns[1][y],
                        columns[2][y],
                        columns[3][y],
                    ]);
                    for (x, value) in values.iter().enumerate().take(w - column) {
                        let at = ((image * h + row + y) * w + column + x) * c_out + c;
                        self.finish.write(value.add(bias), self.out, at, count);
                    }
                }
            }
        }
    }
}
