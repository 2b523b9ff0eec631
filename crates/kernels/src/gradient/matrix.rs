//! The weight gradient on the matrix unit: the rows of a tile are input channels, its columns output channels.

use std::arch::x86_64::_mm512_storeu_si512;
use std::ops::Range;

use super::pair_rows::Pixels;
use crate::amx::{MatrixUnit, SIDE, Tiles, equal_steps};
use crate::layout::Window;
use crate::memory::Aligned;
use crate::reduce::sum_over_rows;

/// The gradient of the weights, `[kernel row][kernel column][c_in][c_out]`, with a window over floats.
///
/// # Panics
/// If a slice does not have its shape.
pub fn weight_gradient(
    unit: MatrixUnit,
    window: &Window,
    input: &[f32],
    gradient: &[f32],
    c_out: usize,
) -> Vec<f32> {
    sum_over_rows(window.rows(), |rows| {
        let mut sums = vec![0.0; window.kernel[0] * window.row_len() * c_out];
        let rows_per_task = window.rows_per_task(c_out, 1);
        let mut task = PairedRows::empty(window, c_out);
        for first in rows.clone().step_by(rows_per_task) {
            let rows = first..rows.end.min(first + rows_per_task);
            // SAFETY: `MatrixUnit` exists only with AVX-512F and AVX512-BF16.
            unsafe {
                task.lay_out(input, gradient, rows);
                task.add(unit, &mut sums);
            }
        }
        sums
    })
}

/// Some rows, few enough for the cache of a core, in the order in which tiles are read.
struct PairedRows<'a> {
    window: &'a Window,
    c_out: usize,
    /// Pairs of neighbouring pixels in an output row.
    pairs: usize,
    /// Pairs of pixels in a phase of a transposed row.
    phase: usize,
    /// Rows of the input, `[row][channel][phase][pixel]` in bf16, channels padded to whole tiles. A phase has every
    /// `stride`-th pixel, so that the pixels under one column of the kernel are neighbours.
    transposed: Aligned,
    /// The index in `transposed` of the row under each row of the kernel: `[row][kernel row]`.
    places: Vec<usize>,
    /// Rows of the gradient, `[row][pair of pixels][channel]`, channels padded to whole tiles.
    gradient: Aligned,
}

/// The first row of a tile: an input channel under a position of the kernel, `[kernel row, kernel column]`.
#[derive(Clone, Copy)]
struct TileRow {
    tap: [usize; 2],
    channel: usize,
}

impl<'a> PairedRows<'a> {
    /// Without rows.
    fn empty(window: &'a Window, c_out: usize) -> Self {
        let pairs = window.output[1].div_ceil(2);
        // As many more as the last column of the kernel needs, which may start within a pair.
        let phase = pairs + window.kernel[1].div_ceil(2 * window.stride) + 1;
        Self {
            window,
            c_out,
            pairs,
            phase,
            transposed: Aligned::default(),
            places: Vec::new(),
            gradient: Aligned::default(),
        }
    }

    /// Output channels, padded to whole tiles.
    fn padded_c_out(&self) -> usize {
        self.c_out.next_multiple_of(SIDE)
    }

    /// Replaces the rows.
    ///
    /// # Safety
    /// The processor has AVX-512F and AVX512-BF16.
    #[target_feature(enable = "avx512f,avx512bf16")]
    unsafe fn lay_out(&mut self, input: &[f32], gradient: &[f32], rows: Range<usize>) {
        // SAFETY: the caller guarantees the instructions.
        unsafe {
            self.lay_out_input(input, rows.clone());
            self.lay_out_gradient(gradient, rows);
        }
    }

    /// Transposes the rows of the input.
    ///
    /// # Safety
    /// The processor has AVX-512F and AVX512-BF16.
    #[target_feature(enable = "avx512f,avx512bf16")]
    unsafe fn lay_out_input(&mut self, input: &[f32], rows: Range<usize>) {
        let Window {
            source,
            channels,
            stride,
            padding,
            ..
        } = *self.window;
        let (distinct, places) = self.window.distinct_source_rows(rows);
        self.places = places;
        let row_len = channels.next_multiple_of(SIDE) * stride * self.phase;
        self.transposed.grow(distinct.len() * row_len);
        let lines = self.transposed.chunks_exact_mut(row_len.max(1));
        for (row, to) in distinct.iter().zip(lines) {
            let row = row.map(|row| &input[row * source[1] * channels..][..source[1] * channels]);
            for phase in 0..stride {
                let pixels = Pixels {
                    row: row.unwrap_or_default(),
                    channels,
                    from: phase as isize - padding[1],
                    stride,
                };
                let to = &mut to[phase * self.phase..];
                // SAFETY: the caller guarantees the instructions.
                unsafe { pixels.transpose(to, self.phase, stride * self.phase) };
            }
        }
    }

    /// Converts the rows of the gradient to pairs.
    ///
    /// # Safety
    /// The processor has AVX-512F and AVX512-BF16.
    #[target_feature(enable = "avx512f,avx512bf16")]
    unsafe fn lay_out_gradient(&mut self, gradient: &[f32], rows: Range<usize>) {
        let (width, padded) = (self.window.output[1], self.padded_c_out());
        self.gradient.grow(rows.len() * self.pairs * padded);
        let lines = self.gradient.chunks_exact_mut((self.pairs * padded).max(1));
        for (row, to) in rows.zip(lines) {
            let pixels = Pixels {
                row: &gradient[row * width * self.c_out..][..width * self.c_out],
                channels: self.c_out,
                from: 0,
                stride: 1,
            };
            for (n, to) in to.chunks_exact_mut(SIDE).enumerate() {
                // SAFETY: the caller guarantees the instructions; the slice has room for sixteen pairs.
                unsafe {
                    let pair = pixels.pair(n / (padded / SIDE), n % (padded / SIDE) * SIDE);
                    _mm512_storeu_si512(to.as_mut_ptr().cast(), pair);
                }
            }
        }
    }

    /// Adds the products of these rows.
    ///
    /// # Safety
    /// The processor has AVX-512F and AVX512-BF16.
    #[target_feature(enable = "avx512f,avx512bf16")]
    unsafe fn add(&self, unit: MatrixUnit, sums: &mut [f32]) {
        let Window {
            kernel, channels, ..
        } = *self.window;
        if self.pairs == 0 {
            return;
        }
        let steps = equal_steps(self.pairs);
        let mut tiles = unit.tiles(channels.min(SIDE), self.pairs / steps);
        let per_tap = channels.div_ceil(SIDE);
        let row = |n: usize| TileRow {
            tap: [n / per_tap / kernel[1], n / per_tap % kernel[1]],
            channel: n % per_tap * SIDE,
        };
        let count = kernel[0] * kernel[1] * per_tap;
        for start in (0..self.c_out).step_by(2 * SIDE) {
            let has_two = self.c_out - start > SIDE;
            for n in (0..count).step_by(2) {
                let tiles = &mut tiles;
                // SAFETY: the caller guarantees AVX-512F; rows and channels are those of the sums.
                unsafe {
                    if n + 1 < count {
                        let rows = [row(n), row(n + 1)];
                        if has_two {
                            self.add_tiles::<2, 2>(tiles, steps, rows, start, sums);
                        } else {
                            self.add_tiles::<2, 1>(tiles, steps, rows, start, sums);
                        }
                    } else if has_two {
                        self.add_tiles::<1, 2>(tiles, steps, [row(n)], start, sums);
                    } else {
                        self.add_tiles::<1, 1>(tiles, steps, [row(n)], start, sums);
                    }
                }
            }
        }
    }

    /// Computes `P` tiles of input channels by `V` tiles of output channels from `start` on, and adds them to the sums.
    ///
    /// # Safety
    /// The processor has AVX-512F, and the tiles are configured for the input channels and for the pairs of a step.
    #[target_feature(enable = "avx512f")]
    unsafe fn add_tiles<const P: usize, const V: usize>(
        &self,
        tiles: &mut Tiles,
        steps: usize,
        rows: [TileRow; P],
        start: usize,
        sums: &mut [f32],
    ) {
        let Window { kernel, stride, .. } = *self.window;
        let padded = self.padded_c_out();
        let (channel_len, pairs) = (stride * self.phase, self.pairs / steps);
        let count = self.places.len() / kernel[0];
        // SAFETY: a transposed row has a phase of `self.phase` pairs for every channel, padded to whole tiles, and a row of
        // the gradient `padded` channels for every pair.
        let found = unsafe {
            let factors = (0..count * steps).map(|n| {
                let (n, pair) = (n / steps, n % steps * pairs);
                let gradient = self
                    .gradient
                    .as_ptr()
                    .add((n * self.pairs + pair) * padded + start);
                (rows.map(|row| self.factor(row, n, pair)), gradient.cast())
            });
            tiles.sums::<P, V>(factors, [4 * channel_len, 4 * padded])
        };
        for (row, tiles) in rows.into_iter().zip(found.chunks_exact(2)) {
            self.add_row_of_tiles(row, &tiles[..V], start, sums);
        }
    }

    /// The address of a tile of input channels: from pair `pair` of output row `n` on.
    ///
    /// # Safety
    /// The row and the pair are those of this task.
    #[inline(always)]
    unsafe fn factor(&self, row: TileRow, n: usize, pair: usize) -> *const u8 {
        let Window {
            kernel,
            channels,
            stride,
            ..
        } = *self.window;
        let TileRow {
            tap: [kernel_row, column],
            channel,
        } = row;
        let channel_len = stride * self.phase;
        let row_len = channels.next_multiple_of(SIDE) * channel_len;
        let start = self.places[n * kernel[0] + kernel_row] * row_len + channel * channel_len;
        let start = start + column % stride * self.phase + pair;
        // A column that starts within a pair reads all of its pairs from the middle of one to the middle of the next.
        // SAFETY: the caller guarantees that the address lies within the transposed rows.
        unsafe {
            self.transposed
                .as_ptr()
                .add(start)
                .cast::<u16>()
                .add(column / stride)
                .cast()
        }
    }

    /// Adds tiles of neighbouring output channels, from `start` on, to the sums.
    #[inline(always)]
    fn add_row_of_tiles(
        &self,
        row: TileRow,
        tiles: &[[[f32; SIDE]; SIDE]],
        start: usize,
        sums: &mut [f32],
    ) {
        let Window {
            kernel, channels, ..
        } = *self.window;
        let TileRow {
            tap: [kernel_row, column],
            channel,
        } = row;
        let at = ((kernel_row * kernel[1] + column) * channels + channel) * self.c_out + start;
        for (v, tile) in tiles.iter().enumerate() {
            let n = (self.c_out - start - v * SIDE).min(SIDE);
            let lines = sums[at + v * SIDE..]
                .chunks_mut(self.c_out)
                .zip(tile)
                .take(channels - channel);
            lines.for_each(|(to, line)| {
                to[..n]
                    .iter_mut()
                    .zip(line)
                    .for_each(|(to, sum)| *to += sum);
            });
        }
    }
}
