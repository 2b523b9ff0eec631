//! The definitions of HD95 in use, and which of them a table shows.

use serde::{Deserialize, Serialize};

use super::{CaseScores, RegionSummary, Score, Summary};

/// A definition of the 95th percentile Hausdorff distance. They differ by up to a factor of twenty on one pair of masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hd95 {
    /// The 95th percentile of both directed sets of distances pooled: `MedPy`.
    #[default]
    Pooled,
    /// The larger of the 95th percentiles of each directed set: MONAI.
    Larger,
    /// The larger of the 95th percentiles weighted by surface area: surface-distance.
    Area,
}

impl Hd95 {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Pooled, Self::Larger, Self::Area];

    /// The name on the command line and in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pooled => "pooled",
            Self::Larger => "larger",
            Self::Area => "area",
        }
    }

    /// The definition in words, with the program that computes it this way.
    pub fn definition(self) -> &'static str {
        match self {
            Self::Pooled => {
                "95th percentile of both directed sets of border distances pooled (MedPy)"
            }
            Self::Larger => {
                "larger of the 95th percentiles of each directed set of border distances (MONAI)"
            }
            Self::Area => {
                "larger of the 95th percentiles weighted by surface area (surface-distance)"
            }
        }
    }

    /// The distance of one case in mm.
    pub fn of(self, scores: &CaseScores) -> Score {
        match self {
            Self::Pooled => scores.hd95_pooled_mm,
            Self::Larger => scores.hd95_larger_mm,
            Self::Area => scores.hd95_area_mm,
        }
    }

    /// The distances of all cases in mm, summed up.
    pub fn summary(self, summary: &RegionSummary) -> Option<&Summary> {
        match self {
            Self::Pooled => summary.hd95_pooled_mm.as_ref(),
            Self::Larger => summary.hd95_larger_mm.as_ref(),
            Self::Area => summary.hd95_area_mm.as_ref(),
        }
    }
}
