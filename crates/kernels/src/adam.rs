//! The Adam optimiser: a step for one tensor, in one pass over weights, gradient and running means.

use rayon::prelude::*;

use crate::isa::Isa;
use crate::lanes::{Job, Lanes};

/// Floats of a task. Results do not depend on it.
const TASK: usize = 1 << 14;

/// The decay rates of the running means of the gradient and of its square.
const BETA: [f32; 2] = [0.9, 0.999];

/// A step of Adam (Kingma & Ba, ICLR 2015) with decoupled weight decay (Loshchilov & Hutter, ICLR 2019).
///
/// ```
/// use myops_kernels::{Adam, Isa};
///
/// let adam = Adam {
///     step: 1,
///     learning_rate: 0.25,
///     weight_decay: 0.0,
///     epsilon: 1e-8,
///     gradient_factor: 1.0,
/// };
/// let (mut weights, mut mean, mut square) = ([1.0], [0.0], [0.0]);
/// adam.update(Isa::best(), &mut weights, &[-4.0], [&mut mean, &mut square]);
/// assert!((weights[0] - 1.25f32).abs() < 1e-6);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adam {
    /// The number of the step, from 1.
    pub step: usize,
    /// The learning rate.
    pub learning_rate: f64,
    /// Weight decay: a step multiplies each weight by `1 - learning_rate * weight_decay`.
    pub weight_decay: f64,
    /// Added to the root of the mean square in the denominator.
    pub epsilon: f64,
    /// Factor of the gradients, applied first (for gradient clipping).
    pub gradient_factor: f64,
}

impl Adam {
    /// Updates the weights, and the running means of their gradient and of its square. The means are 0 before the first step.
    ///
    /// # Panics
    /// If the slices differ in length.
    pub fn update(
        self,
        isa: Isa,
        weights: &mut [f32],
        gradient: &[f32],
        [mean, square]: [&mut [f32]; 2],
    ) {
        assert!(
            [gradient.len(), mean.len(), square.len()] == [weights.len(); 3],
            "gradients or means of another length"
        );
        let factors = self.factors();
        let tasks = weights.par_chunks_mut(TASK).zip(gradient.par_chunks(TASK));
        tasks
            .zip(mean.par_chunks_mut(TASK).zip(square.par_chunks_mut(TASK)))
            .for_each(|((weights, gradient), (mean, square))| {
                isa.run(Update {
                    factors,
                    weights,
                    gradient,
                    mean,
                    square,
                });
            });
    }

    /// The factors of this step.
    fn factors(self) -> Factors {
        let [first, second] = BETA.map(|beta| 1.0 - f64::from(beta).powi(self.step as i32));
        Factors {
            gradient: self.gradient_factor as f32,
            kept: (1.0 - self.learning_rate * self.weight_decay) as f32,
            rate: (self.learning_rate * second.sqrt() / first) as f32,
            epsilon: (self.epsilon * second.sqrt()) as f32,
        }
    }
}

/// The factors of all weights. The bias corrections of the means are part of `rate` and `epsilon`.
#[derive(Clone, Copy)]
struct Factors {
    gradient: f32,
    kept: f32,
    rate: f32,
    epsilon: f32,
}

/// The update of some weights.
struct Update<'a> {
    factors: Factors,
    weights: &'a mut [f32],
    gradient: &'a [f32],
    mean: &'a mut [f32],
    square: &'a mut [f32],
}

impl Job for Update<'_> {
    type Output = ();

    /// A scalar loop, which the compiler vectorises.
    #[inline(always)]
    unsafe fn run<L: Lanes>(self) {
        let Factors {
            gradient: factor,
            kept,
            rate,
            epsilon,
        } = self.factors;
        let means = self.mean.iter_mut().zip(self.square.iter_mut());
        for ((weight, gradient), (mean, square)) in
            self.weights.iter_mut().zip(self.gradient).zip(means)
        {
            let gradient = gradient * factor;
            *mean = BETA[0] * *mean + (1.0 - BETA[0]) * gradient;
            *square = BETA[1] * *square + (1.0 - BETA[1]) * (gradient * gradient);
            *weight = kept * *weight - rate * *mean / (square.sqrt() + epsilon);
        }
    }
}
