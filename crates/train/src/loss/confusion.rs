//! Which probabilities pixels of each label were given, summed over a batch.

use myops_image::label::LabelSet;

use super::objective::{LABELS, Objective};

/// Keeps the quotient defined where neither prediction nor reference holds a region.
const SMOOTH: f64 = 1e-5;

/// The smallest probability whose logarithm is taken.
pub const SMALLEST: f64 = 1e-6;

/// The soft confusion matrix of a batch: every sum that Dice is made of.
///
/// A pixel's target is the set of tissues that it may be: one, unless its label stands for several. A region's Dice is
/// taken over the pixels whose target lies inside the region or outside it; of the others nobody knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Confusion {
    /// `[target][label]`: the sum of the probabilities of the second over pixels of the first.
    probability: [[f64; LABELS]; LabelSet::COUNT],
    /// Pixels of each target.
    pixels: [f64; LabelSet::COUNT],
    /// The weighted cross-entropy, summed over pixels.
    pub entropy: f64,
}

/// How the loss changes with the probability of each label, for pixels of each target: `[target][label]`.
pub type Slopes = [[f64; LABELS]; LabelSet::COUNT];

/// The probability that a pixel is of one of the tissues of its target.
pub fn of_target(probabilities: &[f32; LABELS], target: LabelSet) -> f64 {
    target
        .members()
        .map(|label| f64::from(probabilities[label.class()]))
        .sum()
}

impl Objective {
    /// Sums up the probabilities `[pixels][labels]` of pixels.
    pub fn confusion(&self, probabilities: &[f32], targets: &[LabelSet]) -> Confusion {
        let mut sums = Confusion::none();
        for (p, target) in probabilities.as_chunks::<LABELS>().0.iter().zip(targets) {
            let t = target.index();
            sums.pixels[t] += 1.0;
            sums.probability[t]
                .iter_mut()
                .zip(p)
                .for_each(|(sum, p)| *sum += f64::from(*p));
            if let Some((weight, gamma)) = self.loss.focus(*target, &self.pathology) {
                let p = of_target(p, *target).max(SMALLEST);
                let focal = if gamma > 0.0 {
                    (1.0 - p).max(0.0).powf(gamma)
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
    /// That of no pixel.
    fn none() -> Self {
        Self {
            probability: [[0.0; LABELS]; LabelSet::COUNT],
            pixels: [0.0; LabelSet::COUNT],
            entropy: 0.0,
        }
    }

    /// Adds pieces up in their order.
    pub fn sum(pieces: &[Self]) -> Self {
        let mut sum = Self::none();
        for piece in pieces {
            for t in 0..LabelSet::COUNT {
                sum.pixels[t] += piece.pixels[t];
                (0..LABELS).for_each(|c| sum.probability[t][c] += piece.probability[t][c]);
            }
            sum.entropy += piece.entropy;
        }
        sum
    }

    /// The soft Dice of a region over the batch: `(2 Σ t p + 1e-5) / (Σ t + Σ p + 1e-5)`, sums over all images and
    /// pixels (Altunok & Oksuz, MyoPS 2020).
    pub fn dice(&self, region: LabelSet) -> f64 {
        let [doubled_overlap, total] = self.parts(region);
        doubled_overlap / total
    }

    /// Adds `weight` times the change of a region's Dice.
    pub fn add_dice_slopes(&self, region: LabelSet, weight: f64, slopes: &mut Slopes) {
        let [doubled_overlap, total] = self.parts(region);
        for target in self.targets() {
            let doubled = match Place::of(target, region) {
                Place::Inside => 2.0,
                Place::Outside => 0.0,
                Place::Unknown => continue,
            };
            let slope = weight * (doubled / total - doubled_overlap / (total * total));
            let row = &mut slopes[target.index()];
            region
                .members()
                .for_each(|label| row[label.class()] += slope);
        }
    }

    /// The targets that pixels have.
    fn targets(&self) -> impl Iterator<Item = LabelSet> {
        LabelSet::all().filter(|target| self.pixels[target.index()] > 0.0)
    }

    /// Numerator and denominator of a region's Dice.
    fn parts(&self, region: LabelSet) -> [f64; 2] {
        let [mut overlap, mut prediction, mut reference] = [0.0; 3];
        for target in self.targets() {
            let row = &self.probability[target.index()];
            let claimed: f64 = region.members().map(|label| row[label.class()]).sum();
            match Place::of(target, region) {
                Place::Inside => {
                    overlap += claimed;
                    prediction += claimed;
                    reference += self.pixels[target.index()];
                }
                Place::Outside => prediction += claimed,
                Place::Unknown => {}
            }
        }
        [2.0 * overlap + SMOOTH, reference + prediction + SMOOTH]
    }
}

/// Where a pixel lies with regard to a region.
enum Place {
    Inside,
    Outside,
    Unknown,
}

impl Place {
    fn of(target: LabelSet, region: LabelSet) -> Self {
        if target.is_within(region) {
            Self::Inside
        } else if target.meets(region) {
            Self::Unknown
        } else {
            Self::Outside
        }
    }
}
