//! A paired comparison as table and CSV.

use myops_measure::evaluate::{Better, ComparedMeasure, Comparison, Metric};

use crate::csv::Csv;
use crate::number::{NONE, cell, fixed, signed};

/// The comparison for the terminal.
pub fn comparison_table(comparison: &Comparison, first: &str, second: &str) -> String {
    let mut table = format!(
        "\n{} cases in pairs: first {first}, second {second}\n{:<20} {:<32} {:>8} {:>8} {:>9} {:>18} {:>9} {:>9}\n",
        comparison.cases,
        "region",
        "measure",
        "first",
        "second",
        "diff.",
        "95 % interval",
        "Wilcoxon",
        "left out"
    );
    for m in &comparison.measures {
        let interval = m.difference.interval;
        table += &format!(
            "{:<20} {:<32} {:>8.3} {:>8.3} {:>9} {:>18} {:>9} {:>9}\n",
            m.region,
            m.measure.compared_as(),
            m.first_mean,
            m.second_mean,
            signed(m.difference.mean_difference, 3),
            interval.map_or(NONE.into(), |i| format!(
                "{} to {}",
                signed(i.low, 3),
                signed(i.high, 3)
            )),
            probability(m),
            m.left_out,
        );
    }
    table += &directions(comparison);
    table
        + "diff.: mean of first minus second; intervals: percentile bootstrap of it; Wilcoxon: two-sided p of the \
           signed-rank test,\nnot corrected for the number of tests; left out: cases without a distance in one of the two.\n"
}

/// Which of the compared metrics are better where they are higher, and which where they are lower.
fn directions(comparison: &Comparison) -> String {
    let is_compared = |m: &&Metric| comparison.measures.iter().any(|c| c.measure == *m);
    let (higher, lower): (Vec<&Metric>, Vec<&Metric>) = Metric::ALL
        .iter()
        .filter(is_compared)
        .partition(|m| m.better == Better::Higher);
    let list = |metrics: Vec<&Metric>| {
        let titles: Vec<String> = metrics.into_iter().map(Metric::compared_as).collect();
        titles.join(", ")
    };
    format!(
        "Higher is better: {}. Lower is better: {}.\n",
        list(higher),
        list(lower)
    )
}

fn probability(m: &ComparedMeasure) -> String {
    match &m.difference.wilcoxon {
        None if m.difference.n < 2 => NONE.into(),
        None => "all equal".into(),
        Some(w) if w.p < 0.001 => "p < 0.001".into(),
        Some(w) => format!("p = {}", fixed(Some(w.p), 3)),
    }
}

/// The comparison, one row for each region and measure.
pub fn comparison_csv(comparison: &Comparison) -> String {
    let mut csv = Csv::default();
    csv.row([
        "region",
        "measure",
        "n",
        "left_out",
        "first_mean",
        "second_mean",
        "mean_difference",
        "low_95",
        "high_95",
        "wilcoxon_n",
        "wilcoxon_statistic",
        "wilcoxon_p",
        "wilcoxon_exact",
    ]);
    for m in &comparison.measures {
        let d = &m.difference;
        let mut row = vec![
            m.region.to_string(),
            m.measure.compared_as(),
            d.n.to_string(),
            m.left_out.to_string(),
        ];
        row.extend([m.first_mean, m.second_mean, d.mean_difference].map(|v| cell(Some(v))));
        row.extend([d.interval.map(|i| i.low), d.interval.map(|i| i.high)].map(cell));
        row.extend(match &d.wilcoxon {
            Some(w) => [
                w.n.to_string(),
                cell(Some(w.statistic)),
                format!("{:e}", w.p),
                w.exact.to_string(),
            ],
            None => Default::default(),
        });
        csv.row(row);
    }
    csv.into_text()
}
