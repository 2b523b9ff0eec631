//! The table of metrics: what each is called, and how it is computed from a prediction and its reference.
//!
//! Scores, summaries, comparisons, CSV, JSON, the terminal's table and the list in `docs/measures.md` are made from it. A
//! new metric is a constant here and its place in [`Metric::ALL`].

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::{EmptyRule, Overlap, Score, SurfaceDistances};

/// Which values of a metric are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// Higher ones.
    Higher,
    /// Lower ones.
    Lower,
    /// Those near zero; two methods are compared by the absolute value.
    NearZero,
}

/// What a metric is computed from. This decides what it is where a mask is empty.
#[derive(Debug, Clone, Copy)]
pub enum Source {
    /// The voxel counts, as 0 to 1. Means count empty masks by each [`EmptyRule`].
    Overlap(fn(Overlap) -> Score),
    /// The distances between both surfaces, which exist where neither mask is empty.
    Distances(fn(&SurfaceDistances) -> f64),
    /// The volumes in ml of prediction and reference, which exist for empty masks too.
    Volumes(fn(f64, f64) -> Option<f64>),
}

/// How the terminal's table shows a metric over cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Not at all; files hold it.
    InFiles,
    /// Its mean.
    Mean,
    /// Its mean and standard deviation.
    MeanAndSd,
    /// Mean and standard deviation, median, quartiles, and the interval of the mean.
    Distribution,
}

/// One way to compare a segmentation with a reference.
///
/// ```
/// use myops_measure::evaluate::{Better, Metric};
///
/// let names: Vec<&str> = Metric::ALL.iter().map(|metric| metric.name).collect();
/// assert!(names.starts_with(&["dice", "jaccard"]));
/// assert_eq!(Metric::HD.better, Better::Lower);
/// ```
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Metric {
    /// The key in JSON and the column of CSV, with the unit at its end.
    pub name: &'static str,
    /// The name for people.
    pub label: &'static str,
    /// The short name above a column of the terminal's table.
    #[serde(skip)]
    pub heading: &'static str,
    /// `mm`, `ml`, `%`, or nothing for a fraction.
    pub unit: &'static str,
    /// Which values are better.
    pub better: Better,
    /// Digits after the point.
    #[serde(skip)]
    pub decimals: usize,
    /// How the terminal's table shows it.
    #[serde(skip)]
    pub shown: Shown,
    /// Whether two methods are compared by it.
    #[serde(skip)]
    pub compared: bool,
    /// The definition.
    pub meaning: &'static str,
    /// How it is computed.
    #[serde(skip)]
    pub source: Source,
}

impl Metric {
    /// Dice coefficient.
    pub const DICE: Self = Self {
        name: "dice",
        label: "Dice",
        heading: "Dice",
        unit: "",
        better: Better::Higher,
        decimals: 3,
        shown: Shown::Distribution,
        compared: true,
        meaning: "2 |P ∩ R| / (|P| + |R|) (Dice, Ecology 1945;26:297)",
        source: Source::Overlap(Overlap::dice),
    };
    /// Jaccard index.
    pub const JACCARD: Self = Self {
        name: "jaccard",
        label: "Jaccard",
        heading: "Jaccard",
        unit: "",
        better: Better::Higher,
        decimals: 3,
        shown: Shown::InFiles,
        compared: false,
        meaning: "|P ∩ R| / |P ∪ R|",
        source: Source::Overlap(Overlap::jaccard),
    };
    /// Fraction of the reference that was found.
    pub const SENSITIVITY: Self = Self {
        name: "sensitivity",
        label: "sensitivity",
        heading: "sens.",
        unit: "",
        better: Better::Higher,
        decimals: 3,
        shown: Shown::Mean,
        compared: true,
        meaning: "|P ∩ R| / |R|, the fraction of the reference that was found",
        source: Source::Overlap(Overlap::sensitivity),
    };
    /// Fraction of the prediction that is right.
    pub const PRECISION: Self = Self {
        name: "precision",
        label: "precision",
        heading: "prec.",
        unit: "",
        better: Better::Higher,
        decimals: 3,
        shown: Shown::Mean,
        compared: true,
        meaning: "|P ∩ R| / |P|, the fraction of the prediction that is right",
        source: Source::Overlap(Overlap::precision),
    };
    /// Volume of the prediction minus that of the reference.
    pub const VOLUME_DIFFERENCE: Self = Self {
        name: "volume_difference_ml",
        label: "volume difference",
        heading: "diff. ml",
        unit: "ml",
        better: Better::NearZero,
        decimals: 2,
        shown: Shown::Mean,
        compared: true,
        meaning: "volume of P minus volume of R",
        source: Source::Volumes(|prediction, reference| Some(prediction - reference)),
    };
    /// The same as a percentage of the reference.
    pub const VOLUME_DIFFERENCE_PERCENT: Self = Self {
        name: "volume_difference_percent",
        label: "relative volume difference",
        heading: "diff. %",
        unit: "%",
        better: Better::NearZero,
        decimals: 1,
        shown: Shown::InFiles,
        compared: false,
        meaning: "volume of P minus volume of R in percent of R; none where R is empty",
        source: Source::Volumes(|prediction, reference| {
            (reference > 0.0).then(|| 100.0 * (prediction - reference) / reference)
        }),
    };
    /// Hausdorff distance.
    pub const HD: Self = Self {
        name: "hd_mm",
        label: "HD",
        heading: "HD mm",
        unit: "mm",
        better: Better::Lower,
        decimals: 1,
        shown: Shown::Mean,
        compared: false,
        meaning: "largest distance of a border voxel of one mask to the border of the other",
        source: Source::Distances(SurfaceDistances::hd_mm),
    };
    /// HD95 as `MedPy` defines it.
    pub const HD95_POOLED: Self = Self {
        name: "hd95_pooled_mm",
        label: "HD95 pooled",
        heading: "HD95 mm",
        unit: "mm",
        better: Better::Lower,
        decimals: 1,
        shown: Shown::MeanAndSd,
        compared: true,
        meaning: "95th percentile of both directed sets of border distances pooled (MedPy)",
        source: Source::Distances(SurfaceDistances::hd95_pooled_mm),
    };
    /// HD95 as MONAI defines it.
    pub const HD95_LARGER: Self = Self {
        name: "hd95_larger_mm",
        label: "HD95 larger",
        meaning: "larger of the 95th percentiles of each directed set of border distances (MONAI)",
        source: Source::Distances(SurfaceDistances::hd95_larger_mm),
        ..Self::HD95_POOLED
    };
    /// HD95 as surface-distance defines it.
    pub const HD95_AREA: Self = Self {
        name: "hd95_area_mm",
        label: "HD95 area",
        meaning: "larger of the 95th percentiles weighted by surface area (surface-distance)",
        source: Source::Distances(SurfaceDistances::hd95_area_mm),
        ..Self::HD95_POOLED
    };
    /// Average symmetric surface distance.
    pub const ASSD: Self = Self {
        name: "assd_mm",
        label: "ASSD",
        heading: "ASSD mm",
        unit: "mm",
        better: Better::Lower,
        decimals: 2,
        shown: Shown::Mean,
        compared: true,
        meaning: "mean of both directed sets of border distances pooled (MedPy since 0.5; earlier versions: the mean of the two means)",
        source: Source::Distances(SurfaceDistances::assd_mm),
    };

    /// Every metric, in the order of files and tables.
    pub const ALL: &'static [Self] = &[
        Self::DICE,
        Self::JACCARD,
        Self::SENSITIVITY,
        Self::PRECISION,
        Self::VOLUME_DIFFERENCE,
        Self::VOLUME_DIFFERENCE_PERCENT,
        Self::HD,
        Self::HD95_POOLED,
        Self::HD95_LARGER,
        Self::HD95_AREA,
        Self::ASSD,
    ];

    /// The rules for empty masks that its means are given under; none where empty masks need no rule.
    pub fn rules(&self) -> &'static [EmptyRule] {
        match self.source {
            Source::Overlap(_) => &EmptyRule::ALL,
            Source::Distances(_) => &[EmptyRule::Nan],
            Source::Volumes(_) => &[],
        }
    }

    /// What two methods are compared by, with its unit or the rule that it follows.
    pub fn compared_as(&self) -> String {
        let absolute = match self.better {
            Better::NearZero => "absolute ",
            _ => "",
        };
        let suffix = match (self.source, self.unit) {
            (Source::Overlap(_), _) => format!(" ({})", EmptyRule::Challenge.name()),
            (_, "") => String::new(),
            (_, unit) => format!(" ({unit})"),
        };
        format!("{absolute}{}{suffix}", self.label)
    }
}

impl PartialEq for Metric {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// One value for each metric of [`Metric::ALL`]; in JSON a map by their names.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PerMetric<T>(Vec<T>);

impl<T> PerMetric<T> {
    /// Computes the value of each metric.
    pub fn from_fn(value: impl FnMut(&'static Metric) -> T) -> Self {
        Self(Metric::ALL.iter().map(value).collect())
    }

    /// The value of a metric; `None` for one that is not in [`Metric::ALL`].
    pub fn get(&self, metric: &Metric) -> Option<&T> {
        let at = Metric::ALL.iter().position(|other| other == metric)?;
        self.0.get(at)
    }
}

impl<T: Serialize> Serialize for PerMetric<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (metric, value) in Metric::ALL.iter().zip(&self.0) {
            map.serialize_entry(metric.name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_end_in_their_unit() {
        for (at, metric) in Metric::ALL.iter().enumerate() {
            assert!(!Metric::ALL[..at].contains(metric), "{}", metric.name);
            let ending = match metric.unit {
                "" => continue,
                "%" => "_percent",
                unit => &format!("_{unit}"),
            };
            assert!(metric.name.ends_with(ending), "{}", metric.name);
        }
    }

    #[test]
    fn methods_are_compared_by_a_rule_or_a_unit() {
        let titles: Vec<String> = Metric::ALL
            .iter()
            .filter(|metric| metric.compared)
            .map(Metric::compared_as)
            .collect();
        assert_eq!(titles[0], "Dice (challenge)");
        assert_eq!(titles[3], "absolute volume difference (ml)");
        assert_eq!(titles[4], "HD95 pooled (mm)");
    }
}
