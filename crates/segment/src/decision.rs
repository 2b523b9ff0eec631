//! From probabilities to labels.

use myops_image::label::{Label, Region};
use myops_settings::{choices, settings};
use serde::{Deserialize, Serialize};

/// How the six probabilities of a pixel become one label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// The published rule: each class over one half paints its label, in channel order, a later one over an earlier
    /// one; a pixel that no class claims is background.
    Paint,
    /// The class of the largest probability; of equal ones the first.
    Largest,
    /// From the outside in, for probabilities that add up to 1: the largest of background, pools and wall, whose
    /// probability is that of all in it; in the wall scar where it reaches its threshold, and edema where the two
    /// together reach theirs.
    Nested,
}

choices!(Decision);

/// The probabilities from which [`Decision::Nested`] finds edema or scar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Of edema and scar together.
    pub edema_or_scar: f32,
    /// Of scar.
    pub scar: f32,
}

settings! {
    /// The bounds of a case's thresholds; equal ones leave no choice.
    ///
    /// The lower one keeps what is hardly likely anywhere from being labelled: a patient may have no scar.
    #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    pub struct ThresholdBounds {
        /// Smallest threshold of probability.
        #[within(0, 1)]
        pub lowest: f64,
        /// Largest threshold of probability, at least lowest.
        #[within(0, 1)]
        pub highest: f64,
    }
}

impl ThresholdBounds {
    /// More likely than not.
    pub const HALF: Self = Self {
        lowest: 0.5,
        highest: 0.5,
    };
}

impl Default for ThresholdBounds {
    fn default() -> Self {
        Self::HALF
    }
}

impl Thresholds {
    /// More likely than not.
    pub const HALF: Self = Self {
        edema_or_scar: 0.5,
        scar: 0.5,
    };

    /// Those within bounds whose labels have the largest expected Dice, region by region, if every probability comes
    /// true as often as it says (Lipton et al., ECML 2014).
    ///
    /// # Shapes
    /// `probabilities` is `[pixel][label]`, all pixels of a case.
    pub fn of(probabilities: &[f32], bounds: ThresholdBounds) -> Self {
        let best =
            |region: Region| best_threshold(&region_probabilities(region, probabilities), bounds);
        Self {
            edema_or_scar: best(Region::EDEMA_OR_SCAR),
            scar: best(Region::SCAR),
        }
    }
}

/// The probability of a region in each pixel; those of classes each for itself may add up to more than 1, which counts
/// as 1.
pub(crate) fn region_probabilities(region: Region, probabilities: &[f32]) -> Vec<f32> {
    let members: Vec<usize> = Label::ALL
        .into_iter()
        .filter(|l| region.contains(*l))
        .map(Label::class)
        .collect();
    probabilities
        .chunks_exact(Label::ALL.len())
        .map(|p| members.iter().map(|m| p[*m]).sum::<f32>().min(1.0))
        .collect()
}

/// With the `k` likeliest pixels drawn the expected Dice is about `2 Σ_drawn p / (k + Σ_all p)`.
fn best_threshold(p: &[f32], bounds: ThresholdBounds) -> f32 {
    let (lowest, highest) = (bounds.lowest as f32, bounds.highest as f32);
    let total: f64 = p.iter().map(|p| f64::from(*p)).sum();
    let mut likely: Vec<f32> = p.iter().copied().filter(|p| *p >= lowest).collect();
    likely.sort_unstable_by(|a, b| b.total_cmp(a));
    let (mut best, mut threshold, mut drawn) = (0.0, lowest, 0.0);
    for (k, p) in likely.into_iter().enumerate() {
        drawn += f64::from(p);
        let dice = 2.0 * drawn / ((k + 1) as f64 + total);
        if dice > best {
            (best, threshold) = (dice, p);
        }
    }
    threshold.min(highest)
}

impl Decision {
    /// The thresholds of a case, for the decision that has some.
    pub fn thresholds(self, probabilities: &[f32], bounds: ThresholdBounds) -> Thresholds {
        match self {
            Self::Paint | Self::Largest => Thresholds::HALF,
            Self::Nested => Thresholds::of(probabilities, bounds),
        }
    }

    /// The label of a pixel from its probabilities, in the order of [`Label::ALL`].
    pub fn label(self, p: &[f32], thresholds: Thresholds) -> Label {
        let p = |label: Label| p.get(label.class()).copied().unwrap_or(0.0);
        let largest = |labels: &[Label]| {
            labels.iter().fold(
                Label::Background,
                |best, &l| if p(l) > p(best) { l } else { best },
            )
        };
        match self {
            Self::Paint => Label::ALL
                .into_iter()
                .rfind(|l| p(*l) > 0.5)
                .unwrap_or_default(),
            Self::Largest => largest(&Label::ALL),
            Self::Nested => {
                let edema_or_scar = p(Label::Edema) + p(Label::Scar);
                let outside = largest(&[Label::LvPool, Label::RvPool]);
                if p(outside) >= p(Label::Myocardium) + edema_or_scar {
                    outside
                } else if p(Label::Scar) >= thresholds.scar {
                    Label::Scar
                } else if edema_or_scar >= thresholds.edema_or_scar {
                    Label::Edema
                } else {
                    Label::Myocardium
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_labels_paint_over_earlier_ones() {
        let p = [
            [0.9, 0.6, 0.0, 0.0, 0.51, 0.5],
            [0.1, 0.2, 0.3, 0.4, 0.5, 0.4],
            [1.0, 0.0, 0.7, 0.0, 0.0, 0.0],
        ];
        let labels = |decision: Decision| p.map(|p| decision.label(&p, Thresholds::HALF));
        assert_eq!(
            labels(Decision::Paint),
            [Label::Edema, Label::Background, Label::RvPool]
        );
        assert_eq!(
            labels(Decision::Largest),
            [Label::Background, Label::Edema, Label::Background]
        );
    }

    #[test]
    fn the_wall_is_found_before_what_is_in_it() {
        let nested = |p: [f32; 6]| Decision::Nested.label(&p, Thresholds::HALF);
        // No class of the wall is the largest, but together they are.
        assert_eq!(nested([0.4, 0.0, 0.0, 0.3, 0.2, 0.1]), Label::Myocardium);
        assert_eq!(nested([0.1, 0.0, 0.0, 0.4, 0.3, 0.2]), Label::Edema);
        assert_eq!(nested([0.1, 0.0, 0.0, 0.2, 0.1, 0.6]), Label::Scar);
        assert_eq!(nested([0.1, 0.6, 0.0, 0.1, 0.1, 0.1]), Label::LvPool);
        assert_eq!(nested([1.0, 0.0, 0.0, 0.0, 0.0, 0.0]), Label::Background);
    }

    #[test]
    fn a_lower_threshold_finds_more_in_the_wall() {
        let label = |p: [f32; 6], edema_or_scar, scar| {
            Decision::Nested.label(
                &p,
                Thresholds {
                    edema_or_scar,
                    scar,
                },
            )
        };
        let wall = [0.4, 0.0, 0.0, 0.2, 0.1, 0.3];
        assert_eq!(label(wall, 0.5, 0.5), Label::Myocardium);
        assert_eq!(label(wall, 0.4, 0.5), Label::Edema);
        // Scar lies within edema-or-scar, whatever the threshold of that.
        assert_eq!(label(wall, 0.5, 0.3), Label::Scar);
        assert_eq!(
            label([0.0, 0.5, 0.0, 0.1, 0.1, 0.3], 0.3, 0.3),
            Label::LvPool
        );
    }

    #[test]
    fn thresholds_are_those_of_the_largest_expected_dice() {
        let best =
            |p: &[f32], lowest, highest| best_threshold(p, ThresholdBounds { lowest, highest });
        // One pixel gives 2 x .9 / (1 + 1.8), two 3.0 / 3.8, three 3.6 / 4.8.
        assert_eq!(best(&[0.3, 0.9, 0.6], 0.0, 1.0), 0.6);
        assert_eq!(best(&[0.3, 0.9, 0.6], 0.0, 0.5), 0.5);
        // Where all are doubtful, even the doubtful count.
        assert_eq!(best(&[0.3, 0.3, 0.25], 0.0, 1.0), 0.25);
        assert_eq!(best(&[0.3, 0.3, 0.25], 0.28, 1.0), 0.3);
        assert_eq!(best(&[0.1, 0.1], 0.25, 0.5), 0.25);
    }

    #[test]
    fn scar_counts_as_edema_or_scar() {
        let case = [
            [0.25, 0.0, 0.0, 0.0, 0.25, 0.5],
            [0.2, 0.0, 0.0, 0.0, 0.8, 0.0],
        ]
        .concat();
        let thresholds = Thresholds::of(
            &case,
            ThresholdBounds {
                lowest: 0.0,
                highest: 1.0,
            },
        );
        assert_eq!(
            thresholds,
            Thresholds {
                edema_or_scar: 0.75,
                scar: 0.5
            }
        );
    }
}
