//! An evaluation as CSV: every score, and what they sum up to.

use myops_measure::evaluate::{
    CaseScores, EmptyRule, Evaluation, RegionSummary, Score, Summary, UnderEachRule,
};

use super::super::csv::Csv;
use super::super::number::cell;

/// One row for each case and region, with the voxel counts that overlap scores follow from. A cell is empty where a mask
/// is; the column `masks` says which.
pub fn scores_csv(evaluation: &Evaluation) -> String {
    let mut csv = Csv::default();
    csv.row([
        "case",
        "region",
        "prediction",
        "masks",
        "shared_voxels",
        "prediction_voxels",
        "reference_voxels",
        "dice",
        "jaccard",
        "sensitivity",
        "precision",
        "prediction_ml",
        "reference_ml",
        "volume_difference_ml",
        "volume_difference_percent",
        "hd_mm",
        "hd95_pooled_mm",
        "hd95_larger_mm",
        "hd95_area_mm",
        "assd_mm",
    ]);
    for (case, scores) in evaluation
        .cases
        .iter()
        .flat_map(|case| case.regions.iter().map(move |s| (case, s)))
    {
        let given = if case.prediction_missing {
            "missing"
        } else {
            "given"
        };
        let mut row = vec![
            case.id.clone(),
            scores.region.clone(),
            given.into(),
            masks(scores).into(),
        ];
        let o = scores.overlap;
        row.extend(
            [o.shared_voxels, o.prediction_voxels, o.reference_voxels].map(|n| n.to_string()),
        );
        row.extend(
            [
                scores.dice,
                scores.jaccard,
                scores.sensitivity,
                scores.precision,
            ]
            .map(|s| cell(s.value())),
        );
        row.extend(
            [
                scores.prediction_ml,
                scores.reference_ml,
                scores.volume_difference_ml,
            ]
            .map(|ml| cell(Some(ml))),
        );
        row.push(cell(scores.volume_difference_percent));
        let distances = [
            scores.hd_mm,
            scores.hd95_pooled_mm,
            scores.hd95_larger_mm,
            scores.hd95_area_mm,
            scores.assd_mm,
        ];
        row.extend(distances.map(|mm| cell(mm.value())));
        csv.row(row);
    }
    csv.into_text()
}

fn masks(scores: &CaseScores) -> &'static str {
    match scores.dice {
        Score::Value(_) => "both",
        Score::BothEmpty => "both_empty",
        Score::Missed => "missed",
        Score::Invented => "invented",
    }
}

/// One row for each region, measure and rule.
pub fn summary_csv(evaluation: &Evaluation) -> String {
    let mut csv = Csv::default();
    csv.row([
        "region",
        "measure",
        "rule",
        "cases",
        "both_empty",
        "missed",
        "invented",
        "n",
        "mean",
        "sd",
        "median",
        "first_quartile",
        "third_quartile",
        "mean_low_95",
        "mean_high_95",
    ]);
    for region in &evaluation.regions {
        for (measure, rule, summary) in summaries(region) {
            let e = region.empties;
            let mut row = vec![region.region.clone(), measure.to_owned(), rule.to_owned()];
            let n = summary.map_or(0, |s| s.n);
            row.extend(
                [region.cases, e.both_empty, e.missed, e.invented, n].map(|n| n.to_string()),
            );
            let numbers = [
                summary.map(|s| s.mean),
                summary.and_then(|s| s.sd),
                summary.map(|s| s.median),
                summary.and_then(|s| s.first_quartile),
                summary.and_then(|s| s.third_quartile),
                summary.and_then(|s| s.mean_interval).map(|i| i.low),
                summary.and_then(|s| s.mean_interval).map(|i| i.high),
            ];
            row.extend(numbers.map(cell));
            csv.row(row);
        }
    }
    csv.into_text()
}

fn summaries(region: &RegionSummary) -> Vec<(&'static str, &'static str, Option<&Summary>)> {
    let overlap =
        |name, of| EmptyRule::ALL.map(|rule| (name, rule.name(), UnderEachRule::get(of, rule)));
    let mut rows = Vec::new();
    rows.extend(overlap("dice", &region.dice));
    rows.extend(overlap("jaccard", &region.jaccard));
    rows.extend(overlap("sensitivity", &region.sensitivity));
    rows.extend(overlap("precision", &region.precision));
    rows.push((
        "volume_difference_ml",
        "all",
        region.volume_difference_ml.as_ref(),
    ));
    for (name, summary) in [
        ("hd_mm", &region.hd_mm),
        ("hd95_pooled_mm", &region.hd95_pooled_mm),
        ("hd95_larger_mm", &region.hd95_larger_mm),
        ("hd95_area_mm", &region.hd95_area_mm),
        ("assd_mm", &region.assd_mm),
    ] {
        rows.push((name, "nan", summary.as_ref()));
    }
    rows
}
