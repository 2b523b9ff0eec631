//! The loss of a batch and its gradient.

use myops_image::label::{Label, LabelSet};
use rayon::prelude::*;

use super::confusion::Confusion;
use super::objective::{LABELS, Objective, PIECE};

/// A loss, with the soft Dice of each label beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct LossValue {
    /// What is made small.
    pub loss: f64,
    /// The soft Dice of each label.
    pub dice: [f64; LABELS],
    /// How the loss changes with each number of the network's output, in the same order.
    pub gradient: Vec<f32>,
}

impl Objective {
    /// The loss of a batch.
    ///
    /// # Shapes
    /// `logits` is `[pixels][labels]` before the activation, `targets` `[pixels]`, over all images of the batch: the
    /// tissues that each pixel may be.
    pub fn of(&self, mut logits: Vec<f32>, targets: &[LabelSet]) -> LossValue {
        let pieces: Vec<Confusion> = logits
            .par_chunks_mut(PIECE * LABELS)
            .zip(targets.par_chunks(PIECE))
            .map(|(numbers, targets)| {
                self.activation.apply(numbers, LABELS);
                self.confusion(numbers, targets)
            })
            .collect();
        let confusion = Confusion::sum(&pieces);
        let regions = self.loss.regions(&self.pathology);
        let mut loss = confusion.entropy / targets.len().max(1) as f64;
        let mut slopes = [[0.0; LABELS]; LabelSet::COUNT];
        for (region, weight) in &regions {
            loss += weight * (1.0 - confusion.dice(*region));
            confusion.add_dice_slopes(*region, -weight, &mut slopes);
        }
        let dice = Label::ALL.map(|label| confusion.dice(label.into()));
        self.to_gradient(&mut logits, targets, &slopes);
        LossValue {
            loss,
            dice,
            gradient: logits,
        }
    }
}
