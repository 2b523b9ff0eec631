//! Which loss a training makes small, and what it weighs.

use myops_image::label::{Label, LabelSet, Region};
use myops_net::graph::Activation;
use myops_settings::{choices, settings};
use serde::{Deserialize, Serialize};

/// Labels, and so numbers a pixel.
pub(super) const LABELS: usize = Label::ALL.len();

/// Pixels in one piece of work; fixed, so that sums do not depend on the number of threads.
pub(super) const PIECE: usize = 8192;

/// A loss by its name in settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// The published loss: 1 less the mean soft Dice of the six labels.
    SoftDice,
    /// The cross-entropy of the labels, and 1 less the mean soft Dice of the regions that are scored: LV pool, RV
    /// pool, wall, edema-or-scar, scar. For probabilities that add up to 1, so that scar lies inside edema-or-scar
    /// inside the wall.
    RegionDiceCrossEntropy,
}

choices!(Loss);

settings! {
    /// What [`Loss::RegionDiceCrossEntropy`] gives edema and scar beyond the anatomy.
    #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    pub struct PathologyLoss {
        /// Exponent of the focal loss in the wall (Lin et al., ICCV 2017); 0 is plain cross-entropy.
        #[within(0, 10)]
        pub focal_gamma: f64,
        /// Weight of the cross-entropy of a pixel of edema.
        #[within(0, 1000)]
        pub edema_weight: f64,
        /// Weight of the cross-entropy of a pixel of scar.
        #[within(0, 1000)]
        pub scar_weight: f64,
        /// Weight of the Dice of edema or scar and of scar, relative to pools and wall.
        #[within(0, 1000)]
        pub dice_weight: f64,
    }
}

impl Default for PathologyLoss {
    fn default() -> Self {
        Self {
            focal_gamma: 0.0,
            edema_weight: 1.0,
            scar_weight: 1.0,
            dice_weight: 1.0,
        }
    }
}

/// All that makes a loss of a network's output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Objective {
    /// What makes probabilities of the output.
    pub activation: Activation,
    /// The loss.
    pub loss: Loss,
    /// Its weights for edema and scar.
    pub pathology: PathologyLoss,
}

impl Loss {
    /// The regions whose Dice it holds, with weights that add up to 1.
    pub(super) fn regions(self, pathology: &PathologyLoss) -> Vec<(LabelSet, f64)> {
        let regions = match self {
            Self::SoftDice => Label::ALL.map(|label| (label.into(), 1.0)).to_vec(),
            Self::RegionDiceCrossEntropy => vec![
                (Region::LV_POOL.labels(), 1.0),
                (Region::RV_POOL.labels(), 1.0),
                (Region::WALL.labels(), 1.0),
                (Region::EDEMA_OR_SCAR.labels(), pathology.dice_weight),
                (Region::SCAR.labels(), pathology.dice_weight),
            ],
        };
        let total: f64 = regions.iter().map(|(_, weight)| weight).sum();
        regions
            .into_iter()
            .map(|(region, weight)| (region, weight / total))
            .collect()
    }

    /// The weight of the cross-entropy of a pixel of one of these tissues, and the exponent of its focal factor.
    pub(super) fn focus(self, target: LabelSet, pathology: &PathologyLoss) -> Option<(f64, f64)> {
        if self == Self::SoftDice {
            return None;
        }
        let weight = if target == Label::Edema.into() {
            pathology.edema_weight
        } else if target == Label::Scar.into() {
            pathology.scar_weight
        } else {
            1.0
        };
        let in_wall = target.is_within(Region::WALL.labels());
        Some((weight, if in_wall { pathology.focal_gamma } else { 0.0 }))
    }
}
