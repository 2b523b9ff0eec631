use myops_image::label::{Label, LabelSet, Region};
use myops_image::scheme::LabelScheme;
use myops_net::graph::Activation;

use super::objective::{LABELS, PIECE};
use super::*;

const SOFT_DICE: Objective = Objective {
    activation: Activation::Sigmoid,
    loss: Loss::SoftDice,
    pathology: PLAIN,
};
const REGIONS: Objective = Objective {
    activation: Activation::Softmax,
    loss: Loss::RegionDiceCrossEntropy,
    pathology: PLAIN,
};
const PLAIN: PathologyLoss = PathologyLoss {
    focal_gamma: 0.0,
    edema_weight: 1.0,
    scar_weight: 1.0,
    dice_weight: 1.0,
};
const FOCAL: PathologyLoss = PathologyLoss {
    focal_gamma: 2.0,
    edema_weight: 1.5,
    scar_weight: 3.0,
    dice_weight: 2.0,
};

fn logit(p: f32) -> f32 {
    (p / (1.0 - p)).ln()
}

/// The output that makes one label all but certain.
fn certain(label: Label) -> [f32; LABELS] {
    [0, 1, 2, 3, 4, 5].map(|c| if c == label.class() { 30.0 } else { 0.0 })
}

#[test]
fn soft_dice_of_two_pixels_by_hand() {
    // Background: p = .5, .5 against 1, 0; LV pool: p = .25, .75 against 0, 1; the rest is absent and unseen.
    let none = -40.0;
    let x = [
        [0.0, logit(0.25), none, none, none, none],
        [0.0, logit(0.75), none, none, none, none],
    ]
    .concat();
    let value = SOFT_DICE.of(x, &[Label::Background, Label::LvPool].map(LabelSet::from));
    assert!(
        (value.dice[0] - 2.0 * 0.5 / 2.0).abs() < 1e-4,
        "{:?}",
        value.dice
    );
    assert!(
        (value.dice[1] - 2.0 * 0.75 / 2.0).abs() < 1e-4,
        "{:?}",
        value.dice
    );
    assert!(
        value.dice[2..].iter().all(|d| (d - 1.0).abs() < 1e-6),
        "an absent label that nothing claims"
    );
    assert!(
        (value.loss - (1.0 - (0.5 + 0.75 + 4.0) / 6.0)).abs() < 1e-4,
        "{}",
        value.loss
    );
}

#[test]
fn edema_taken_for_scar_costs_the_scar_and_not_the_wall() {
    let labels = [Label::LvPool, Label::RvPool, Label::Edema, Label::Scar];
    let right = REGIONS.of(labels.map(certain).concat(), &labels.map(LabelSet::from));
    assert!(right.loss.abs() < 1e-5, "{}", right.loss);
    let wrong = REGIONS.of(
        [Label::LvPool, Label::RvPool, Label::Scar, Label::Scar]
            .map(certain)
            .concat(),
        &labels.map(LabelSet::from),
    );
    // One pixel of four at the smallest probability; of five regions only scar is wrong: 2 * 1 / (2 + 1).
    let expected = -confusion::SMALLEST.ln() / 4.0 + (1.0 - 2.0 / 3.0) / 5.0;
    assert!(
        (wrong.loss - expected).abs() < 1e-3,
        "{} {expected}",
        wrong.loss
    );
}

#[test]
fn a_focal_pixel_of_scar_by_hand() {
    // p = 1/6 of each label: 3 * (5/6)^2 * ln 6; every region's soft Dice from the same sixth.
    let objective = Objective {
        pathology: FOCAL,
        ..REGIONS
    };
    let value = objective.of(vec![0.0; 6], &[Label::Scar.into()]);
    let dice = |p: f64, t: f64| (2.0 * p * t + 1e-5) / (p + t + 1e-5);
    let [pool, wall, union, scar] = [
        dice(1.0 / 6.0, 0.0),
        dice(0.5, 1.0),
        dice(1.0 / 3.0, 1.0),
        dice(1.0 / 6.0, 1.0),
    ];
    let mean = (2.0 * pool + wall + 2.0 * union + 2.0 * scar) / 7.0;
    let expected = 3.0 * (25.0 / 36.0) * 6.0_f64.ln() + 1.0 - mean;
    assert!(
        (value.loss - expected).abs() < 1e-5,
        "{} {expected}",
        value.loss
    );
}

/// Some output for pixels of every label, none of it near the ends; some labels stand for several tissues.
fn some_pixels() -> (Vec<f32>, Vec<LabelSet>) {
    let healthy = LabelSet::of(&[Label::Myocardium, Label::Edema]);
    let beside = LabelSet::of(&[Label::Background, Label::RvPool]);
    let several = [healthy, beside, Region::WALL.labels()];
    let labels: Vec<LabelSet> = (0..12)
        .map(|n| Label::ALL[n * 5 % 6].into())
        .chain(several)
        .collect();
    let x = (0..labels.len() * LABELS)
        .map(|n| ((n * 37 % 23) as f32 - 11.0) / 6.0)
        .collect();
    (x, labels)
}

#[test]
fn the_gradient_is_what_small_steps_give() {
    let (x, labels) = some_pixels();
    let focal = Objective {
        pathology: FOCAL,
        ..REGIONS
    };
    for objective in [SOFT_DICE, REGIONS, focal] {
        let gradient = objective.of(x.clone(), &labels).gradient;
        for n in 0..x.len() {
            let at = |step: f32| {
                let mut x = x.clone();
                x[n] += step;
                objective.of(x, &labels).loss
            };
            let slope = (at(1e-2) - at(-1e-2)) / 2e-2;
            assert!(
                (slope - f64::from(gradient[n])).abs() < 2e-4,
                "{objective:?} {n}: {slope} {}",
                gradient[n]
            );
        }
    }
}

#[test]
fn many_pixels_give_the_same_as_few_repeated() {
    let (x, labels) = some_pixels();
    let times = 2 * PIECE / labels.len();
    let few = REGIONS.of(x.clone(), &labels);
    let many = REGIONS.of(x.repeat(times), &labels.repeat(times));
    assert!(
        (few.loss - many.loss).abs() < 1e-4,
        "{} {}",
        few.loss,
        many.loss
    );
    assert!((few.gradient[7] - many.gradient[7] * times as f32).abs() < 1e-4);
}

#[test]
fn what_a_data_set_does_not_draw_is_not_held_against_the_network() {
    let left = [
        (Label::RvPool, Label::Background),
        (Label::Edema, Label::Myocardium),
    ];
    let scheme = LabelScheme::leaving(left).unwrap();
    let carried = [
        Label::Background,
        Label::LvPool,
        Label::Background,
        Label::Myocardium,
        Label::Myocardium,
        Label::Scar,
    ];
    let targets = carried.map(|label| scheme.meaning(label));
    // The right ventricle and edema cost nothing, where the labels cannot tell.
    let right = REGIONS.of(Label::ALL.map(certain).concat(), &targets);
    assert!(right.loss.abs() < 1e-5, "{}", right.loss);
    // Scar in healthy wall does.
    let mut wrong = Label::ALL;
    wrong[Label::Edema.class()] = Label::Scar;
    let wrong = REGIONS.of(wrong.map(certain).concat(), &targets);
    // One pixel of six at the smallest probability; of five regions scar: 2 * 1 / (2 + 1).
    let expected = -confusion::SMALLEST.ln() / 6.0 + (1.0 - 2.0 / 3.0) / 5.0;
    assert!((wrong.loss - expected).abs() < 1e-3, "{}", wrong.loss);
}

#[test]
fn the_wall_of_anatomy_alone_by_hand() {
    // A wall of any tissue: p = 1/6 of each label makes the wall half sure. Of five regions, pools are outside, the wall is
    // inside, and of edema and scar nobody knows.
    let value = REGIONS.of(vec![0.0; 6], &[Region::WALL.labels()]);
    let dice = |p: f64, t: f64| (2.0 * p * t + 1e-5) / (p + t + 1e-5);
    let mean = (2.0 * dice(1.0 / 6.0, 0.0) + dice(0.5, 1.0) + 2.0) / 5.0;
    let expected = 2.0_f64.ln() + 1.0 - mean;
    assert!((value.loss - expected).abs() < 1e-5, "{}", value.loss);
    // No tissue of the wall is preferred to another.
    let wall = &value.gradient[3..];
    assert!(wall.iter().all(|g| (g - wall[0]).abs() < 1e-6 && *g < 0.0));
}
