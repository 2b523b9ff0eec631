//! An evaluation as CSV: every score, and what they sum up to.

use myops_measure::evaluate::{
    CaseScores, EmptyRule, EvaluatedCase, Evaluation, Metric, RegionSummary, Score, Summary,
};

use crate::csv::Csv;
use crate::number::cell;

/// One row for each case and region, with the voxel counts that overlap scores follow from, and a column for each metric
/// of [`Metric::ALL`]. A cell is empty where a mask is; the column `masks` says which.
pub fn scores_csv(evaluation: &Evaluation) -> String {
    let mut csv = Csv::default();
    let before = [
        "case",
        "region",
        "prediction",
        "masks",
        "shared_voxels",
        "prediction_voxels",
        "reference_voxels",
        "prediction_ml",
        "reference_ml",
    ];
    csv.row(before.into_iter().chain(Metric::ALL.iter().map(|m| m.name)));
    for case in &evaluation.cases {
        for scores in &case.regions {
            csv.row(score_row(case, scores));
        }
    }
    csv.into_text()
}

fn score_row(case: &EvaluatedCase, scores: &CaseScores) -> Vec<String> {
    let given = if case.prediction_missing {
        "missing"
    } else {
        "given"
    };
    let o = scores.overlap;
    let mut row = vec![
        case.id.clone(),
        scores.region.to_string(),
        given.into(),
        masks(scores).into(),
    ];
    row.extend([o.shared_voxels, o.prediction_voxels, o.reference_voxels].map(|n| n.to_string()));
    row.extend([scores.prediction_ml, scores.reference_ml].map(|ml| cell(Some(ml))));
    row.extend(Metric::ALL.iter().map(|metric| cell(scores.value(metric))));
    row
}

fn masks(scores: &CaseScores) -> &'static str {
    match scores.overlap.dice() {
        Score::Value(_) => "both",
        Score::BothEmpty => "both_empty",
        Score::Missed => "missed",
        Score::Invented => "invented",
    }
}

/// One row for each region, metric and rule.
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
        for metric in Metric::ALL {
            let summary = |rule| region.summary(metric, rule);
            match metric.rules() {
                [] => csv.row(summary_row(region, metric, "all", summary(EmptyRule::Nan))),
                rules => rules.iter().for_each(|rule| {
                    csv.row(summary_row(region, metric, rule.name(), summary(*rule)));
                }),
            }
        }
    }
    csv.into_text()
}

fn summary_row(
    region: &RegionSummary,
    metric: &Metric,
    rule: &str,
    summary: Option<&Summary>,
) -> Vec<String> {
    let e = region.empties;
    let n = summary.map_or(0, |s| s.n);
    let mut row = vec![region.region.to_string(), metric.name.into(), rule.into()];
    row.extend([region.cases, e.both_empty, e.missed, e.invented, n].map(|n| n.to_string()));
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
    row
}
