//! What training makes small.

use burn::tensor::{Tensor, TensorData};
use myops_image::label::{Label, Region};
use serde::{Deserialize, Serialize};

use crate::model::Probabilities;

/// Keeps the quotient defined where neither prediction nor reference holds a class.
const SMOOTH: f32 = 1e-5;

/// The smallest probability whose logarithm is taken.
const SMALLEST: f32 = 1e-6;

/// A loss by its name in settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// The published loss: 1 less the mean soft Dice of the six labels.
    SoftDice,
    /// The cross-entropy of the labels, and 1 less the mean soft Dice of the regions that are scored: LV pool, RV
    /// pool, wall, edema-or-scar, scar. Scar lies inside edema-or-scar inside the wall.
    RegionDiceCrossEntropy,
}

/// A loss with the soft Dice of each label beside it.
#[derive(Debug, Clone)]
pub struct LossValue {
    /// What is made small, `[1]`.
    pub loss: Tensor<1>,
    /// The soft Dice of each label, `[classes]`.
    pub dice: Tensor<1>,
}

impl Loss {
    /// The loss of a batch.
    ///
    /// # Shapes
    /// `probabilities` and `target` are `[N, H, W, classes]`; the target is 1 in the channel of the pixel's label.
    pub fn of(self, probabilities: Probabilities, target: Tensor<4>) -> LossValue {
        let p = probabilities.into_tensor();
        match self {
            Self::SoftDice => {
                let dice = soft_dice(p, target);
                LossValue { loss: dice.clone().mean().neg() + 1.0, dice }
            }
            Self::RegionDiceCrossEntropy => {
                let [n, h, w, classes] = p.dims();
                let (p, target) = (p.reshape([n * h * w, classes]), target.reshape([n * h * w, classes]));
                let entropy = (p.clone().clamp_min(SMALLEST).log() * target.clone()).sum_dim(1).mean().neg();
                let members = region_members(&p);
                let regions = dice_of_columns(p.clone().matmul(members.clone()), target.clone().matmul(members));
                LossValue { loss: entropy + regions.mean().neg() + 1.0, dice: dice_of_columns(p, target) }
            }
        }
    }
}

/// The soft Dice of each class over a batch, `[classes]`: `(2 Σ t p + 1e-5) / (Σ t + Σ p + 1e-5)`, sums over all
/// images and pixels (Altunok & Oksuz, MyoPS 2020).
fn soft_dice(p: Tensor<4>, target: Tensor<4>) -> Tensor<1> {
    let [n, h, w, classes] = p.dims();
    dice_of_columns(p.reshape([n * h * w, classes]), target.reshape([n * h * w, classes]))
}

fn dice_of_columns(p: Tensor<2>, target: Tensor<2>) -> Tensor<1> {
    let columns = p.dims()[1];
    let sums = |t: Tensor<2>| t.sum_dim(0).reshape([columns]);
    let overlap = sums(p.clone() * target.clone());
    (overlap * 2.0 + SMOOTH) / (sums(target) + sums(p) + SMOOTH)
}

/// Which labels each scored region holds, `[classes, regions]`.
fn region_members(like: &Tensor<2>) -> Tensor<2> {
    const REGIONS: [Region; 5] = [Region::LV_POOL, Region::RV_POOL, Region::WALL, Region::EDEMA_OR_SCAR, Region::SCAR];
    let members: Vec<f32> =
        Label::ALL.iter().flat_map(|l| REGIONS.map(|r| f32::from(u8::from(r.contains(*l))))).collect();
    Tensor::from_data(TensorData::new(members, [Label::ALL.len(), REGIONS.len()]), &like.device())
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn tensor(values: &[f32], classes: usize) -> Tensor<4> {
        let shape = [1, 1, values.len() / classes, classes];
        Tensor::from_data(TensorData::new(values.to_vec(), shape), &Device::flex())
    }

    fn value(loss: LossValue) -> (f32, Vec<f32>) {
        (loss.loss.into_scalar(), loss.dice.into_data().try_into_vec().unwrap())
    }

    #[test]
    fn soft_dice_of_two_pixels_by_hand() {
        // Class 0: p = .5, .5 against 1, 0; class 1: p = .25, 1 against 0, 1.
        let p = Probabilities(tensor(&[0.5, 0.25, 0.5, 1.0], 2));
        let (loss, dice) = value(Loss::SoftDice.of(p, tensor(&[1.0, 0.0, 0.0, 1.0], 2)));
        assert!((dice[0] - 2.0 * 0.5 / 2.0).abs() < 1e-4, "{dice:?}");
        assert!((dice[1] - 2.0 / 2.25).abs() < 1e-4, "{dice:?}");
        assert!((loss - (1.0 - f32::midpoint(0.5, 2.0 / 2.25))).abs() < 1e-4, "{loss}");
    }

    #[test]
    fn a_perfect_prediction_of_an_absent_class_costs_nothing() {
        let (loss, _) = value(Loss::SoftDice.of(Probabilities(tensor(&[0.0; 4], 1)), tensor(&[0.0; 4], 1)));
        assert!(loss.abs() < 1e-6);
    }

    #[test]
    fn edema_taken_for_scar_costs_the_scar_and_not_the_wall() {
        let pixel = |label: Label| [0, 1, 2, 3, 4, 5].map(|c| f32::from(u8::from(c == label.class())));
        let target: Vec<f32> = [Label::LvPool, Label::RvPool, Label::Edema, Label::Scar].map(pixel).concat();
        let right = Loss::RegionDiceCrossEntropy.of(Probabilities(tensor(&target, 6)), tensor(&target, 6));
        assert!(value(right).0.abs() < 1e-5);
        let wrong: Vec<f32> = [Label::LvPool, Label::RvPool, Label::Scar, Label::Scar].map(pixel).concat();
        let (loss, _) = value(Loss::RegionDiceCrossEntropy.of(Probabilities(tensor(&wrong, 6)), tensor(&target, 6)));
        // One pixel of four at the smallest probability; of five regions only scar is wrong: 2 * 1 / (2 + 1).
        let expected = -SMALLEST.ln() / 4.0 + (1.0 - 2.0 / 3.0) / 5.0;
        assert!((loss - expected).abs() < 1e-3, "{loss} {expected}");
    }
}
