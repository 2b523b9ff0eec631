//! Batch normalisation with an addition and a ReLU in the same pass (Ioffe & Szegedy, ICML 2015).

use std::mem::MaybeUninit;
use std::ops::Range;

use rayon::prelude::*;

use super::buffer::{unwritten, written};
use super::conv::Finish;
use super::lanes::{Isa, Job, Lanes};
use super::nonlinearity::Nonlinearity;

/// Floats that are summed in single precision before they are added to the total in double.
const BLOCK_FLOATS: usize = 8 * 1024;

/// Mean and biased variance of each channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// `[C]`.
    pub mean: Vec<f32>,
    /// `[C]`.
    pub variance: Vec<f32>,
}

/// What [`norm_forward`] gives.
#[derive(Debug, Clone)]
pub struct Normalised {
    /// Of the input's shape.
    pub output: Vec<f32>,
    /// Of the batch.
    pub statistics: Statistics,
}

/// What [`norm_backward`] gives.
#[derive(Debug, Clone)]
pub struct NormGradients {
    /// Of the input's shape.
    pub input: Vec<f32>,
    /// `[C]`.
    pub gamma: Vec<f32>,
    /// `[C]`.
    pub beta: Vec<f32>,
    /// Of the input's shape, where there was a residual.
    pub residual: Option<Vec<f32>>,
}

/// The learned constants of a batch norm.
#[derive(Debug, Clone, Copy)]
pub struct Scale<'a> {
    /// What the normalised value is multiplied by, `[C]`.
    pub gamma: &'a [f32],
    /// What is added to the product, `[C]`.
    pub beta: &'a [f32],
    /// Added to the variance before its root is taken.
    pub epsilon: f32,
}

/// `nonlinearity((x - mean) / sqrt(variance + epsilon) * gamma + beta + residual)` with the statistics of the batch; the
/// bias of `finish` is not used.
///
/// # Panics
/// Where slices are not of one shape.
pub fn norm_forward(isa: Isa, x: &[f32], scale: Scale, finish: Finish) -> Normalised {
    let statistics = statistics(isa, x, scale.gamma.len());
    let output = norm_fixed(isa, x, scale, &statistics, finish);
    Normalised { output, statistics }
}

/// The same with statistics that are given.
///
/// # Panics
/// Where slices are not of one shape.
pub fn norm_fixed(
    isa: Isa,
    x: &[f32],
    scale: Scale,
    statistics: &Statistics,
    finish: Finish,
) -> Vec<f32> {
    let Scale {
        gamma,
        beta,
        epsilon,
    } = scale;
    let Finish {
        residual,
        nonlinearity,
        ..
    } = finish;
    let inverse = inverse_deviation(statistics, epsilon);
    let factor: Vec<f32> = gamma.iter().zip(&inverse).map(|(g, i)| g * i).collect();
    let shift: Vec<f32> = beta
        .iter()
        .zip(&statistics.mean)
        .zip(&factor)
        .map(|((b, m), f)| b - m * f)
        .collect();
    assert_eq!(beta.len(), gamma.len(), "a scale of another shape");
    assert!(
        residual.is_none_or(|r| r.len() == x.len()),
        "a residual of another shape"
    );
    by_pixels(x.len(), gamma.len(), |start, out| {
        let x = &x[start..start + out.len()];
        let residual = residual.map(|r| &r[start..start + out.len()]);
        isa.run(ScaleForward {
            x,
            factor: &factor,
            shift: &shift,
            residual,
            nonlinearity,
            out,
        });
    })
}

/// Whether a residual was added whose gradient is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResidualGradient {
    /// It is wanted.
    Wanted,
    /// There was no residual, or nobody asks for its gradient.
    Unwanted,
}

/// What [`norm_forward`] saw, for its gradients.
#[derive(Debug, Clone, Copy)]
pub struct NormBackward<'a> {
    /// The input.
    pub x: &'a [f32],
    /// The output, where a ReLU made it.
    pub output: Option<&'a [f32]>,
    /// The scale.
    pub gamma: &'a [f32],
    /// The statistics of the batch.
    pub statistics: &'a Statistics,
    /// As in the forward pass.
    pub epsilon: f32,
}

/// The gradients of [`norm_forward`] from that of its output.
///
/// # Panics
/// Where slices are not of one shape.
pub fn norm_backward(
    isa: Isa,
    saved: NormBackward,
    gradient: &[f32],
    residual: ResidualGradient,
) -> NormGradients {
    let with_residual = residual == ResidualGradient::Wanted;
    let NormBackward {
        x,
        output,
        gamma,
        statistics,
        epsilon,
    } = saved;
    let c = gamma.len();
    let n = (x.len() / c.max(1)) as f32;
    assert_eq!(
        [statistics.mean.len(), statistics.variance.len()],
        [c; 2],
        "statistics of other channels"
    );
    let inverse = inverse_deviation(statistics, epsilon);
    assert!(
        x.len() == gradient.len() && output.is_none_or(|o| o.len() == x.len()),
        "gradients of another shape"
    );
    let pair = PairSums {
        x,
        minus: &statistics.mean,
        gradient: Some(gradient),
        output,
    };
    let [beta, product] =
        sums(isa, pair).map(|s| s.into_iter().map(|v| v as f32).collect::<Vec<_>>());
    let gamma_gradient: Vec<f32> = product.iter().zip(&inverse).map(|(p, i)| p * i).collect();
    // The input's gradient is `factor * g + slope * x + shift`.
    let factor: Vec<f32> = gamma.iter().zip(&inverse).map(|(g, i)| g * i).collect();
    let slope: Vec<f32> = (0..c)
        .map(|k| -factor[k] * inverse[k] * gamma_gradient[k] / n)
        .collect();
    let shift: Vec<f32> = (0..c)
        .map(|k| -slope[k] * statistics.mean[k] - factor[k] * beta[k] / n)
        .collect();
    let mut residual = unwritten(if with_residual { x.len() } else { 0 });
    let mut input = unwritten(x.len());
    let piece = piece_len(x.len(), c);
    let work = |start: usize,
                input: &mut [MaybeUninit<f32>],
                residual: Option<&mut [MaybeUninit<f32>]>| {
        let range = start..start + input.len();
        isa.run(ScaleBackward {
            gradient: &gradient[range.clone()],
            output: output.map(|o| &o[range.clone()]),
            x: &x[range],
            constants: [&factor, &slope, &shift],
            input,
            residual,
        });
    };
    if with_residual {
        let pieces = input
            .par_chunks_mut(piece)
            .zip(residual.par_chunks_mut(piece))
            .enumerate();
        pieces.for_each(|(p, (input, residual))| work(p * piece, input, Some(residual)));
    } else {
        input
            .par_chunks_mut(piece)
            .enumerate()
            .for_each(|(p, input)| work(p * piece, input, None));
    }
    // SAFETY: the pieces cover both, and each is written whole.
    let (input, residual) = unsafe { (written(input), with_residual.then(|| written(residual))) };
    NormGradients {
        input,
        gamma: gamma_gradient,
        beta,
        residual,
    }
}

fn inverse_deviation(statistics: &Statistics, epsilon: f32) -> Vec<f32> {
    statistics
        .variance
        .iter()
        .map(|v| 1.0 / (v + epsilon).sqrt())
        .collect()
}

/// Floats of a piece of pixels: as many pieces as threads, each of whole pixels.
fn piece_len(len: usize, channels: usize) -> usize {
    let pixels = len / channels.max(1);
    pixels.div_ceil(rayon::current_num_threads().max(1)).max(1) * channels.max(1)
}

/// A buffer whose pieces `fill` writes, each from the float that it starts at.
pub fn by_pixels(
    len: usize,
    channels: usize,
    fill: impl Fn(usize, &mut [MaybeUninit<f32>]) + Sync,
) -> Vec<f32> {
    let mut out = unwritten(len);
    let piece = piece_len(len, channels);
    out.par_chunks_mut(piece)
        .enumerate()
        .for_each(|(n, out)| fill(n * piece, out));
    // SAFETY: the pieces cover the buffer; the callers in this folder fill each of them whole.
    unsafe { written(out) }
}

/// The sum of each channel over all pixels.
pub fn column_sums(isa: Isa, x: &[f32], channels: usize) -> Vec<f32> {
    let zeros = vec![0.0; channels];
    let [sum, _] = sums(
        isa,
        PairSums {
            x,
            minus: &zeros,
            gradient: None,
            output: None,
        },
    );
    sum.into_iter().map(|s| s as f32).collect()
}

/// Mean and variance of each channel, from sums of differences to the first pixel, which lies near enough.
fn statistics(isa: Isa, x: &[f32], channels: usize) -> Statistics {
    let zeros = vec![0.0; channels];
    let minus = x.get(..channels).unwrap_or(&zeros);
    let n = (x.len() / channels).max(1) as f64;
    let [sum, square] = sums(
        isa,
        PairSums {
            x,
            minus,
            gradient: None,
            output: None,
        },
    );
    let mean = sum
        .iter()
        .zip(minus)
        .map(|(s, k)| (s / n + f64::from(*k)) as f32)
        .collect();
    let variance = sum
        .iter()
        .zip(&square)
        .map(|(s, q)| ((q / n - (s / n).powi(2)).max(0.0)) as f32)
        .collect();
    Statistics { mean, variance }
}

/// The pair's sums over all pixels, added up over the threads' pieces in their order.
fn sums(isa: Isa, all: PairSums) -> [Vec<f64>; 2] {
    let channels = all.minus.len();
    assert!(
        all.x.len().is_multiple_of(channels),
        "{} values of {channels} channels",
        all.x.len()
    );
    let piece = piece_len(all.x.len(), channels);
    let starts: Vec<usize> = (0..all.x.len()).step_by(piece).collect();
    let part = |start: usize| {
        let range = start..all.x.len().min(start + piece);
        PairSums {
            x: &all.x[range.clone()],
            gradient: all.gradient.map(|g| &g[range.clone()]),
            output: all.output.map(|o| &o[range.clone()]),
            ..all
        }
    };
    let pieces: Vec<[Vec<f64>; 2]> = starts
        .into_par_iter()
        .map(|start| isa.run(part(start)))
        .collect();
    let mut total = [vec![0.0; channels], vec![0.0; channels]];
    for piece in pieces {
        for (total, piece) in total.iter_mut().zip(piece) {
            total.iter_mut().zip(piece).for_each(|(t, p)| *t += p);
        }
    }
    total
}

/// Two sums a channel: of `d` and `d * d` where `d = x - minus`; or, with a gradient `g`, of `g` and `g * d`, where
/// `g` counts only where the output is above 0.
#[derive(Clone, Copy)]
struct PairSums<'a> {
    x: &'a [f32],
    minus: &'a [f32],
    gradient: Option<&'a [f32]>,
    output: Option<&'a [f32]>,
}

impl Job for PairSums<'_> {
    type Output = [Vec<f64>; 2];

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) -> Self::Output {
        let c = self.minus.len();
        let block = (BLOCK_FLOATS / c).max(1) * c;
        let mut totals = [vec![0.0; c], vec![0.0; c]];
        for start in (0..self.x.len()).step_by(block) {
            let end = self.x.len().min(start + block);
            for channel in (0..c).step_by(L::N) {
                let n = (c - channel).min(L::N);
                // SAFETY: every pixel has `c` channels, of which `n` from `channel` on are read; all slices are as
                // long as `x`.
                let pair = unsafe { self.block::<L>(start + channel..end, channel, n) };
                for (total, sums) in totals.iter_mut().zip(pair) {
                    let mut lanes = [0.0; 16];
                    // SAFETY: `n` of at most sixteen lanes.
                    unsafe { sums.store_first(lanes.as_mut_ptr(), n) };
                    total[channel..channel + n]
                        .iter_mut()
                        .zip(lanes)
                        .for_each(|(t, s)| *t += f64::from(s));
                }
            }
        }
        totals
    }
}

impl PairSums<'_> {
    #[inline(always)]
    unsafe fn block<L: Lanes>(&self, floats: Range<usize>, channel: usize, n: usize) -> [L; 2] {
        let c = self.minus.len();
        // SAFETY: the caller vouches for `n` channels of every pixel.
        unsafe {
            let minus = L::load_first(self.minus.as_ptr().add(channel), n);
            let mut sums = [L::splat(0.0); 2];
            let load = |from: &[f32], at: usize| L::load_first(from.as_ptr().add(at), n);
            for at in floats.step_by(c) {
                let d = load(self.x, at).sub(minus);
                let first = match (self.gradient, self.output) {
                    (None, _) => d,
                    (Some(g), None) => load(g, at),
                    (Some(g), Some(o)) => load(g, at).where_positive(load(o, at)),
                };
                sums = [sums[0].add(first), first.mul_add(d, sums[1])];
            }
            sums
        }
    }
}

/// `nonlinearity(x * factor + shift + residual)`.
struct ScaleForward<'a> {
    x: &'a [f32],
    factor: &'a [f32],
    shift: &'a [f32],
    residual: Option<&'a [f32]>,
    nonlinearity: Nonlinearity,
    out: &'a mut [MaybeUninit<f32>],
}

impl Job for ScaleForward<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let c = self.factor.len();
        let out = self.out.as_mut_ptr().cast::<f32>();
        for pixel in (0..self.x.len()).step_by(c) {
            for channel in (0..c).step_by(L::N) {
                let (at, n) = (pixel + channel, (c - channel).min(L::N));
                // SAFETY: `n` channels of a pixel are read and written; all slices are as long as `x`, the constants
                // as long as a pixel.
                unsafe {
                    let factor = L::load_first(self.factor.as_ptr().add(channel), n);
                    let shift = L::load_first(self.shift.as_ptr().add(channel), n);
                    let mut y = L::load_first(self.x.as_ptr().add(at), n).mul_add(factor, shift);
                    if let Some(residual) = self.residual {
                        y = y.add(L::load_first(residual.as_ptr().add(at), n));
                    }
                    self.nonlinearity.apply(y).store_first(out.add(at), n);
                }
            }
        }
    }
}

/// `factor * g + slope * x + shift`, where `g` is the gradient before the ReLU, which is the residual's gradient.
struct ScaleBackward<'a> {
    gradient: &'a [f32],
    output: Option<&'a [f32]>,
    x: &'a [f32],
    constants: [&'a [f32]; 3],
    input: &'a mut [MaybeUninit<f32>],
    residual: Option<&'a mut [MaybeUninit<f32>]>,
}

impl Job for ScaleBackward<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let c = self.constants[0].len();
        let input = self.input.as_mut_ptr().cast::<f32>();
        let residual = self.residual.map(|r| r.as_mut_ptr().cast::<f32>());
        for pixel in (0..self.x.len()).step_by(c) {
            for channel in (0..c).step_by(L::N) {
                let (at, n) = (pixel + channel, (c - channel).min(L::N));
                // SAFETY: `n` channels of a pixel are read and written; all slices are as long as `x`, the constants
                // as long as a pixel.
                unsafe {
                    let [factor, slope, shift] = self
                        .constants
                        .map(|constant| L::load_first(constant.as_ptr().add(channel), n));
                    let mut g = L::load_first(self.gradient.as_ptr().add(at), n);
                    if let Some(output) = self.output {
                        g = g.where_positive(L::load_first(output.as_ptr().add(at), n));
                    }
                    if let Some(residual) = residual {
                        g.store_first(residual.add(at), n);
                    }
                    let x = L::load_first(self.x.as_ptr().add(at), n);
                    g.mul_add(factor, x.mul_add(slope, shift))
                        .store_first(input.add(at), n);
                }
            }
        }
    }
}
