//! The gradient of a convolution's weights, a tile of channels at a time.

use std::arch::x86_64::{
    __m256bh, __m256i, __m512i, _mm512_castps_si512, _mm512_castsi512_ps, _mm512_cvtepu16_epi32,
    _mm512_cvtneps_pbh, _mm512_mask_storeu_epi32, _mm512_maskz_loadu_ps, _mm512_or_si512,
    _mm512_setzero_si512, _mm512_shuffle_f32x4, _mm512_slli_epi32, _mm512_storeu_si512,
    _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};
use std::mem::transmute;
use std::ops::Range;

use super::registers::{Matrix, Tiles};
use super::{SIDE, steps_of};
use crate::buffer::Aligned;
use crate::gradient::sum_over;
use crate::lanes::first;
use crate::rows::needed;
use crate::shape::Walk;

/// The gradient of the weights, `[kernel row][kernel column][c_in][c_out]`, of a walk over floats.
pub fn weight_gradient(
    matrix: Matrix,
    walk: &Walk,
    input: &[f32],
    gradient: &[f32],
    c_out: usize,
) -> Vec<f32> {
    sum_over(walk.rows(), |rows| {
        let mut sums = vec![0.0; walk.kernel[0] * walk.run() * c_out];
        let at_a_time = walk.rows_at_a_time(c_out, 1);
        let mut piece = Piece::of(walk, c_out);
        for first in rows.clone().step_by(at_a_time) {
            let rows = first..rows.end.min(first + at_a_time);
            // SAFETY: a matrix unit comes with AVX-512 and its bf16.
            unsafe {
                piece.lay_out(input, gradient, rows);
                piece.add(matrix, &mut sums);
            }
        }
        sums
    })
}

/// Some rows, few enough to stay in the cache, in the order in which tiles are read.
struct Piece<'a> {
    walk: &'a Walk,
    c_out: usize,
    /// Pairs of neighbouring pixels in a row of results.
    pairs: usize,
    /// Pairs of pixels in a phase of a turned row.
    phase: usize,
    /// Rows of the input, `[row][channel][phase][pixel]` in bf16, channels filled up to whole tiles: with a stride, pixels
    /// that one kernel column meets lie next to each other.
    turned: Aligned,
    /// Where in `turned` the row lies that a kernel row meets: `[row][kernel row]`.
    places: Vec<usize>,
    /// Rows of the gradient, `[row][pair of pixels][channel]`, channels filled up to whole tiles.
    gradient: Aligned,
}

impl<'a> Piece<'a> {
    /// Without rows.
    fn of(walk: &'a Walk, c_out: usize) -> Self {
        let pairs = walk.output[1].div_ceil(2);
        // As many more as the last column of the kernel needs, which may start within a pair.
        let phase = pairs + walk.kernel[1].div_ceil(2 * walk.stride) + 1;
        let (turned, gradient) = (Aligned::default(), Aligned::default());
        Self {
            walk,
            c_out,
            pairs,
            phase,
            turned,
            places: Vec::new(),
            gradient,
        }
    }

    /// Lays out some rows.
    #[target_feature(enable = "avx512f,avx512bf16")]
    unsafe fn lay_out(&mut self, input: &[f32], gradient: &[f32], rows: Range<usize>) {
        let Walk {
            source,
            channels,
            stride,
            before,
            ..
        } = *self.walk;
        let (slots, places) = needed(self.walk, rows.clone());
        self.places = places;
        let in_row = channels.next_multiple_of(SIDE) * stride * self.phase;
        self.turned.grow(slots.len() * in_row);
        for (row, turned) in slots
            .iter()
            .zip(self.turned.chunks_exact_mut(in_row.max(1)))
        {
            let row = row.map(|row| &input[row * source[1] * channels..][..source[1] * channels]);
            for from in 0..stride {
                let pixels = Pixels {
                    row: row.unwrap_or_default(),
                    channels,
                    from: from as isize - before[1],
                    stride,
                };
                // SAFETY: the caller has made sure of the instructions; every channel has room for its phases.
                unsafe {
                    pixels.turn(
                        &mut turned[from * self.phase..],
                        self.phase,
                        stride * self.phase,
                    )
                };
            }
        }
        let (width, wide) = (self.walk.output[1], self.c_out.next_multiple_of(SIDE));
        self.gradient.grow(rows.len() * self.pairs * wide);
        for (row, to) in rows.zip(self.gradient.chunks_exact_mut((self.pairs * wide).max(1))) {
            let row = &gradient[row * width * self.c_out..][..width * self.c_out];
            let pixels = Pixels {
                row,
                channels: self.c_out,
                from: 0,
                stride: 1,
            };
            for (n, to) in to.chunks_exact_mut(SIDE).enumerate() {
                // SAFETY: the caller has made sure of the instructions; there is room for sixteen.
                unsafe {
                    let pair = pixels.pair(n / (wide / SIDE), n % (wide / SIDE) * SIDE);
                    _mm512_storeu_si512(to.as_mut_ptr().cast(), pair);
                }
            }
        }
    }

    /// Adds the sums over these rows.
    #[target_feature(enable = "avx512f,avx512bf16")]
    unsafe fn add(&self, matrix: Matrix, sums: &mut [f32]) {
        let Walk {
            kernel, channels, ..
        } = *self.walk;
        if self.pairs == 0 {
            return;
        }
        let steps = steps_of(self.pairs);
        let mut tiles = matrix.tiles(channels.min(SIDE), self.pairs / steps);
        let blocks = channels.div_ceil(SIDE);
        let lane = |n: usize| Lane {
            tap: [n / blocks / kernel[1], n / blocks % kernel[1]],
            first: n % blocks * SIDE,
        };
        let lanes = kernel[0] * kernel[1] * blocks;
        for start in (0..self.c_out).step_by(2 * SIDE) {
            let two = self.c_out - start > SIDE;
            for n in (0..lanes).step_by(2) {
                // SAFETY: the caller has made sure of AVX-512; lanes and channels are those of the sums.
                unsafe {
                    match (n + 1 < lanes, two) {
                        (true, true) => self.add_tiles::<2, 2>(
                            &mut tiles,
                            steps,
                            [lane(n), lane(n + 1)],
                            start,
                            sums,
                        ),
                        (true, false) => self.add_tiles::<2, 1>(
                            &mut tiles,
                            steps,
                            [lane(n), lane(n + 1)],
                            start,
                            sums,
                        ),
                        (false, true) => {
                            self.add_tiles::<1, 2>(&mut tiles, steps, [lane(n)], start, sums)
                        }
                        (false, false) => {
                            self.add_tiles::<1, 1>(&mut tiles, steps, [lane(n)], start, sums)
                        }
                    }
                }
            }
        }
    }

    /// Adds `P` by `V` tiles, from output channel `start` on.
    #[target_feature(enable = "avx512f")]
    unsafe fn add_tiles<const P: usize, const V: usize>(
        &self,
        tiles: &mut Tiles,
        steps: usize,
        lanes: [Lane; P],
        start: usize,
        sums: &mut [f32],
    ) {
        let Walk {
            kernel,
            channels,
            stride,
            ..
        } = *self.walk;
        let wide = self.c_out.next_multiple_of(SIDE);
        let (channel, pairs) = (stride * self.phase, self.pairs / steps);
        let row = channels.next_multiple_of(SIDE) * channel;
        let count = self.places.len() / kernel[0];
        // SAFETY: a turned row has a phase of `self.phase` pairs for every channel, filled up to whole tiles, and a
        // row of the gradient `wide` channels for every pair.
        let found = unsafe {
            let factors = (0..count * steps).map(|n| {
                let (n, pair) = (n / steps, n % steps * pairs);
                let of_lane = |Lane {
                                   tap: [kernel_row, column],
                                   first,
                               }: Lane| {
                    let start = self.places[n * kernel[0] + kernel_row] * row + first * channel;
                    let start = start + column % stride * self.phase + pair;
                    // Where a column starts within a pair, so do all pairs that are read.
                    self.turned
                        .as_ptr()
                        .add(start)
                        .cast::<u16>()
                        .add(column / stride)
                        .cast()
                };
                let gradient = self
                    .gradient
                    .as_ptr()
                    .add((n * self.pairs + pair) * wide + start);
                (lanes.map(of_lane), gradient.cast())
            });
            tiles.sums::<P, V>(factors, [4 * channel, 4 * wide])
        };
        for (
            Lane {
                tap: [kernel_row, column],
                first,
            },
            tiles,
        ) in lanes.into_iter().zip(found.chunks_exact(2))
        {
            let at = ((kernel_row * kernel[1] + column) * channels + first) * self.c_out + start;
            for (v, tile) in tiles[..V].iter().enumerate() {
                let n = (self.c_out - start - v * SIDE).min(SIDE);
                let lines = sums[at + v * SIDE..]
                    .chunks_mut(self.c_out)
                    .zip(tile)
                    .take(channels - first);
                lines.for_each(|(to, line)| {
                    to[..n]
                        .iter_mut()
                        .zip(line)
                        .for_each(|(to, sum)| *to += sum)
                });
            }
        }
    }
}

/// Where a tile of input channels lies: under which weight of the window, from which channel on.
#[derive(Clone, Copy)]
struct Lane {
    tap: [usize; 2],
    first: usize,
}

/// Pixels of a row, every `stride` of them; those before and after the row are zeros.
#[derive(Clone, Copy)]
struct Pixels<'a> {
    row: &'a [f32],
    channels: usize,
    from: isize,
    stride: usize,
}

impl Pixels<'_> {
    /// Sixteen channels of a pixel in bf16, zeros where there are no more.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bf16")]
    unsafe fn at(self, n: usize, channel: usize) -> __m512i {
        let pixel = self.from + (n * self.stride) as isize;
        if pixel < 0 || pixel as usize * self.channels >= self.row.len() || channel >= self.channels
        {
            return _mm512_setzero_si512();
        }
        let mask = first(self.channels - channel);
        // SAFETY: the pixel and its channels lie within the row; a vector of bf16 numbers is one of 16 bits each.
        unsafe {
            let values = _mm512_maskz_loadu_ps(
                mask,
                self.row
                    .as_ptr()
                    .add(pixel as usize * self.channels + channel),
            );
            _mm512_cvtepu16_epi32(transmute::<__m256bh, __m256i>(_mm512_cvtneps_pbh(values)))
        }
    }

    /// Two neighbours as pairs, the first in the lower halves.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bf16")]
    unsafe fn pair(self, n: usize, channel: usize) -> __m512i {
        // SAFETY: the caller has made sure of the instructions.
        let (first, second) = unsafe { (self.at(2 * n, channel), self.at(2 * n + 1, channel)) };
        _mm512_or_si512(first, _mm512_slli_epi32::<16>(second))
    }

    /// Writes `count` pairs of every channel, filled up to whole tiles, next to each other; channels lie `line` apart.
    #[target_feature(enable = "avx512f,avx512bf16")]
    unsafe fn turn(self, to: &mut [f32], count: usize, line: usize) {
        for from in (0..self.channels).step_by(SIDE) {
            for start in (0..count).step_by(SIDE) {
                let mask = first(count - start);
                let mut rows = [_mm512_setzero_si512(); SIDE];
                for (k, row) in rows.iter_mut().enumerate() {
                    // SAFETY: the caller has made sure of the instructions.
                    *row = unsafe { self.pair(start + k, from) };
                }
                for (channel, pairs) in transposed(&rows).into_iter().enumerate() {
                    let to =
                        &mut to[(from + channel) * line + start..][..(count - start).min(SIDE)];
                    // SAFETY: the mask is as long as the slice.
                    unsafe { _mm512_mask_storeu_epi32(to.as_mut_ptr().cast(), mask, pairs) };
                }
            }
        }
    }
}

/// Rows to columns: first within squares of four, then the squares.
#[inline]
#[target_feature(enable = "avx512f")]
fn transposed(rows: &[__m512i; SIDE]) -> [__m512i; SIDE] {
    let mut within = *rows;
    for n in 0..4 {
        let [a, b, c, d] = [0, 1, 2, 3].map(|k| rows[4 * n + k]);
        let [low, high] = [_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b)];
        let [low_next, high_next] = [_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d)];
        within[4 * n] = _mm512_unpacklo_epi64(low, low_next);
        within[4 * n + 1] = _mm512_unpackhi_epi64(low, low_next);
        within[4 * n + 2] = _mm512_unpacklo_epi64(high, high_next);
        within[4 * n + 3] = _mm512_unpackhi_epi64(high, high_next);
    }
    // Square `q` of `within[4 * n + k]` holds column `4 * q + k` of rows `4 * n` to `4 * n + 3`.
    let mut columns = within;
    for k in 0..4 {
        let [a, b, c, d] = [0, 1, 2, 3].map(|n| _mm512_castsi512_ps(within[4 * n + k]));
        let [even, odd] = [
            _mm512_shuffle_f32x4::<0x88>(a, b),
            _mm512_shuffle_f32x4::<0xdd>(a, b),
        ];
        let [even_next, odd_next] = [
            _mm512_shuffle_f32x4::<0x88>(c, d),
            _mm512_shuffle_f32x4::<0xdd>(c, d),
        ];
        // `even` holds squares 0 and 2 of the first rows, then of the next; `odd` squares 1 and 3.
        let squares = [
            _mm512_shuffle_f32x4::<0x88>(even, even_next),
            _mm512_shuffle_f32x4::<0x88>(odd, odd_next),
            _mm512_shuffle_f32x4::<0xdd>(even, even_next),
            _mm512_shuffle_f32x4::<0xdd>(odd, odd_next),
        ];
        squares
            .into_iter()
            .enumerate()
            .for_each(|(q, square)| columns[4 * q + k] = _mm512_castps_si512(square));
    }
    columns
}
