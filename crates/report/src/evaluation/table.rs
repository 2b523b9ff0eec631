//! An evaluation as a table for the terminal.

use myops_image::label::Region;
use myops_measure::evaluate::{
    Better, EmptyRule, Evaluation, Metric, RegionSummary, Shown, Summary,
};

use crate::number::{NONE, fixed, signed};

/// The regions whose mean is given under each rule for empty masks.
const UNDER_EACH_RULE: [Region; 2] = [Region::SCAR, Region::EDEMA_OR_SCAR];

/// A column of the table: its heading, its width, and what stands in the row of a region.
struct Column {
    heading: String,
    width: usize,
    cell: Box<dyn Fn(&RegionSummary) -> String>,
}

impl Column {
    fn new(
        heading: String,
        width: usize,
        cell: impl Fn(&RegionSummary) -> String + 'static,
    ) -> Self {
        Self {
            width: width.max(heading.chars().count()),
            heading,
            cell: Box::new(cell),
        }
    }
}

/// The scores of every region, and what rules and definitions they follow.
pub fn table(evaluation: &Evaluation) -> String {
    let hd95 = evaluation.hd95;
    let shown = Metric::ALL.iter().filter(|metric| hd95.shows(metric));
    let columns: Vec<Column> = shown.flat_map(columns).collect();
    let mut table = format!("{:<20}", "region");
    for Column { heading, width, .. } in &columns {
        table += &format!(" {heading:>width$}");
    }
    table += "  empty masks\n";
    for region in &evaluation.regions {
        table += &format!("{:<20}", region.region);
        for Column { width, cell, .. } in &columns {
            table += &format!(" {:>width$}", cell(region));
        }
        table += &format!("  {}\n", empties(region));
    }
    table += &rules(evaluation);
    table += &format!(
        "\nDice, sensitivity and precision above count empty masks by the challenge's rule: both empty 1, one empty 0.\n\
         Distances are means over the cases in which neither mask is empty. {}: {}.\n\
         diff.: prediction minus reference. SD with n - 1. Intervals: percentile bootstrap of the mean, 10 000 draws.\n",
        hd95.metric().label,
        hd95.metric().meaning
    );
    if let Some(a) = &evaluation.scar_volume {
        table += &format!(
            "Scar volume (Bland-Altman): bias {} ml, limits of agreement {} to {} ml, n = {}.\n",
            signed(a.bias_ml, 2),
            signed(a.lower_limit_ml, 2),
            signed(a.upper_limit_ml, 2),
            a.n
        );
    }
    table
}

/// The columns of a metric, none where files alone hold it.
fn columns(metric: &'static Metric) -> Vec<Column> {
    let of = |region: &RegionSummary| region.summary(metric, EmptyRule::Challenge).cloned();
    let digits = metric.decimals;
    let mean = move |region: &RegionSummary| match (of(region), metric.better) {
        (None, _) => NONE.into(),
        (Some(s), Better::NearZero) => signed(s.mean, digits),
        (Some(s), _) => fixed(Some(s.mean), digits),
    };
    let with_sd = move |region: &RegionSummary| mean_and_sd(of(region).as_ref(), digits);
    let heading = metric.heading;
    match metric.shown {
        Shown::InFiles => vec![],
        Shown::Mean => vec![Column::new(heading.into(), digits + 4, mean)],
        Shown::MeanAndSd => vec![Column::new(heading.into(), 13, with_sd)],
        Shown::Distribution => vec![
            Column::new(format!("{heading} mean ± SD"), 15, with_sd),
            Column::new("median".into(), 7, move |region| {
                fixed(of(region).map(|s| s.median), digits)
            }),
            Column::new("quartiles".into(), 15, move |region| {
                let ends = |s: Summary| s.first_quartile.zip(s.third_quartile);
                range(of(region).and_then(ends), digits)
            }),
            Column::new("95 % interval".into(), 15, move |region| {
                let ends = of(region).and_then(|s| s.mean_interval);
                range(ends.map(|i| (i.low, i.high)), digits)
            }),
        ],
    }
}

/// The mean Dice of the challenge's two regions under each rule, with the number of cases that it is of.
fn rules(evaluation: &Evaluation) -> String {
    let mut table = format!("\n{:<20}", "Dice by rule");
    for rule in EmptyRule::ALL {
        table += &format!(" {:>24}", rule.name());
    }
    table += "\n";
    let shown = |summary: &&RegionSummary| UNDER_EACH_RULE.contains(&summary.region);
    for region in evaluation.regions.iter().filter(shown) {
        table += &format!("{:<20}", region.region);
        for rule in EmptyRule::ALL {
            let summary = region.summary(&Metric::DICE, rule);
            let n = summary.map_or(0, |s| s.n);
            let cell = format!("{} (n = {n})", mean_and_sd(summary, Metric::DICE.decimals));
            table += &format!(" {cell:>24}");
        }
        table += "\n";
    }
    table
        + "challenge: both empty 1, one empty 0; dropped: empty references left out; nan: any empty mask left out\n"
}

fn range(ends: Option<(f64, f64)>, digits: usize) -> String {
    ends.map_or(NONE.into(), |(low, high)| {
        format!("{low:.digits$} to {high:.digits$}")
    })
}

fn mean_and_sd(summary: Option<&Summary>, digits: usize) -> String {
    summary.map_or(NONE.into(), |s| {
        format!("{} ± {}", fixed(Some(s.mean), digits), fixed(s.sd, digits))
    })
}

fn empties(region: &RegionSummary) -> String {
    let e = region.empties;
    let kinds = [
        (e.both_empty, "both"),
        (e.missed, "missed"),
        (e.invented, "invented"),
    ];
    let told: Vec<String> = kinds
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, kind)| format!("{n} {kind}"))
        .collect();
    if told.is_empty() {
        "none".into()
    } else {
        told.join(", ")
    }
}
