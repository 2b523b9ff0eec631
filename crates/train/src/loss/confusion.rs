//! Which probabilities pixels of each label were given, summed over a batch.

use myops_image::label::Label;

use super::objective::{LABELS, Members, Objective};

/// Keeps the quotient defined where neither prediction nor reference holds a region.
const SMOOTH: f64 = 1e-5;

/// The smallest probability whose logarithm is taken.
pub const SMALLEST: f64 = 1e-6;

/// The soft confusion matrix of a batch: every sum that Dice is made of.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Confusion {
    /// `[reference label][label]`: the sum of the probabilities of the second over pixels of the first.
    probability: [[f64; LABELS]; LABELS],
    /// Pixels of each reference label.
    pixels: [f64; LABELS],
    /// The weighted cross-entropy, summed over pixels.
    pub entropy: f64,
}

impl Objective {
    /// Sums up the probabilities `[pixels][labels]` of pixels.
    pub fn confusion(&self, probabilities: &[f32], labels: &[Label]) -> Confusion {
        let mut sums = Confusion::default();
        for (p, label) in probabilities.as_chunks::<LABELS>().0.iter().zip(labels) {
            let t = label.class();
            sums.pixels[t] += 1.0;
            sums.probability[t]
                .iter_mut()
                .zip(p)
                .for_each(|(sum, p)| *sum += f64::from(*p));
            if let Some((weight, gamma)) = self.loss.focus(*label, &self.pathology) {
                let p = f64::from(p[t]).max(SMALLEST);
                let focal = if gamma > 0.0 {
                    (1.0 - p).powf(gamma)
                } else {
                    1.0
                };
                sums.entropy -= weight * focal * p.ln();
            }
        }
        sums
    }
}

impl Confusion {
    /// Adds pieces up in their order.
    pub fn sum(pieces: &[Self]) -> Self {
        let mut sum = Self::default();
        for piece in pieces {
            for t in 0..LABELS {
                sum.pixels[t] += piece.pixels[t];
                (0..LABELS).for_each(|c| sum.probability[t][c] += piece.probability[t][c]);
            }
            sum.entropy += piece.entropy;
        }
        sum
    }

    /// The soft Dice of a region over the batch: `(2 Σ t p + 1e-5) / (Σ t + Σ p + 1e-5)`, sums over all images and
    /// pixels (Altunok & Oksuz, MyoPS 2020).
    pub fn dice(&self, region: Members) -> f64 {
        let [doubled_overlap, total] = self.parts(region);
        doubled_overlap / total
    }

    /// Adds `weight` times the change of a region's Dice with the probability of each label, for pixels of each
    /// reference label: `[reference label][label]`.
    pub fn add_dice_slopes(
        &self,
        region: Members,
        weight: f64,
        slopes: &mut [[f64; LABELS]; LABELS],
    ) {
        let [doubled_overlap, total] = self.parts(region);
        for (t, row) in slopes.iter_mut().enumerate() {
            let doubled = if region.0[t] { 2.0 } else { 0.0 };
            let slope = weight * (doubled / total - doubled_overlap / (total * total));
            row.iter_mut()
                .zip(region.0)
                .filter(|(_, inside)| *inside)
                .for_each(|(s, _)| *s += slope);
        }
    }

    /// Numerator and denominator of a region's Dice.
    fn parts(&self, region: Members) -> [f64; 2] {
        let members = || (0..LABELS).filter(|label| region.0[*label]);
        let claimed = |t: usize| members().map(|c| self.probability[t][c]).sum::<f64>();
        let overlap: f64 = members().map(claimed).sum();
        let prediction: f64 = (0..LABELS).map(claimed).sum();
        let reference: f64 = members().map(|t| self.pixels[t]).sum();
        [2.0 * overlap + SMOOTH, reference + prediction + SMOOTH]
    }
}
