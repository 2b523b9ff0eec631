//! The direct algorithm on the matrix unit: the rows of a tile are output pixels, its columns output channels.

use super::output_rows::OutputRows;
use crate::amx::{MatrixUnit, SIDE, Tiles, equal_steps};
use crate::lanes::{Avx512, Lanes};
use crate::layout::{Block, Window};

/// Computes and writes some rows, whose window is over pairs of channels.
pub fn write(unit: MatrixUnit, rows: &OutputRows) {
    let row_len = rows.window.row_len();
    let width = rows.window.output[1];
    let height = width.clamp(1, SIDE);
    let steps = equal_steps(row_len);
    let mut tiles = unit.tiles(height, row_len / steps);
    let per_row = width.div_ceil(height);
    let places = rows.count * per_row;
    // The last tile of a row overlaps the one before and writes the same values to the same pixels.
    let place = |n: usize| [n / per_row, (n % per_row * height).min(width - height)];
    for (n, block) in rows.packed.blocks.iter().enumerate() {
        let weights = rows.packed.block(n, rows.window.kernel[0] * row_len, SIDE);
        let block = BlockTiles {
            rows,
            block,
            weights: weights.as_ptr(),
            height,
            steps,
        };
        for at in (0..places).step_by(2) {
            // SAFETY: `MatrixUnit` exists only with AVX-512F; the places lie within these rows.
            unsafe {
                match (at + 1 < places, block.block.vectors) {
                    (true, 1) => block.write::<2, 1>(&mut tiles, [place(at), place(at + 1)]),
                    (true, _) => block.write::<2, 2>(&mut tiles, [place(at), place(at + 1)]),
                    (false, 1) => block.write::<1, 1>(&mut tiles, [place(at)]),
                    (false, _) => block.write::<1, 2>(&mut tiles, [place(at)]),
                }
            }
        }
    }
}

/// The tiles of a block of output channels.
struct BlockTiles<'a> {
    rows: &'a OutputRows<'a>,
    block: &'a Block,
    weights: *const f32,
    /// Pixels of a tile.
    height: usize,
    /// Tiles that the values under a row of the kernel are divided into.
    steps: usize,
}

impl BlockTiles<'_> {
    /// Computes and writes `P` tiles of pixels by `V` tiles of channels, from the first pixel `[row, column]` of each.
    ///
    /// # Safety
    /// The processor has AVX-512F, the tiles are configured for `height` rows, and all pixels lie within the output rows.
    #[target_feature(enable = "avx512f")]
    unsafe fn write<const P: usize, const V: usize>(
        &self,
        tiles: &mut Tiles,
        places: [[usize; 2]; P],
    ) {
        let &Self {
            rows,
            block,
            weights,
            height,
            steps,
        } = self;
        let Window {
            kernel,
            channels,
            stride,
            ..
        } = *rows.window;
        let (row_len, pixel) = (rows.window.row_len(), stride * channels);
        let pairs = row_len / steps;
        // SAFETY: the table has `kernel[0]` pointers for each row, to as many pixels as the window covers; the weights of
        // a block are `V` vectors for each value under the kernel; the caller guarantees the place of the results.
        unsafe {
            let factors = (0..kernel[0] * steps).map(|n| {
                let (kernel_row, first) = (n / steps, n % steps * pairs);
                let source = |[row, column]: [usize; 2]| {
                    (*rows.rows.pointers().add(row * kernel[0] + kernel_row))
                        .add(column * pixel + first)
                        .cast()
                };
                (
                    places.map(source),
                    weights
                        .add((kernel_row * row_len + first) * V * SIDE)
                        .cast(),
                )
            });
            let sums = tiles.sums::<P, V>(factors, [4 * pixel, 4 * V * SIDE]);
            for v in 0..V {
                let (start, n) = (block.start + v * SIDE, block.channels - v * SIDE);
                let bias: Avx512 = rows.finish.bias(start, n);
                for ([row, column], sums) in places.iter().zip(sums.chunks_exact(2)) {
                    let to = row * rows.steps.row + column * rows.steps.pixel + start;
                    for (pixel, sums) in sums[v][..height].iter().enumerate() {
                        let value = Avx512::load(sums.as_ptr()).add(bias);
                        let at = to + pixel * rows.steps.pixel;
                        rows.finish.write(value, rows.out, at, n);
                    }
                }
            }
        }
    }
}
