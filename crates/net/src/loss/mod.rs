//! What training makes small.

use burn::tensor::Tensor;

use crate::model::Probabilities;

/// Keeps the quotient defined where neither prediction nor reference holds a class.
const SMOOTH: f32 = 1e-5;

/// The soft Dice of each class over a batch, `[classes]`: `(2 Σ t p + 1e-5) / (Σ t + Σ p + 1e-5)`, sums over all
/// images and pixels (Altunok & Oksuz, MyoPS 2020).
///
/// # Shapes
/// `probabilities` and `target` are `[N, H, W, classes]`; the target is 1 in the channel of the pixel's label.
pub fn soft_dice(probabilities: Probabilities, target: Tensor<4>) -> Tensor<1> {
    let p = probabilities.into_tensor();
    let [n, h, w, classes] = p.dims();
    let sums = |t: Tensor<4>| t.reshape([n * h * w, classes]).sum_dim(0).reshape([classes]);
    let overlap = sums(p.clone() * target.clone());
    (overlap * 2.0 + SMOOTH) / (sums(target) + sums(p) + SMOOTH)
}

/// The published loss: 1 less the mean of [`soft_dice`].
pub fn soft_dice_loss(probabilities: Probabilities, target: Tensor<4>) -> Tensor<1> {
    soft_dice(probabilities, target).mean().neg() + 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData};

    #[test]
    fn soft_dice_of_two_pixels_by_hand() {
        let device = Device::flex();
        let tensor = |v: [f32; 4]| Tensor::<4>::from_data(TensorData::new(v.to_vec(), [1, 1, 2, 2]), &device);
        // Class 0: p = .5, .5 against 1, 0; class 1: p = .25, 1 against 0, 1.
        let dice = soft_dice(Probabilities(tensor([0.5, 0.25, 0.5, 1.0])), tensor([1.0, 0.0, 0.0, 1.0]));
        let dice: Vec<f32> = dice.into_data().try_into_vec().unwrap();
        assert!((dice[0] - 2.0 * 0.5 / 2.0).abs() < 1e-4, "{dice:?}");
        assert!((dice[1] - 2.0 / 2.25).abs() < 1e-4, "{dice:?}");
    }

    #[test]
    fn a_perfect_prediction_of_an_absent_class_costs_nothing() {
        let zeros = Tensor::<4>::zeros([1, 2, 2, 1], &Device::flex());
        let loss: f32 = soft_dice_loss(Probabilities(zeros.clone()), zeros).into_scalar();
        assert!(loss.abs() < 1e-6);
    }
}
