//! All cases of an evaluation, scored and summed up.

use myops_image::label::Region;
use serde::Serialize;

use super::{Agreement, CaseScores, Hd95, Metric, RegionSummary, summarise};

/// The scores of one case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvaluatedCase {
    /// Its name.
    pub id: String,
    /// Whether there was no prediction, and an empty one was scored in its place.
    pub prediction_missing: bool,
    /// The scores of each region, in the order of [`Region::SCORED`].
    pub regions: Vec<CaseScores>,
}

/// The scores of many cases and what they sum up to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// The definition of HD95 that tables and pictures show; all three are in the scores.
    pub hd95: Hd95,
    /// The seed of the bootstrap.
    pub seed: u64,
    /// Every case, in the order given.
    pub cases: Vec<EvaluatedCase>,
    /// What the cases sum up to, region by region.
    pub regions: Vec<RegionSummary>,
    /// Agreement of the scar's volume; `None` for fewer than two cases.
    pub scar_volume: Option<Agreement>,
}

impl Evaluation {
    /// Sums cases up.
    pub fn of(cases: Vec<EvaluatedCase>, hd95: Hd95, seed: u64) -> Self {
        let scores = || cases.iter().flat_map(|case| &case.regions);
        let differences_ml: Vec<f64> = scores()
            .filter(|scores| scores.region == Region::SCAR)
            .filter_map(|scores| scores.value(&Metric::VOLUME_DIFFERENCE))
            .collect();
        Self {
            hd95,
            seed,
            regions: summarise(scores(), seed),
            scar_volume: Agreement::of(&differences_ml),
            cases,
        }
    }

    /// The scores of one region, case by case.
    pub fn scores_of(&self, region: Region) -> impl Iterator<Item = &CaseScores> {
        let all = self.cases.iter().flat_map(|case| &case.regions);
        all.filter(move |scores| scores.region == region)
    }
}
