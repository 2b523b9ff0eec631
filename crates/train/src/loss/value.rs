//! The loss of a batch and its gradient.

use myops_image::label::Label;
use rayon::prelude::*;

use super::confusion::Confusion;
use super::objective::{LABELS, Members, Objective, PIECE};

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
    /// `logits` is `[pixels][labels]` before the activation, `labels` `[pixels]`, over all images of the batch.
    pub fn of(&self, mut logits: Vec<f32>, labels: &[Label]) -> LossValue {
        let pieces: Vec<Confusion> = logits
            .par_chunks_mut(PIECE * LABELS)
            .zip(labels.par_chunks(PIECE))
            .map(|(numbers, labels)| {
                self.activation.apply(numbers, LABELS);
                self.confusion(numbers, labels)
            })
            .collect();
        let confusion = Confusion::sum(&pieces);
        let regions = self.loss.regions(&self.pathology);
        let mut loss = confusion.entropy / labels.len().max(1) as f64;
        let mut slopes = [[0.0; LABELS]; LABELS];
        for (members, weight) in &regions {
            loss += weight * (1.0 - confusion.dice(*members));
            confusion.add_dice_slopes(*members, -weight, &mut slopes);
        }
        let dice = Label::ALL.map(|label| confusion.dice(Members::one(label)));
        self.to_gradient(&mut logits, labels, &slopes);
        LossValue {
            loss,
            dice,
            gradient: logits,
        }
    }
}
