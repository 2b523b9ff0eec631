//! An evaluation as pictures.

use myops_image::label::Label;
use myops_measure::evaluate::{CaseScores, EmptyRule, Evaluation};

use super::super::css_colour;
use super::super::svg::{Boxes, Group, agreement, boxes};

/// Dice by region; empty masks count by the challenge's rule.
pub fn dice_picture(evaluation: &Evaluation) -> String {
    let groups = groups(evaluation, |s| s.dice.under(EmptyRule::Challenge));
    let quantity = "0 to 1; both masks empty 1, one empty 0 (challenge)".into();
    boxes(&Boxes {
        title: "Dice by region".into(),
        quantity,
        hold: vec![0.0, 1.0],
        groups,
    })
}

/// HD95 by region, over the cases in which neither mask is empty.
pub fn hd95_picture(evaluation: &Evaluation) -> String {
    let hd95 = evaluation.hd95;
    let groups = groups(evaluation, |s| hd95.of(s).value());
    let quantity = format!("mm; {}", hd95.definition());
    boxes(&Boxes {
        title: format!("HD95 {} by region", hd95.name()),
        quantity,
        hold: vec![0.0],
        groups,
    })
}

/// Scar volume of prediction and reference: difference over mean.
pub fn scar_volume_picture(evaluation: &Evaluation) -> String {
    let pairs: Vec<(f64, f64)> = evaluation
        .scores_of("scar")
        .map(|(_, s)| (s.prediction_ml, s.reference_ml))
        .collect();
    agreement(
        "Scar volume",
        &pairs,
        evaluation.scar_volume.as_ref(),
        &css_colour(Label::Scar),
    )
}

/// Dice of the first evaluation minus that of the second, case by case.
pub fn difference_picture(first: &Evaluation, second: &Evaluation) -> String {
    let dice = |s: &CaseScores| s.dice.under(EmptyRule::Challenge).unwrap_or(0.0);
    let of = |e: &Evaluation, region: &str| {
        e.scores_of(region)
            .map(|(_, s)| dice(s))
            .collect::<Vec<_>>()
    };
    let group = |region: &str| {
        let (a, b) = (of(first, region), of(second, region));
        let values: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
        let better = values.iter().filter(|d| **d > 0.0).count();
        let worse = values.iter().filter(|d| **d < 0.0).count();
        let note = format!("{better} up, {worse} down");
        Group {
            name: short(region).into(),
            note,
            colour: css_colour(label(region)),
            values,
        }
    };
    let groups = first.regions.iter().map(|r| group(&r.region)).collect();
    let quantity = "first minus second; empty masks by the challenge's rule".into();
    boxes(&Boxes {
        title: "Difference in Dice by region".into(),
        quantity,
        hold: vec![0.0],
        groups,
    })
}

fn groups(evaluation: &Evaluation, value: impl Fn(&CaseScores) -> Option<f64>) -> Vec<Group> {
    let group = |region: &str| {
        let scores: Vec<&CaseScores> = evaluation.scores_of(region).map(|(_, s)| s).collect();
        let values: Vec<f64> = scores.iter().filter_map(|s| value(s)).collect();
        let empty = scores.iter().filter(|s| s.dice.value().is_none()).count();
        let note = if empty == 0 {
            format!("n = {}", values.len())
        } else {
            format!("n = {}, {empty} empty", values.len())
        };
        Group {
            name: short(region).into(),
            note,
            colour: css_colour(label(region)),
            values,
        }
    };
    evaluation
        .regions
        .iter()
        .map(|r| group(&r.region))
        .collect()
}

fn short(region: &str) -> &str {
    if region == "healthy myocardium" {
        "healthy myo."
    } else {
        region
    }
}

/// The label whose colour stands for a region.
fn label(region: &str) -> Label {
    match region {
        "scar" => Label::Scar,
        "edema" | "scar+edema" => Label::Edema,
        "LV pool" => Label::LvPool,
        "RV pool" => Label::RvPool,
        _ => Label::Myocardium,
    }
}
