//! From the change of the loss with probabilities to that with the network's output.

use myops_image::label::Label;
use rayon::prelude::*;

use super::confusion::SMALLEST;
use super::objective::{LABELS, Objective, PIECE};
use myops_net::graph::Activation;

impl Objective {
    /// Puts the gradient of the loss by the network's output in the place of the probabilities `[pixels][labels]`.
    ///
    /// `slopes` holds the change of the Dice part with each probability, by the pixel's reference label.
    pub fn to_gradient(
        &self,
        probabilities: &mut [f32],
        labels: &[Label],
        slopes: &[[f64; LABELS]; LABELS],
    ) {
        let share = 1.0 / labels.len().max(1) as f64;
        let slopes = slopes.map(|row| row.map(|slope| slope as f32));
        probabilities
            .par_chunks_mut(PIECE * LABELS)
            .zip(labels.par_chunks(PIECE))
            .for_each(|(p, labels)| {
                for (p, label) in p.as_chunks_mut::<LABELS>().0.iter_mut().zip(labels) {
                    let t = label.class();
                    let entropy = self.entropy_slope(f64::from(p[t]), *label) * share;
                    *p = chain(self.activation, p, &slopes[t], (t, entropy as f32));
                }
            });
    }

    /// The change of a pixel's weighted cross-entropy with the logarithm of the probability of its label.
    fn entropy_slope(&self, p: f64, label: Label) -> f64 {
        match self.loss.focus(label, &self.pathology) {
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
/// logarithm of the probability of label `t`.
fn chain(
    activation: Activation,
    p: &[f32; LABELS],
    slopes: &[f32; LABELS],
    (t, entropy): (usize, f32),
) -> [f32; LABELS] {
    let mean: f32 = p.iter().zip(slopes).map(|(p, s)| p * s).sum();
    let mut gradient = [0.0; LABELS];
    for c in 0..LABELS {
        let is_label = f32::from(u8::from(c == t));
        gradient[c] = match activation {
            Activation::Sigmoid => {
                p[c] * (1.0 - p[c]) * slopes[c] + is_label * entropy * (1.0 - p[c])
            }
            Activation::Softmax => p[c] * (slopes[c] - mean) + entropy * (is_label - p[c]),
        };
    }
    gradient
}
