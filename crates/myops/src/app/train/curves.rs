//! The picture of a training: loss and Dice over epochs.

use myops_image::label::Label;
use myops_image::picture::{Series, curves};
use myops_train::{EpochRecord, Validation};

/// Loss and Dice over epochs, as a PNG.
pub fn picture(history: &[EpochRecord]) -> Vec<u8> {
    let series = |name: &str, value: &dyn Fn(&EpochRecord) -> Option<f64>| Series {
        name: name.into(),
        points: history
            .iter()
            .filter_map(|r| Some(((r.epoch + 1) as f32, value(r)? as f32)))
            .collect(),
    };
    let validation =
        |value: &dyn Fn(&Validation) -> f64, r: &EpochRecord| r.validation.as_ref().map(value);
    let mut all = vec![series("training loss", &|r| Some(r.loss))];
    let title = if let Some(Validation { dice, .. }) =
        history.iter().rev().find_map(|r| r.validation.as_ref())
    {
        all.push(series("held-out loss", &|r| validation(&|v| v.loss, r)));
        for (n, (region, _)) in dice.iter().enumerate() {
            all.push(series(region, &|r| validation(&|v| v.dice[n].1, r)));
        }
        "Loss, and Dice of the held-out cases"
    } else {
        for (n, label) in Label::ALL.iter().enumerate().skip(1) {
            all.push(series(label.name(), &|r| r.soft_dice.get(n).copied()));
        }
        "Loss, and soft Dice in training"
    };
    curves(&all, title)
}
