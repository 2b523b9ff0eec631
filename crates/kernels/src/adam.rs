//! Adam: all that a step does to a tensor, in one pass over it.

use rayon::prelude::*;

use super::lanes::{Isa, Job, Lanes};

/// Floats of a piece of work; what a step gives does not depend on it.
const PIECE: usize = 1 << 14;

/// How fast the means of the gradient and of its square forget.
const BETA: [f32; 2] = [0.9, 0.999];

/// A step of Adam (Kingma & Ba, ICLR 2015), weights decaying apart from the gradient (Loshchilov & Hutter, ICLR 2019).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adam {
    /// Which step it is, from 1.
    pub step: usize,
    /// The learning rate.
    pub learning_rate: f64,
    /// What a weight loses of itself, as a share of the learning rate.
    pub weight_decay: f64,
    /// Added to the root of the mean square, which may be 0.
    pub epsilon: f64,
    /// What gradients are multiplied with before all else.
    pub gradient_factor: f64,
}

impl Adam {
    /// Changes weights, and the running means of their gradient and of its square, which are 0 before the first step.
    ///
    /// # Panics
    /// Where slices are not of one length.
    pub fn update(
        self,
        isa: Isa,
        weights: &mut [f32],
        gradient: &[f32],
        [mean, square]: [&mut [f32]; 2],
    ) {
        assert!(
            [gradient.len(), mean.len(), square.len()] == [weights.len(); 3],
            "gradients or means of another shape"
        );
        let factors = self.factors();
        let pieces = weights
            .par_chunks_mut(PIECE)
            .zip(gradient.par_chunks(PIECE));
        pieces
            .zip(mean.par_chunks_mut(PIECE).zip(square.par_chunks_mut(PIECE)))
            .for_each(|((weights, gradient), (mean, square))| {
                isa.run(Piece {
                    factors,
                    weights,
                    gradient,
                    mean,
                    square,
                })
            });
    }

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

/// What is the same for every weight; the means' corrections for having begun at 0 are part of rate and epsilon.
#[derive(Clone, Copy)]
struct Factors {
    gradient: f32,
    kept: f32,
    rate: f32,
    epsilon: f32,
}

struct Piece<'a> {
    factors: Factors,
    weights: &'a mut [f32],
    gradient: &'a [f32],
    mean: &'a mut [f32],
    square: &'a mut [f32],
}

impl Job for Piece<'_> {
    type Output = ();

    /// A plain loop, which the compiler turns into one over registers.
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
