//! The gradients of batch normalisation.

use std::mem::MaybeUninit;

use rayon::prelude::*;

use super::statistics::Statistics;
use crate::isa::Isa;
use crate::lanes::{Job, Lanes};
use crate::layout::floats_per_thread;
use crate::memory::{assume_init, uninit};
use crate::reduce::ChannelSums;

/// Whether the gradient of an added residual is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResidualGradient {
    /// It is computed.
    Wanted,
    /// It is not computed: there was no residual, or its gradient is not needed.
    Unwanted,
}

/// The values of [`norm_forward`](crate::norm_forward) that its gradients depend on.
#[derive(Debug, Clone, Copy)]
pub struct NormBackward<'a> {
    /// The input, `[pixels, C]`.
    pub x: &'a [f32],
    /// The output, if the nonlinearity was a ReLU.
    pub output: Option<&'a [f32]>,
    /// The learned factor, `[C]`.
    pub gamma: &'a [f32],
    /// The statistics of the batch.
    pub statistics: &'a Statistics,
    /// The constant that was added to the variance.
    pub epsilon: f32,
}

/// The result of [`norm_backward`].
#[derive(Debug, Clone)]
pub struct NormGradients {
    /// Of the input's shape.
    pub input: Vec<f32>,
    /// `[C]`.
    pub gamma: Vec<f32>,
    /// `[C]`.
    pub beta: Vec<f32>,
    /// Of the input's shape, if it was wanted.
    pub residual: Option<Vec<f32>>,
}

/// The gradients of [`norm_forward`](crate::norm_forward) from the `gradient` of its output.
///
/// # Panics
/// If a slice has another shape.
pub fn norm_backward(
    isa: Isa,
    saved: NormBackward,
    gradient: &[f32],
    residual: ResidualGradient,
) -> NormGradients {
    let c = saved.gamma.len();
    assert_eq!(
        [saved.statistics.mean.len(), saved.statistics.variance.len()],
        [c; 2],
        "statistics of other channels"
    );
    let inverse = saved.statistics.inverse_deviation(saved.epsilon);
    assert!(
        saved.x.len() == gradient.len() && saved.output.is_none_or(|o| o.len() == saved.x.len()),
        "gradients of another shape"
    );
    let sums = ChannelSums {
        x: saved.x,
        offset: &saved.statistics.mean,
        gradient: Some(gradient),
        output: saved.output,
    };
    let [beta, product] = sums
        .compute(isa)
        .map(|s| s.into_iter().map(|v| v as f32).collect::<Vec<_>>());
    let gamma: Vec<f32> = product.iter().zip(&inverse).map(|(p, i)| p * i).collect();
    let coefficients = Coefficients::new(saved, &inverse, [&gamma, &beta]);
    let (input, residual) = scale_backward(isa, saved, gradient, &coefficients, residual);
    NormGradients {
        input,
        gamma,
        beta,
        residual,
    }
}

/// The coefficients of the input's gradient `factor * g + slope * x + shift` for each channel.
struct Coefficients {
    factor: Vec<f32>,
    slope: Vec<f32>,
    shift: Vec<f32>,
}

impl Coefficients {
    /// From the inverse deviations and the gradients of gamma and beta.
    fn new(
        saved: NormBackward,
        inverse: &[f32],
        [gamma_gradient, beta_gradient]: [&[f32]; 2],
    ) -> Self {
        let c = saved.gamma.len();
        let n = (saved.x.len() / c.max(1)) as f32;
        let factor: Vec<f32> = saved
            .gamma
            .iter()
            .zip(inverse)
            .map(|(g, i)| g * i)
            .collect();
        let slope: Vec<f32> = (0..c)
            .map(|k| -factor[k] * inverse[k] * gamma_gradient[k] / n)
            .collect();
        let shift = (0..c)
            .map(|k| -slope[k] * saved.statistics.mean[k] - factor[k] * beta_gradient[k] / n)
            .collect();
        Self {
            factor,
            slope,
            shift,
        }
    }
}

/// The gradients of the input and, if wanted, of the residual.
fn scale_backward(
    isa: Isa,
    saved: NormBackward,
    gradient: &[f32],
    coefficients: &Coefficients,
    residual: ResidualGradient,
) -> (Vec<f32>, Option<Vec<f32>>) {
    let len = saved.x.len();
    let is_wanted = residual == ResidualGradient::Wanted;
    let mut residual = uninit(if is_wanted { len } else { 0 });
    let mut input = uninit(len);
    let task = floats_per_thread(len, saved.gamma.len());
    let work = |start: usize,
                input: &mut [MaybeUninit<f32>],
                residual: Option<&mut [MaybeUninit<f32>]>| {
        let range = start..start + input.len();
        isa.run(ScaleBackward {
            gradient: &gradient[range.clone()],
            output: saved.output.map(|o| &o[range.clone()]),
            x: &saved.x[range],
            coefficients,
            input,
            residual,
        });
    };
    let inputs = input.par_chunks_mut(task).enumerate();
    if is_wanted {
        inputs
            .zip(residual.par_chunks_mut(task))
            .for_each(|((n, input), residual)| work(n * task, input, Some(residual)));
    } else {
        inputs.for_each(|(n, input)| work(n * task, input, None));
    }
    // SAFETY: the tasks cover both buffers, and each writes all of its parts.
    unsafe { (assume_init(input), is_wanted.then(|| assume_init(residual))) }
}

/// `factor * g + slope * x + shift` of some pixels, where `g` is the gradient before the ReLU and thus that of the residual.
struct ScaleBackward<'a> {
    gradient: &'a [f32],
    output: Option<&'a [f32]>,
    x: &'a [f32],
    coefficients: &'a Coefficients,
    input: &'a mut [MaybeUninit<f32>],
    residual: Option<&'a mut [MaybeUninit<f32>]>,
}

impl Job for ScaleBackward<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Coefficients {
            factor,
            slope,
            shift,
        } = self.coefficients;
        let constants = [factor, slope, shift].map(Vec::as_ptr);
        let c = factor.len();
        let input = self.input.as_mut_ptr().cast::<f32>();
        let residual = self.residual.map(|r| r.as_mut_ptr().cast::<f32>());
        for pixel in (0..self.x.len()).step_by(c) {
            for channel in (0..c).step_by(L::N) {
                let (at, n) = (pixel + channel, (c - channel).min(L::N));
                // SAFETY: `n` channels of a pixel are read and written; all slices are as long as `x`, and the constants
                // as long as a pixel.
                unsafe {
                    let [factor, slope, shift] =
                        constants.map(|constant| L::load_first(constant.add(channel), n));
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
