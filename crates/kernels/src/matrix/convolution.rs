//! Convolution forward, a tile of pixels at a time.

use super::registers::{Matrix, Tiles};
use super::{SIDE, steps_of};
use crate::conv::Piece;
use crate::lanes::{Avx512, Lanes};
use crate::pack::Block;
use crate::shape::Walk;

/// Writes the rows of a piece, whose walk is over pairs of channels.
pub fn convolve(matrix: Matrix, piece: &Piece) {
    let run = piece.walk.run();
    let width = piece.walk.output[1];
    let lanes = width.clamp(1, SIDE);
    let steps = steps_of(run);
    let mut tiles = matrix.tiles(lanes, run / steps);
    let per_row = width.div_ceil(lanes);
    let places = piece.count * per_row;
    // The last tile of a row reaches back over pixels that are written already, with the same values.
    let place = |n: usize| [n / per_row, (n % per_row * lanes).min(width - lanes)];
    for (n, block) in piece.packed.blocks.iter().enumerate() {
        let weights = piece.packed.block(n, piece.walk.kernel[0] * run, SIDE);
        let span = Span {
            piece,
            block,
            weights: weights.as_ptr(),
            lanes,
            steps,
        };
        for at in (0..places).step_by(2) {
            // SAFETY: a matrix unit comes with AVX-512; the places lie within the rows of this piece.
            unsafe {
                match (at + 1 < places, block.vectors) {
                    (true, 1) => span.write::<2, 1>(&mut tiles, [place(at), place(at + 1)]),
                    (true, _) => span.write::<2, 2>(&mut tiles, [place(at), place(at + 1)]),
                    (false, 1) => span.write::<1, 1>(&mut tiles, [place(at)]),
                    (false, _) => span.write::<1, 2>(&mut tiles, [place(at)]),
                }
            }
        }
    }
}

/// The output channels that tiles cover at a time, and how they are cut.
struct Span<'a> {
    piece: &'a Piece<'a>,
    block: &'a Block,
    weights: *const f32,
    /// Pixels of a tile.
    lanes: usize,
    /// Tiles of values under a row of the kernel.
    steps: usize,
}

impl Span<'_> {
    /// Sums up and writes `P` tiles of pixels, the first pixel `[row, column]` of each given.
    #[target_feature(enable = "avx512f")]
    unsafe fn write<const P: usize, const V: usize>(
        &self,
        tiles: &mut Tiles,
        places: [[usize; 2]; P],
    ) {
        let &Self {
            piece,
            block,
            weights,
            lanes,
            steps,
        } = self;
        let Walk {
            kernel,
            channels,
            stride,
            ..
        } = *piece.walk;
        let (run, pixel) = (piece.walk.run(), stride * channels);
        let pairs = run / steps;
        // SAFETY: the table has `kernel[0]` pointers for each row, to as many pixels as the walk needs; the weights of
        // a block are `V` vectors for each value under the kernel; the caller vouches for the results.
        unsafe {
            let factors = (0..kernel[0] * steps).map(|n| {
                let (kernel_row, first) = (n / steps, n % steps * pairs);
                let row = |[row, column]: [usize; 2]| {
                    (*piece.rows.pointers().add(row * kernel[0] + kernel_row))
                        .add(column * pixel + first)
                        .cast()
                };
                (
                    places.map(row),
                    weights.add((kernel_row * run + first) * V * SIDE).cast(),
                )
            });
            let sums = tiles.sums::<P, V>(factors, [4 * pixel, 4 * V * SIDE]);
            for v in 0..V {
                let (start, n) = (block.start + v * SIDE, block.channels - v * SIDE);
                let bias: Avx512 = piece.finish.bias(start, n);
                for ([row, column], sums) in places.iter().zip(sums.chunks_exact(2)) {
                    let to = row * piece.layout.row_step + column * piece.layout.pixel_step + start;
                    for (lane, sums) in sums[v][..lanes].iter().enumerate() {
                        let value = Avx512::load(sums.as_ptr()).add(bias);
                        piece.finish.write(
                            value,
                            piece.out,
                            to + lane * piece.layout.pixel_step,
                            n,
                        );
                    }
                }
            }
        }
    }
}
