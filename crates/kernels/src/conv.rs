//! Convolution forward, and what may follow it in the same pass.

use std::mem::MaybeUninit;
use std::ops::Range;

use rayon::prelude::*;

use super::buffer::{unwritten, written};
use super::lanes::{Isa, Job, Lanes};
use super::matrix;
use super::nonlinearity::Nonlinearity;
use super::pack::{Block, Packed};
use super::rows::Rows;
use super::shape::{ConvShape, Walk};
use super::tile::{Operands, accumulate, width_for, with_tile};
use super::winograd::{self, Filters};

/// What follows a convolution before its result is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Finish<'a> {
    /// Added to every pixel, `[c_out]`.
    pub bias: Option<&'a [f32]>,
    /// Added to the result, of its shape.
    pub residual: Option<&'a [f32]>,
    /// Applied to the sum of all.
    pub nonlinearity: Nonlinearity,
}

impl Finish<'_> {
    /// The bias of the first `count` channels from `channel` on.
    ///
    /// # Safety
    /// The bias has so many.
    #[inline(always)]
    pub(super) unsafe fn bias<L: Lanes>(&self, channel: usize, count: usize) -> L {
        // SAFETY: the caller vouches for the channels.
        unsafe {
            match self.bias {
                Some(bias) => L::load_first(bias.as_ptr().add(channel), count),
                None => L::splat(0.0),
            }
        }
    }

    /// Writes the first `count` sums of a vector, biased already, to `out[at..]`, with what else follows.
    ///
    /// # Safety
    /// So many floats from `at` on can be read of the residual and written to `out`.
    #[inline(always)]
    pub(super) unsafe fn write<L: Lanes>(
        &self,
        mut value: L,
        out: *mut f32,
        at: usize,
        count: usize,
    ) {
        // SAFETY: the caller vouches for the floats.
        unsafe {
            if let Some(residual) = self.residual {
                value = value.add(L::load_first(residual.as_ptr().add(at), count));
            }
            value = self.nonlinearity.apply(value);
            if count >= L::N {
                value.store(out.add(at))
            } else {
                value.store_first(out.add(at), count)
            }
        }
    }
}

/// The cross-correlation of `input` with `weight`.
///
/// # Panics
/// Where a slice is not as long as the shape says.
pub fn convolve(
    isa: Isa,
    shape: &ConvShape,
    input: &[f32],
    weight: &[f32],
    finish: Finish,
) -> Vec<f32> {
    Kernel::of(isa, shape.kernel, shape.stride, shape.channels, weight).run(
        isa,
        &shape.walk(),
        input,
        finish,
    )
}

/// Weights in the order in which a convolution reads them.
#[derive(Debug, Clone)]
pub enum Kernel {
    /// As they are.
    Packed(Packed),
    /// Transformed, for fewer multiplications.
    Winograd(Filters),
}

impl Kernel {
    /// Packs weights `[kh, kw, c_in, c_out]`.
    pub fn of(
        isa: Isa,
        kernel: [usize; 2],
        stride: usize,
        channels: [usize; 2],
        weight: &[f32],
    ) -> Self {
        let ([kh, kw], [c_in, c_out]) = (kernel, channels);
        // Transformed squares are sums of pixels, which bf16 would round.
        if winograd::pays(kernel, stride, channels) && !isa.is_bf16() {
            Self::Winograd(Filters::of(isa, channels, weight))
        } else {
            Self::Packed(Packed::of(isa, [kh * kw, c_in, c_out], weight))
        }
    }

    /// Packs weights `[kh, kw, c_in, c_out]` turned round, input and output channels in each other's place: those of
    /// the convolution that carries gradients back.
    pub fn turned(
        isa: Isa,
        kernel: [usize; 2],
        stride: usize,
        channels: [usize; 2],
        weight: &[f32],
    ) -> Self {
        let [c_in, c_out] = channels;
        Self::of(
            isa,
            kernel,
            stride,
            [c_out, c_in],
            &turned(weight, channels),
        )
    }

    /// Walks over the source and writes the results, `[rows][columns][c_out]`.
    pub fn run(&self, isa: Isa, walk: &Walk, source: &[f32], finish: Finish) -> Vec<f32> {
        match self {
            Self::Packed(packed) => run_walk(isa, walk, source, packed, finish),
            Self::Winograd(filters) => winograd::run_walk(isa, walk, source, filters, finish),
        }
    }
}

/// Walks over the source and writes the results, `[rows][columns][c_out]`.
fn run_walk(isa: Isa, walk: &Walk, source: &[f32], packed: &Packed, finish: Finish) -> Vec<f32> {
    let c_out = packed.channels();
    let row_len = walk.output[1] * c_out;
    let len = walk.rows() * row_len;
    assert!(
        finish.bias.is_none_or(|b| b.len() == c_out),
        "a bias of another shape"
    );
    assert!(
        finish.residual.is_none_or(|r| r.len() == len),
        "a residual of another shape"
    );
    let mut out = unwritten(len);
    if len == 0 {
        return Vec::new();
    }
    let at_a_time = walk.rows_at_a_time(c_out, rayon::current_num_threads());
    let layout = Layout {
        row_step: row_len,
        pixel_step: c_out,
    };
    out.par_chunks_mut(at_a_time * row_len)
        .enumerate()
        .for_each(|(n, out)| {
            let first = n * at_a_time;
            let count = out.len() / row_len;
            let (walk, rows) = laid_out(isa, walk, source, first..first + count);
            let residual = finish.residual.map(|r| &r[first * row_len..]);
            let finish = Finish { residual, ..finish };
            Piece {
                walk: &walk,
                rows: &rows,
                packed,
                finish,
                out: out.as_mut_ptr().cast(),
                count,
                layout,
            }
            .write(isa);
        });
    // SAFETY: the pieces cover all rows, and each writes all pixels and channels of its rows.
    unsafe { written(out) }
}

/// What the results of some rows need of the source, and the walk over it: over pairs of channels where convolutions
/// multiply in bf16.
fn laid_out<'a>(isa: Isa, walk: &Walk, source: &'a [f32], rows: Range<usize>) -> (Walk, Rows<'a>) {
    if isa.is_bf16() {
        let pairs = Walk {
            channels: walk.channels.div_ceil(2),
            ..*walk
        };
        (pairs, Rows::in_pairs(isa, walk, source, rows))
    } else {
        (*walk, Rows::of(walk, source, rows))
    }
}

/// Weights `[taps][c_in][c_out]` turned round: `[taps][c_out][c_in]`, the last tap first.
fn turned(weight: &[f32], [c_in, c_out]: [usize; 2]) -> Vec<f32> {
    let taps = weight.len() / (c_in * c_out).max(1);
    let mut turned = vec![0.0; weight.len()];
    turned
        .par_chunks_exact_mut(c_in.max(1))
        .enumerate()
        .for_each(|(n, turned)| {
            let (tap, from) = (taps - 1 - n / c_out, n % c_out);
            let values = weight[tap * c_in * c_out..][from..].iter().step_by(c_out);
            turned
                .iter_mut()
                .zip(values)
                .for_each(|(to, value)| *to = *value);
        });
    turned
}

/// Where results go: steps in floats.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    pub row_step: usize,
    pub pixel_step: usize,
}

/// Some rows of results.
pub(super) struct Piece<'a> {
    pub walk: &'a Walk,
    pub rows: &'a Rows<'a>,
    pub packed: &'a Packed,
    pub finish: Finish<'a>,
    pub out: *mut f32,
    pub count: usize,
    pub layout: Layout,
}

impl Piece<'_> {
    /// Writes the rows, which there is room for.
    fn write(self, isa: Isa) {
        match isa.matrix() {
            Some(matrix) => matrix::convolve(matrix, &self),
            None => isa.run_products(self),
        }
    }
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
        // Columns of the kernel whose pixels neighbouring results share.
        let shared = if stride == 1 && matches!(kernel[1], 2 | 3) {
            kernel[1]
        } else {
            1
        };
        for (n, block) in self.packed.blocks.iter().enumerate() {
            // Two vectors for each of the columns take registers from the sums.
            let widest = if shared > 1 && block.vectors == 2 {
                L::TILE * 2 / 3
            } else {
                L::TILE
            };
            let width = width_for(output[1], widest);
            let weights = self.packed.block(n, kernel[0] * run, L::N);
            let stripe = run * block.vectors * L::N;
            let table: Vec<*const f32> = (0..kernel[0])
                .map(|k| weights[k * stripe..].as_ptr())
                .collect();
            for row in 0..self.count {
                let mut column = 0;
                while column < output[1] {
                    // The last tile reaches back over pixels that are written already, with the same values.
                    let at = column.min(output[1] - width);
                    let operands = Operands {
                        // SAFETY: the table has `kernel[0]` pointers for each row.
                        a: unsafe { self.rows.pointers().add(row * kernel[0]) },
                        a_every: 1,
                        a_shift: at * stride * channels,
                        a_lane: stride * channels,
                        a_next: 1,
                        b: table.as_ptr(),
                        b_every: 1,
                        b_shift: 0,
                        b_next: block.vectors * L::N,
                        rows: kernel[0],
                        steps: run / shared,
                    };
                    let to = row * self.layout.row_step + at * self.layout.pixel_step + block.start;
                    // SAFETY: the operands lie within the padded rows and the block's weights; the results of
                    // `width` pixels lie within the rows of this piece.
                    unsafe {
                        with_tile!(
                            width,
                            block.vectors,
                            finish_tile::<L>(&operands, shared, &self, block, to)
                        )
                    };
                    column += width;
                }
            }
        }
    }
}

/// Sums a tile up and writes it.
#[inline(always)]
unsafe fn finish_tile<L: Lanes, const P: usize, const V: usize>(
    o: &Operands,
    shared: usize,
    piece: &Piece,
    block: &Block,
    to: usize,
) {
    // SAFETY: the caller vouches for the operands and for the place of the results.
    unsafe {
        let mut sums = [[L::splat(0.0); V]; P];
        let column = o.steps * o.b_next;
        match shared {
            2 => accumulate::<L, P, V, 2>(o, column, &mut sums),
            3 => accumulate::<L, P, V, 3>(o, column, &mut sums),
            _ => accumulate::<L, P, V, 1>(o, column, &mut sums),
        }
        for v in 0..V {
            let n = block.channels - v * L::N;
            let bias = piece.finish.bias(block.start + v * L::N, n);
            for (p, sums) in sums.iter().enumerate() {
                let at = to + p * piece.layout.pixel_step + v * L::N;
                piece.finish.write(sums[v].add(bias), piece.out, at, n);
            }
        }
    }
}

/// Transposed convolution 2x2 of stride 2: `[N, H, W, c_in]` to `[N, 2 H, 2 W, c_out]`, weights `[2, 2, c_in, c_out]`.
///
/// # Panics
/// Where a slice is not as long as the shape says.
pub fn transposed_convolve(
    isa: Isa,
    dims: [usize; 4],
    input: &[f32],
    weight: &[f32],
    bias: &[f32],
) -> Vec<f32> {
    let corners = Corner::transposed(isa, [dims[3], bias.len()], weight);
    run_corners(isa, dims, input, &corners, bias, Nonlinearity::Identity)
}

/// The convolution that gives one pixel of every square of four.
#[derive(Debug, Clone)]
pub struct Corner {
    pub packed: Packed,
    pub c_in: usize,
    pub kernel: [usize; 2],
    pub before: [isize; 2],
}

impl Corner {
    /// Those of a transposed convolution 2x2 of stride 2, from weights `[2, 2, c_in, c_out]`.
    pub fn transposed(isa: Isa, [c_in, c_out]: [usize; 2], weight: &[f32]) -> [Self; 4] {
        assert_eq!(weight.len(), 4 * c_in * c_out, "weights of another shape");
        let packed = |n: usize| {
            Packed::of(
                isa,
                [1, c_in, c_out],
                &weight[n * c_in * c_out..][..c_in * c_out],
            )
        };
        [0, 1, 2, 3].map(|n| Self {
            packed: packed(n),
            c_in,
            kernel: [1, 1],
            before: [0, 0],
        })
    }
}

/// Four convolutions of `[N, H, W, c_in]`, whose results are the corners of squares: `[N, 2 H, 2 W, c_out]`.
///
/// # Panics
/// Where the image or the bias is not of the corners' channels.
pub fn run_corners(
    isa: Isa,
    [batch, h, w, c_in]: [usize; 4],
    input: &[f32],
    corners: &[Corner; 4],
    bias: &[f32],
    nonlinearity: Nonlinearity,
) -> Vec<f32> {
    let c_out = corners[0].packed.channels();
    assert_eq!(
        [c_in, c_out],
        [corners[0].c_in, bias.len()],
        "an image or a bias of other channels"
    );
    let finish = Finish {
        bias: Some(bias),
        residual: None,
        nonlinearity,
    };
    let image = [h, w];
    let still = Walk {
        batch,
        source: image,
        channels: c_in,
        kernel: [1, 1],
        stride: 1,
        before: [0, 0],
        spread: 1,
        output: image,
    };
    let walks = corners.each_ref().map(|corner| Walk {
        kernel: corner.kernel,
        before: corner.before,
        ..still
    });
    let mut out: Vec<MaybeUninit<f32>> = unwritten(4 * batch * h * w * c_out);
    if out.is_empty() {
        return Vec::new();
    }
    let at_a_time = walks[0].rows_at_a_time(4 * c_out, rayon::current_num_threads());
    let out_row = 2 * w * c_out;
    out.par_chunks_mut(at_a_time * 2 * out_row)
        .enumerate()
        .for_each(|(n, out)| {
            let count = out.len() / (2 * out_row);
            for (place, (walk, corner)) in walks.iter().zip(corners).enumerate() {
                let (walk, rows) = laid_out(isa, walk, input, n * at_a_time..n * at_a_time + count);
                let layout = Layout {
                    row_step: 2 * out_row,
                    pixel_step: 2 * c_out,
                };
                let start = place / 2 * out_row + place % 2 * c_out;
                let to = out[start..].as_mut_ptr().cast();
                Piece {
                    walk: &walk,
                    rows: &rows,
                    packed: &corner.packed,
                    finish,
                    out: to,
                    count,
                    layout,
                }
                .write(isa);
            }
        });
    // SAFETY: the four corners of every input pixel cover the output, and each piece writes all of its own.
    unsafe { written(out) }
}
