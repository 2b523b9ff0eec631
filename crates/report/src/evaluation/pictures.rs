//! An evaluation as pictures.

use myops_image::label::{Label, Region};
use myops_measure::evaluate::{CaseScores, EmptyRule, Evaluation, Metric};

use crate::css_colour;
use crate::svg::{Boxes, Group, agreement, boxes};

/// Dice by region; empty masks count by the challenge's rule.
pub fn dice_picture(evaluation: &Evaluation) -> String {
    let groups = groups(evaluation, &Metric::DICE);
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
    let hd95 = evaluation.hd95.metric();
    let groups = groups(evaluation, hd95);
    let quantity = format!("{}; {}", hd95.unit, hd95.meaning);
    boxes(&Boxes {
        title: format!("{} by region", hd95.label),
        quantity,
        hold: vec![0.0],
        groups,
    })
}

/// Scar volume of prediction and reference: difference over mean.
pub fn scar_volume_picture(evaluation: &Evaluation) -> String {
    let pairs: Vec<(f64, f64)> = evaluation
        .scores_of(Region::SCAR)
        .map(|s| (s.prediction_ml, s.reference_ml))
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
    let dice = |s: &CaseScores| s.under(&Metric::DICE, EmptyRule::Challenge).unwrap_or(0.0);
    let of = |e: &Evaluation, region: Region| e.scores_of(region).map(dice).collect::<Vec<_>>();
    let group = |region: Region| {
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
    let groups = first.regions.iter().map(|r| group(r.region)).collect();
    let quantity = "first minus second; empty masks by the challenge's rule".into();
    boxes(&Boxes {
        title: "Difference in Dice by region".into(),
        quantity,
        hold: vec![0.0],
        groups,
    })
}

fn groups(evaluation: &Evaluation, metric: &Metric) -> Vec<Group> {
    let group = |region: Region| {
        let scores: Vec<&CaseScores> = evaluation.scores_of(region).collect();
        let value = |s: &&CaseScores| s.under(metric, EmptyRule::Challenge);
        let values: Vec<f64> = scores.iter().filter_map(value).collect();
        let masks = scores.iter().map(|s| s.overlap.dice().value());
        let empty = masks.filter(Option::is_none).count();
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
    evaluation.regions.iter().map(|r| group(r.region)).collect()
}

fn short(region: Region) -> &'static str {
    if region == Region::HEALTHY_MYOCARDIUM {
        "healthy myo."
    } else {
        region.name()
    }
}

/// The label whose colour stands for a region.
fn label(region: Region) -> Label {
    match region {
        Region::SCAR => Label::Scar,
        Region::EDEMA | Region::EDEMA_OR_SCAR => Label::Edema,
        Region::LV_POOL => Label::LvPool,
        Region::RV_POOL => Label::RvPool,
        _ => Label::Myocardium,
    }
}
