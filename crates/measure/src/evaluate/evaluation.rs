//! All cases of an evaluation, scored and summed up.

use serde::{Deserialize, Serialize};

use super::{Agreement, CaseScores, Hd95, RegionSummary, summarise};

/// The scores of one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluatedCase {
    /// Its name.
    pub id: String,
    /// Whether there was no prediction, and an empty one was scored in its place.
    pub prediction_missing: bool,
    /// The scores of each region, in the order of [`Region::SCORED`](myops_image::label::Region::SCORED).
    pub regions: Vec<CaseScores>,
}

/// The scores of many cases and what they sum up to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
        let scores: Vec<Vec<CaseScores>> = cases.iter().map(|case| case.regions.clone()).collect();
        let scar = |case: &EvaluatedCase| {
            case.regions
                .iter()
                .find(|scores| scores.region == "scar")
                .map(|scores| scores.volume_difference_ml)
        };
        let differences_ml: Vec<f64> = cases.iter().filter_map(scar).collect();
        let regions = summarise(&scores, seed);
        Self {
            hd95,
            seed,
            regions,
            scar_volume: Agreement::of(&differences_ml),
            cases,
        }
    }

    /// The scores of one region, case by case.
    pub fn scores_of<'a>(
        &'a self,
        region: &'a str,
    ) -> impl Iterator<Item = (&'a EvaluatedCase, &'a CaseScores)> {
        self.cases.iter().flat_map(move |case| {
            case.regions
                .iter()
                .filter(move |s| s.region == region)
                .map(move |s| (case, s))
        })
    }
}
