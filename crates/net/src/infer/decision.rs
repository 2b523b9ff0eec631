//! From probabilities to labels.

use myops_image::label::Label;
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
    /// From the outside in, for probabilities that add up to 1: the largest of background, pools and wall; in the
    /// wall edema-or-scar where its share of the wall's probability reaches its threshold, and in that scar.
    Nested,
}

/// The shares of the wall's probability from which [`Decision::Nested`] finds edema or scar.
///
/// The labels of largest expected Dice are those above half of that Dice, not above one half (Lipton et al., ECML
/// 2014): where readers agree little, the threshold is low.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// Of edema and scar together.
    pub edema_or_scar: f64,
    /// Of scar.
    pub scar: f64,
}

impl Thresholds {
    /// More likely than not.
    pub const HALF: Self = Self { edema_or_scar: 0.5, scar: 0.5 };
}

impl Default for Thresholds {
    fn default() -> Self {
        Self::HALF
    }
}

impl Decision {
    /// The label of a pixel from its probabilities, in the order of [`Label::ALL`].
    pub fn label(self, p: &[f32], thresholds: &Thresholds) -> Label {
        let p = |label: Label| p.get(label.class()).copied().unwrap_or(0.0);
        let largest =
            |labels: &[Label]| labels.iter().fold(Label::Background, |best, &l| if p(l) > p(best) { l } else { best });
        match self {
            Self::Paint => Label::ALL.into_iter().rfind(|l| p(*l) > 0.5).unwrap_or_default(),
            Self::Largest => largest(&Label::ALL),
            Self::Nested => {
                let pathology = p(Label::Edema) + p(Label::Scar);
                let wall = p(Label::Myocardium) + pathology;
                let outside = largest(&[Label::LvPool, Label::RvPool]);
                if p(outside) >= wall {
                    outside
                } else if pathology < thresholds.edema_or_scar as f32 * wall {
                    Label::Myocardium
                } else if p(Label::Scar) < thresholds.scar as f32 * wall {
                    Label::Edema
                } else {
                    Label::Scar
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
        let p = [[0.9, 0.6, 0.0, 0.0, 0.51, 0.5], [0.1, 0.2, 0.3, 0.4, 0.5, 0.4], [1.0, 0.0, 0.7, 0.0, 0.0, 0.0]];
        let labels = |decision: Decision| p.map(|p| decision.label(&p, &Thresholds::HALF));
        assert_eq!(labels(Decision::Paint), [Label::Edema, Label::Background, Label::RvPool]);
        assert_eq!(labels(Decision::Largest), [Label::Background, Label::Edema, Label::Background]);
    }

    #[test]
    fn the_wall_is_found_before_what_is_in_it() {
        let nested = |p: [f32; 6]| Decision::Nested.label(&p, &Thresholds::HALF);
        // No class of the wall is the largest, but together they are; scar is half of them.
        assert_eq!(nested([0.35, 0.05, 0.0, 0.2, 0.1, 0.3]), Label::Scar);
        assert_eq!(nested([0.1, 0.0, 0.0, 0.5, 0.25, 0.15]), Label::Myocardium);
        assert_eq!(nested([0.1, 0.0, 0.0, 0.4, 0.3, 0.2]), Label::Edema);
        assert_eq!(nested([0.1, 0.6, 0.0, 0.1, 0.1, 0.1]), Label::LvPool);
        assert_eq!(nested([1.0, 0.0, 0.0, 0.0, 0.0, 0.0]), Label::Background);
    }

    #[test]
    fn a_lower_threshold_finds_more() {
        let p = [0.0, 0.0, 0.0, 0.7, 0.1, 0.2];
        let label = |edema_or_scar, scar| Decision::Nested.label(&p, &Thresholds { edema_or_scar, scar });
        assert_eq!(label(0.5, 0.5), Label::Myocardium);
        assert_eq!(label(0.25, 0.5), Label::Edema);
        assert_eq!(label(0.25, 0.15), Label::Scar);
        // Scar lies within edema-or-scar.
        assert_eq!(label(0.5, 0.15), Label::Myocardium);
    }
}
