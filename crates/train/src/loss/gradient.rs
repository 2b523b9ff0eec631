//! From the change of the loss with probabilities to that with the network's output.

use myops_image::label::LabelSet;
use rayon::prelude::*;

use super::confusion::{SMALLEST, Slopes, of_target};
use super::objective::{LABELS, Objective, PIECE};
use myops_net::graph::Activation;

impl Objective {
    /// Puts the gradient of the loss by the network's output in the place of the probabilities `[pixels][labels]`.
    ///
    /// `slopes` holds the change of the Dice part with each probability, by the pixel's target.
    pub fn to_gradient(&self, probabilities: &mut [f32], targets: &[LabelSet], slopes: &Slopes) {
        let share = 1.0 / targets.len().max(1) as f64;
        let slopes = slopes.map(|row| row.map(|slope| slope as f32));
        probabilities
            .par_chunks_mut(PIECE * LABELS)
            .zip(targets.par_chunks(PIECE))
            .for_each(|(p, targets)| {
                for (p, target) in p.as_chunks_mut::<LABELS>().0.iter_mut().zip(targets) {
                    let entropy = self.entropy_slope(of_target(p, *target), *target) * share;
                    let slopes = &slopes[target.index()];
                    *p = chain(self.activation, p, slopes, (*target, entropy as f32));
                }
            });
    }

    /// The change of a pixel's weighted cross-entropy with the logarithm of the probability of its target.
    fn entropy_slope(&self, p: f64, target: LabelSet) -> f64 {
        match self.loss.focus(target, &self.pathology) {
            Some((weight, gamma)) if gamma > 0.0 => {
                let (p, wrong) = (p.max(SMALLEST), (1.0 - p).max(0.0));
                weight * (gamma * p * wrong.powf(gamma - 1.0) * p.ln() - wrong.powf(gamma))
            }
            Some((weight, _)) => -weight,
            None => 0.0,
        }
    }
}

/// The gradient by the output of one pixel from the slopes by its probabilities, and from the slope `entropy` by the
/// logarithm of the probability of its target.
fn chain(
    activation: Activation,
    p: &[f32; LABELS],
    slopes: &[f32; LABELS],
    (target, entropy): (LabelSet, f32),
) -> [f32; LABELS] {
    let mean: f32 = p.iter().zip(slopes).map(|(p, s)| p * s).sum();
    let shares = shares(p, target);
    let mut gradient = [0.0; LABELS];
    for c in 0..LABELS {
        gradient[c] = match activation {
            Activation::Sigmoid => {
                p[c] * (1.0 - p[c]) * slopes[c] + shares[c] * entropy * (1.0 - p[c])
            }
            Activation::Softmax => p[c] * (slopes[c] - mean) + entropy * (shares[c] - p[c]),
        };
    }
    gradient
}

/// The share of each label in the probability of a target: that of a single one is 1.
fn shares(p: &[f32; LABELS], target: LabelSet) -> [f32; LABELS] {
    let total = of_target(p, target).max(SMALLEST) as f32;
    let single = target.members().count() == 1;
    let mut shares = [0.0; LABELS];
    for label in target.members() {
        let c = label.class();
        shares[c] = if single { 1.0 } else { p[c] / total };
    }
    shares
}
