//! An evaluation as a table for the terminal.

use myops_measure::evaluate::{EmptyRule, Evaluation, RegionSummary, Summary};

use super::super::number::{NONE, fixed, signed};

/// The regions whose mean is given under each rule for empty masks.
const UNDER_EACH_RULE: [&str; 2] = ["scar", "scar+edema"];

/// The scores of every region, and what rules and definitions they follow.
pub fn table(evaluation: &Evaluation) -> String {
    let hd95 = evaluation.hd95;
    let mut table = format!(
        "{:<20} {:>15} {:>7} {:>15} {:>15} {:>6} {:>6} {:>13} {:>7} {:>7} {:>8}  empty masks\n",
        "region",
        "Dice mean ± SD",
        "median",
        "quartiles",
        "95 % interval",
        "sens.",
        "prec.",
        "HD95 mm",
        "HD mm",
        "ASSD mm",
        "ml"
    );
    for region in &evaluation.regions {
        let dice = region.dice.challenge.as_ref();
        let mean = |s: Option<&Summary>, digits| fixed(s.map(|s| s.mean), digits);
        table += &format!(
            "{:<20} {:>15} {:>7} {:>15} {:>15} {:>6} {:>6} {:>13} {:>7} {:>7} {:>8}  {}\n",
            region.region,
            mean_and_sd(dice, 3),
            fixed(dice.map(|s| s.median), 3),
            range(dice.and_then(|s| s.first_quartile.zip(s.third_quartile))),
            range(dice.and_then(|s| s.mean_interval).map(|i| (i.low, i.high))),
            mean(region.sensitivity.challenge.as_ref(), 3),
            mean(region.precision.challenge.as_ref(), 3),
            mean_and_sd(hd95.summary(region), 1),
            mean(region.hd_mm.as_ref(), 1),
            mean(region.assd_mm.as_ref(), 2),
            region
                .volume_difference_ml
                .as_ref()
                .map_or(NONE.into(), |s| signed(s.mean, 2)),
            empties(region),
        );
    }
    table += &rules(evaluation);
    table += &format!(
        "\nDice, sensitivity and precision above count empty masks by the challenge's rule: both empty 1, one empty 0.\n\
         Distances are means over the cases in which neither mask is empty. HD95 {}: {}.\n\
         ml: prediction minus reference. SD with n - 1. Intervals: percentile bootstrap of the mean, 10 000 draws.\n",
        hd95.name(),
        hd95.definition()
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

/// The mean Dice of the challenge's two regions under each rule, with the number of cases that it is of.
fn rules(evaluation: &Evaluation) -> String {
    let mut table = format!("\n{:<20}", "Dice by rule");
    for rule in EmptyRule::ALL {
        table += &format!(" {:>24}", rule.name());
    }
    table += "\n";
    for region in evaluation
        .regions
        .iter()
        .filter(|r| UNDER_EACH_RULE.contains(&r.region.as_str()))
    {
        table += &format!("{:<20}", region.region);
        for rule in EmptyRule::ALL {
            let summary = region.dice.get(rule);
            table += &format!(
                " {:>24}",
                format!(
                    "{} (n = {})",
                    mean_and_sd(summary, 3),
                    summary.map_or(0, |s| s.n)
                )
            );
        }
        table += "\n";
    }
    table
        + "challenge: both empty 1, one empty 0; dropped: empty references left out; nan: any empty mask left out\n"
}

fn range(ends: Option<(f64, f64)>) -> String {
    ends.map_or(NONE.into(), |(low, high)| format!("{low:.3} to {high:.3}"))
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
