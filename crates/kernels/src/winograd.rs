//! Convolution 3x3 with fewer multiplications (Winograd 1980; Lavin & Gray, CVPR 2016, F(2x2, 3x3)).
//!
//! Squares of 4x4 input pixels and the 3x3 weights are transformed so that the square of 2x2 results is the transform
//! of their products: 16 multiplications a channel where the window takes 36. The products of many squares are sixteen
//! matrix products, which the tiles of all convolutions compute.

#![expect(
    clippy::needless_range_loop,
    reason = "a row of a square goes through all of its columns"
)]

use std::cell::Cell;
use std::ops::Range;

use rayon::prelude::*;

use super::buffer::{Aligned, unwritten, written};
use super::conv::Finish;
use super::lanes::{Isa, Job, Lanes};
use super::pack::{Block, blocks};
use super::shape::Walk;
use super::tile::{Operands, accumulate, width_for, with_tile};

/// Pixels along a side of an input square, and of the square of results.
const SIDE: usize = 4;
const STEP: usize = 2;
/// Products of a square.
const PLACES: usize = SIDE * SIDE;
/// Floats between the squares of one place and those of the next, beyond their own: without them all sixteen would
/// compete for the same lines of the cache.
const APART: usize = 16;
/// Fewer channels than this make the transforms dearer than the multiplications they save.
const FEWEST_CHANNELS: usize = 32;

/// Whether a convolution can be done with fewer multiplications, and gains by it.
pub fn pays(kernel: [usize; 2], stride: usize, [c_in, c_out]: [usize; 2]) -> bool {
    kernel == [3, 3] && stride == 1 && c_in.min(c_out) >= FEWEST_CHANNELS
}

/// Transformed weights: for each of the 16 places and each block of output channels `[c_in][channel of the block]`, the
/// last block filled up with zeros.
#[derive(Debug, Clone)]
pub struct Filters {
    values: Aligned,
    blocks: Vec<Block>,
    /// Floats of a place.
    plane: usize,
    c_in: usize,
    c_out: usize,
}

impl Filters {
    /// Transforms weights `[3, 3, c_in, c_out]`.
    pub fn of(isa: Isa, [c_in, c_out]: [usize; 2], weight: &[f32]) -> Self {
        assert_eq!(weight.len(), 9 * c_in * c_out, "weights of another shape");
        let blocks = blocks(c_out, isa.lanes());
        let vectors: usize = blocks.iter().map(|b| b.vectors).sum();
        let plane = vectors * isa.lanes() * c_in;
        let mut values = Aligned::zeros(PLACES * plane);
        let to = Shared(values.as_mut_ptr());
        (0..blocks.len()).into_par_iter().for_each(|n| {
            let to = &to;
            isa.run(Transform {
                weight,
                channels: [c_in, c_out],
                n,
                block: blocks[n],
                plane,
                to: to.0,
            });
        });
        Self {
            values,
            blocks,
            plane,
            c_in,
            c_out,
        }
    }

    /// Floats of a square at one place of the products.
    fn width(&self) -> usize {
        self.plane / self.c_in
    }
}

/// `G g G'` of the weights of a block.
struct Transform<'a> {
    weight: &'a [f32],
    channels: [usize; 2],
    n: usize,
    block: Block,
    plane: usize,
    to: *mut f32,
}

impl Job for Transform<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let ([c_in, c_out], block) = (self.channels, self.block);
        let width = block.vectors * L::N;
        for i in 0..c_in {
            for v in 0..block.vectors {
                let count = block.channels - v * L::N;
                let at = self.n * 2 * L::N * c_in + i * width + v * L::N;
                let from = i * c_out + block.start + v * L::N;
                // SAFETY: reads `count` channels of a pixel of the weights, and writes a vector of a block.
                unsafe {
                    let mut taps = [[L::splat(0.0); 3]; 3];
                    for (tap, value) in taps.as_flattened_mut().iter_mut().enumerate() {
                        *value = L::load_first(
                            self.weight.as_ptr().add(tap * c_in * c_out + from),
                            count,
                        );
                    }
                    let mut columns = [[L::splat(0.0); SIDE]; 3];
                    for (x, column) in columns.iter_mut().enumerate() {
                        *column = spread_weights([taps[0][x], taps[1][x], taps[2][x]]);
                    }
                    for y in 0..SIDE {
                        let row = spread_weights([columns[0][y], columns[1][y], columns[2][y]]);
                        for (x, value) in row.iter().enumerate() {
                            value.store(self.to.add((y * SIDE + x) * self.plane + at));
                        }
                    }
                }
            }
        }
    }
}

/// `G` of three weights: 1 0 0, 1/2 1/2 1/2, 1/2 -1/2 1/2, 0 0 1.
#[inline(always)]
unsafe fn spread_weights<L: Lanes>([a, b, c]: [L; 3]) -> [L; SIDE] {
    // SAFETY: the caller vouches for the processor.
    unsafe {
        let half = L::splat(0.5);
        let (outer, inner) = (a.add(c).mul(half), b.mul(half));
        [a, outer.add(inner), outer.sub(inner), c]
    }
}

/// `B'` of four pixels: 1 0 -1 0, 0 1 1 0, 0 -1 1 0, 0 1 0 -1.
#[inline(always)]
unsafe fn spread_pixels<L: Lanes>([a, b, c, d]: [L; SIDE]) -> [L; SIDE] {
    // SAFETY: the caller vouches for the processor.
    unsafe { [a.sub(c), b.add(c), c.sub(b), b.sub(d)] }
}

/// `A'` of four products: 1 1 1 0, 0 1 -1 -1.
#[inline(always)]
unsafe fn gather<L: Lanes>([a, b, c, d]: [L; SIDE]) -> [L; STEP] {
    // SAFETY: the caller vouches for the processor.
    unsafe { [a.add(b).add(c), b.sub(c).sub(d)] }
}

/// Where all threads write, each in places of its own.
struct Shared(*mut f32);

// SAFETY: no two threads write the same place, and none reads one: a square of results belongs to one piece, and the
// weights of a block to one transform.
unsafe impl Sync for Shared {}

thread_local! {
    /// The squares and products that a thread works on, kept from piece to piece.
    static SCRATCH: Cell<Aligned> = Cell::default();
}

/// Walks over the source and writes the results, `[rows][columns][c_out]`.
pub fn run_walk(
    isa: Isa,
    walk: &Walk,
    source: &[f32],
    filters: &Filters,
    finish: Finish,
) -> Vec<f32> {
    let c_out = filters.c_out;
    let len = walk.rows() * walk.output[1] * c_out;
    assert_eq!(
        source.len(),
        walk.batch * walk.source[0] * walk.source[1] * walk.channels,
        "another shape"
    );
    assert!(
        finish.bias.is_none_or(|b| b.len() == c_out),
        "a bias of another shape"
    );
    assert!(
        finish.residual.is_none_or(|r| r.len() == len),
        "a residual of another shape"
    );
    if len == 0 {
        return Vec::new();
    }
    let mut out = unwritten(len);
    let squares = walk.output.map(|n| n.div_ceil(STEP));
    let count = walk.batch * squares[0] * squares[1];
    let at_once = squares_at_once(walk.channels, filters.width());
    let pieces = count
        .div_ceil(at_once)
        .next_multiple_of(rayon::current_num_threads());
    let to = Shared(out.as_mut_ptr().cast());
    (0..pieces).into_par_iter().for_each(|n| {
        let to = &to;
        let range = count * n / pieces..count * (n + 1) / pieces;
        isa.run(Piece {
            walk,
            source,
            filters,
            finish,
            squares,
            range,
            out: to.0,
        });
    });
    // SAFETY: the squares cover all pixels, and each piece writes all channels of its own.
    unsafe { written(out) }
}

/// Squares whose transforms and products stay in the second cache, as many as whole tiles hold.
fn squares_at_once(c_in: usize, c_out: usize) -> usize {
    const CACHED_FLOATS: usize = 128 * 1024;
    (CACHED_FLOATS / PLACES / (c_in + c_out)).clamp(24, 96) / 12 * 12
}

/// Some squares, counted over all images.
struct Piece<'a> {
    walk: &'a Walk,
    source: &'a [f32],
    filters: &'a Filters,
    finish: Finish<'a>,
    /// Squares down and across an image.
    squares: [usize; 2],
    range: Range<usize>,
    out: *mut f32,
}

impl Job for Piece<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let count = self.range.len();
        let (in_step, out_step) = (
            count * self.filters.c_in + APART,
            count * self.filters.width() + APART,
        );
        let outside = vec![0.0; self.filters.c_in];
        let mut scratch = SCRATCH.take();
        scratch.grow(PLACES * (in_step + out_step));
        let (transformed, products) = scratch.split_at_mut(PLACES * in_step);
        // SAFETY: the places lie in order, each with room for all squares; every one is written before it is read.
        unsafe {
            for (n, square) in self.range.clone().enumerate() {
                let to = transformed.as_mut_ptr().add(n * self.filters.c_in);
                self.transform::<L>(square, &outside, to, in_step);
            }
            for place in 0..PLACES {
                let from = transformed.as_ptr().add(place * in_step);
                self.multiply::<L>(
                    place,
                    from,
                    count,
                    products.as_mut_ptr().add(place * out_step),
                );
            }
            for (n, square) in self.range.clone().enumerate() {
                self.finish::<L>(
                    square,
                    products.as_ptr().add(n * self.filters.width()),
                    out_step,
                );
            }
        }
        SCRATCH.set(scratch);
    }
}

impl Piece<'_> {
    /// Image, row and column of the first result of a square.
    fn place(&self, square: usize) -> [usize; 3] {
        let [down, across] = self.squares;
        [
            square / (down * across),
            square / across % down * STEP,
            square % across * STEP,
        ]
    }

    /// `B' d B` of the pixels under a square.
    #[inline(always)]
    unsafe fn transform<L: Lanes>(
        &self,
        square: usize,
        outside: &[f32],
        to: *mut f32,
        step: usize,
    ) {
        let Walk {
            source: [h, w],
            channels,
            before,
            ..
        } = *self.walk;
        let [image, row, column] = self.place(square);
        let (top, left) = (row as isize - before[0], column as isize - before[1]);
        let inside = |at: isize, n: usize| at >= 0 && at as usize + SIDE <= n;
        let all_inside = inside(top, h) && inside(left, w);
        let mut pixels = [[outside.as_ptr(); SIDE]; SIDE];
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
        for c in (0..channels).step_by(L::N) {
            let count = channels - c;
            // SAFETY: every pixel has `channels` values, and the caller vouches for the place of the result.
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
                    *column = spread_pixels(values);
                }
                for y in 0..SIDE {
                    let values =
                        spread_pixels([columns[0][y], columns[1][y], columns[2][y], columns[3][y]]);
                    for (x, value) in values.iter().enumerate() {
                        let to = to.add((y * SIDE + x) * step + c);
                        if count >= L::N {
                            value.store(to)
                        } else {
                            value.store_first(to, count)
                        }
                    }
                }
            }
        }
    }

    /// The products of all squares with the weights of one place.
    #[inline(always)]
    unsafe fn multiply<L: Lanes>(
        &self,
        place: usize,
        from: *const f32,
        count: usize,
        to: *mut f32,
    ) {
        let (c_in, width) = (self.filters.c_in, self.filters.width());
        let tile = width_for(count, L::TILE);
        for (n, block) in self.filters.blocks.iter().enumerate() {
            let weights =
                self.filters.values[place * self.filters.plane + n * 2 * L::N * c_in..].as_ptr();
            let mut square = 0;
            while square < count {
                // The last tile reaches back over squares that are written already, with the same values.
                let at = square.min(count - tile);
                let operands = Operands {
                    a: &raw const from,
                    a_every: 0,
                    a_shift: at * c_in,
                    a_lane: c_in,
                    a_next: 1,
                    b: &raw const weights,
                    b_every: 0,
                    b_shift: 0,
                    b_next: block.vectors * L::N,
                    rows: 1,
                    steps: c_in,
                };
                // SAFETY: the squares and the block's weights are `c_in` long, and the caller vouches for the results.
                unsafe {
                    let to = to.add(at * width + block.start);
                    with_tile!(
                        tile,
                        block.vectors,
                        multiply_tile::<L>(&operands, to, width)
                    );
                }
                square += tile;
            }
        }
    }

    /// `A' m A` of a square's products, and what follows the convolution.
    #[inline(always)]
    unsafe fn finish<L: Lanes>(&self, square: usize, from: *const f32, step: usize) {
        let [image, row, column] = self.place(square);
        let ([h, w], c_out) = (self.walk.output, self.filters.c_out);
        for c in (0..c_out).step_by(L::N) {
            let count = c_out - c;
            // SAFETY: the caller vouches for the products; results lie in the image.
            unsafe {
                let mut columns = [[L::splat(0.0); STEP]; SIDE];
                for (x, column) in columns.iter_mut().enumerate() {
                    let mut values = [L::splat(0.0); SIDE];
                    for (y, value) in values.iter_mut().enumerate() {
                        *value = L::load(from.add((y * SIDE + x) * step + c));
                    }
                    *column = gather(values);
                }
                let bias = self.finish.bias(c, count);
                for y in 0..STEP.min(h - row) {
                    let values =
                        gather([columns[0][y], columns[1][y], columns[2][y], columns[3][y]]);
                    for (x, value) in values.iter().enumerate().take(w - column) {
                        let at = ((image * h + row + y) * w + column + x) * c_out + c;
                        self.finish.write(value.add(bias), self.out, at, count);
                    }
                }
            }
        }
    }
}

/// Sums a tile up and writes it.
#[inline(always)]
unsafe fn multiply_tile<L: Lanes, const P: usize, const V: usize>(
    o: &Operands,
    to: *mut f32,
    width: usize,
) {
    // SAFETY: the caller vouches for the operands and for the place of the results.
    unsafe {
        let mut sums = [[L::splat(0.0); V]; P];
        accumulate::<L, P, V, 1>(o, 0, &mut sums);
        for (p, sums) in sums.into_iter().enumerate() {
            for (v, sum) in sums.into_iter().enumerate() {
                sum.store(to.add(p * width + v * L::N));
            }
        }
    }
}
