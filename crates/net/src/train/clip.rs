//! Gradients kept from taking one large step.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use crate::model::Network;

/// Scales all gradients by one factor where their common norm is above `largest` (Pascanu et al., ICML 2013).
pub fn clip_norm(gradients: &mut GradientsParams, network: &Network, largest: f64) {
    let mut norm = SquaredNorm { gradients, sum: None };
    network.visit(&mut norm);
    let squared = norm.sum.map_or(0.0, |sum| f64::from(sum.into_scalar::<f32>()));
    if squared > largest * largest {
        network.visit(&mut Scale { gradients, factor: largest / squared.sqrt() });
    }
}

struct SquaredNorm<'a> {
    gradients: &'a GradientsParams,
    sum: Option<Tensor<1>>,
}

impl ModuleVisitor for SquaredNorm<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            let squared = gradient.square().sum();
            self.sum = Some(match self.sum.take() {
                Some(sum) => sum + squared,
                None => squared,
            });
        }
    }
}

struct Scale<'a> {
    gradients: &'a mut GradientsParams,
    factor: f64,
}

impl ModuleVisitor for Scale<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            self.gradients.register(param.id, gradient * self.factor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Architecture, ModelSettings};
    use burn::tensor::{Device, Distribution};

    #[test]
    fn the_common_norm_becomes_the_largest_allowed_and_a_small_one_stays() {
        let device = Device::flex().autodiff();
        let settings = ModelSettings { width: 4, ..ModelSettings::published(Architecture::Nested) };
        let network = settings.init(1, &device);
        let gradients = |largest: f64| {
            device.seed(3);
            let x = Tensor::<4>::random([1, 16, 16, 3], Distribution::Default, &device);
            let loss = network.forward(x).into_tensor().square().sum();
            let mut gradients = GradientsParams::from_grads(loss.backward(), &network);
            clip_norm(&mut gradients, &network, largest);
            let mut norm = SquaredNorm { gradients: &gradients, sum: None };
            network.visit(&mut norm);
            norm.sum.unwrap().into_scalar::<f32>().sqrt()
        };
        let free = gradients(1e9);
        assert!(free > 1.0, "{free}");
        assert!((gradients(0.5) - 0.5).abs() < 1e-3);
        assert_eq!(gradients(f64::from(free) * 2.0), free);
    }
}
