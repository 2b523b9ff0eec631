//! The definitions of HD95 in use, and which of them a table shows.

use serde::{Deserialize, Serialize};

use super::Metric;

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

    /// The metric that this definition computes.
    pub fn metric(self) -> &'static Metric {
        match self {
            Self::Pooled => &Metric::HD95_POOLED,
            Self::Larger => &Metric::HD95_LARGER,
            Self::Area => &Metric::HD95_AREA,
        }
    }

    /// Whether tables show a metric where this definition was chosen: all but the other definitions.
    pub fn shows(self, metric: &Metric) -> bool {
        let hd95 = Self::ALL.iter().any(|other| other.metric() == metric);
        !hd95 || self.metric() == metric
    }
}
