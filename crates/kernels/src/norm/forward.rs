//! Batch normalisation, forward.

use std::mem::MaybeUninit;

use rayon::prelude::*;

use super::statistics::Statistics;
use crate::finish::Finish;
use crate::isa::Isa;
use crate::lanes::{Job, Lanes};
use crate::layout::floats_per_thread;
use crate::memory::{assume_init, uninit};
use crate::nonlinearity::Nonlinearity;

/// The result of [`norm_forward`].
#[derive(Debug, Clone)]
pub struct Normalised {
    /// The output, of the input's shape.
    pub output: Vec<f32>,
    /// The statistics of the batch.
    pub statistics: Statistics,
}

/// The learned parameters of a batch norm, and its constant.
#[derive(Debug, Clone, Copy)]
pub struct Scale<'a> {
    /// Factor of the normalised value, `[C]`.
    pub gamma: &'a [f32],
    /// Added to the product, `[C]`.
    pub beta: &'a [f32],
    /// Added to the variance before the square root.
    pub epsilon: f32,
}

/// `nonlinearity((x - mean) / sqrt(variance + epsilon) * gamma + beta + residual)` of `[pixels, C]` with the statistics of
/// the batch. The bias of `finish` is not used.
///
/// ```
/// use myops_kernels::{Finish, Isa, Scale, norm_forward};
///
/// // Four pixels of one channel.
/// let scale = Scale { gamma: &[1.0], beta: &[0.5], epsilon: 0.0 };
/// let normalised = norm_forward(Isa::best(), &[1.0, 1.0, 3.0, 3.0], scale, Finish::default());
/// assert_eq!(normalised.statistics.mean, [2.0]);
/// assert_eq!(normalised.output, [-0.5, -0.5, 1.5, 1.5]);
/// ```
///
/// # Panics
/// If `x` does not consist of whole pixels, or another slice has another shape.
pub fn norm_forward(isa: Isa, x: &[f32], scale: Scale, finish: Finish) -> Normalised {
    let statistics = Statistics::of(isa, x, scale.gamma.len());
    let output = norm_fixed(isa, x, scale, &statistics, finish);
    Normalised { output, statistics }
}

/// [`norm_forward`] with given statistics.
///
/// # Panics
/// If a slice has another shape.
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
    let c = gamma.len();
    assert_eq!(
        [beta.len(), statistics.mean.len(), statistics.variance.len()],
        [c; 3],
        "a scale or statistics of other channels"
    );
    assert!(
        x.len().is_multiple_of(c),
        "{} values of {c} channels",
        x.len()
    );
    let inverse = statistics.inverse_deviation(epsilon);
    let factor: Vec<f32> = gamma.iter().zip(&inverse).map(|(g, i)| g * i).collect();
    let shift: Vec<f32> = beta
        .iter()
        .zip(&statistics.mean)
        .zip(&factor)
        .map(|((b, m), f)| b - m * f)
        .collect();
    assert!(
        finish.residual.is_none_or(|r| r.len() == x.len()),
        "a residual of another shape"
    );
    let mut out = uninit(x.len());
    let task = floats_per_thread(x.len(), c);
    out.par_chunks_mut(task).enumerate().for_each(|(n, out)| {
        let range = n * task..n * task + out.len();
        isa.run(ScaleForward {
            x: &x[range.clone()],
            factor: &factor,
            shift: &shift,
            residual: finish.residual.map(|r| &r[range]),
            nonlinearity: finish.nonlinearity,
            out,
        });
    });
    // SAFETY: the tasks cover the buffer, and each writes all of its part.
    unsafe { assume_init(out) }
}

/// `nonlinearity(x * factor + shift + residual)` of some pixels.
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
                // SAFETY: `n` channels of a pixel are read and written; all slices are as long as `x`, and the constants
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
