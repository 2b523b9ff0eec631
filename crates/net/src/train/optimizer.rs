//! What changes a network by its gradients: Adam, and a bound on how long a step's gradient may be.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Gradients, Tensor, TensorData};
use myops_kernels::cpu::{Adam, Isa};
use rayon::prelude::*;

use crate::device::numbers;
use crate::model::Network;
use crate::weights::{Path, StoreError, Stored, Weight, Weights};

/// Adam's epsilon in Keras.
const EPSILON: f64 = 1e-7;

/// Floats of one partial sum; fixed, so that sums do not depend on the number of threads.
const PIECE: usize = 1 << 14;

/// The two means, by the names they have in a file.
const MEANS: [&str; 2] = ["mean", "square"];

/// Adam over all tensors of a network that have a gradient (see [`Adam`]).
#[derive(Debug, Clone, PartialEq)]
pub struct Optimizer {
    /// What a weight loses of itself at each step, as a share of the learning rate.
    pub weight_decay: f64,
    /// The longest gradient, over all tensors, that is taken as it is; 0 takes all (Pascanu et al., ICML 2013).
    pub clip_norm: f64,
    steps: usize,
    /// The running means of gradients and of their squares.
    means: [Weights; 2],
}

impl Optimizer {
    /// Before its first step.
    pub fn new(weight_decay: f64, clip_norm: f64) -> Self {
        Self {
            weight_decay,
            clip_norm,
            steps: 0,
            means: Default::default(),
        }
    }

    /// The network after one step.
    pub fn step(&mut self, learning_rate: f64, network: Network, gradients: Gradients) -> Network {
        let gradients = Weights::gradients_of(&network, gradients);
        self.steps += 1;
        let adam = Adam {
            step: self.steps,
            learning_rate,
            weight_decay: self.weight_decay,
            epsilon: EPSILON,
            gradient_factor: clip_factor(&gradients, self.clip_norm),
        };
        network.map(&mut Step {
            adam,
            gradients,
            means: &mut self.means,
            path: Path::default(),
        })
    }

    /// How far it has come, as bytes.
    ///
    /// # Errors
    /// Where the state cannot be written as bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StoreError> {
        let mut weights = Weights::default();
        MEANS
            .iter()
            .zip(&self.means)
            .for_each(|(name, means)| weights.put_part(name, means));
        Stored {
            settings: self.steps,
            weights,
        }
        .to_bytes()
    }

    /// Goes on from where [`Self::to_bytes`] was called, with a network of these weights.
    ///
    /// # Errors
    /// Where the bytes are of something else, or of another network.
    pub fn resume(self, bytes: &[u8], network: &Weights) -> Result<Self, StoreError> {
        let Stored {
            settings: steps,
            weights,
        } = Stored::<usize>::from_bytes(bytes)?;
        let mut parts = weights.into_parts();
        let means = MEANS.map(|name| parts.remove(name).unwrap_or_default());
        for (path, mean) in means.iter().flat_map(Weights::iter) {
            if network
                .get(path)
                .is_none_or(|weight| weight.shape != mean.shape)
            {
                return Err(StoreError::Stray(path.into()));
            }
        }
        Ok(Self {
            steps,
            means,
            ..self
        })
    }
}

/// What gradients are multiplied with, so that together they are no longer than allowed.
fn clip_factor(gradients: &Weights, longest: f64) -> f64 {
    let square = |piece: &[f32]| piece.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>();
    let squares = |(_, gradient): (_, &Weight)| {
        let pieces: Vec<f64> = gradient.values.par_chunks(PIECE).map(square).collect();
        pieces.iter().sum::<f64>()
    };
    let norm = gradients.iter().map(squares).sum::<f64>().sqrt();
    if longest > 0.0 && norm > longest {
        longest / norm
    } else {
        1.0
    }
}

struct Step<'a> {
    adam: Adam,
    gradients: Weights,
    means: &'a mut [Weights; 2],
    path: Path,
}

impl ModuleMapper for Step<'_> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.enter(name);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.leave();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let path = self.path.to_string();
        let Some(gradient) = self.gradients.get(&path) else {
            return param;
        };
        let means = self
            .means
            .each_mut()
            .map(|means| means.zeros_at(&path, gradient).values.as_mut_slice());
        param.map(|old| {
            let (device, needs_gradient) = (old.device(), old.is_require_grad());
            let mut values = numbers(old);
            self.adam
                .update(Isa::best(), &mut values, &gradient.values, means);
            let new =
                Tensor::from_data(TensorData::new(values, gradient.shape.as_slice()), &device);
            new.set_require_grad(needs_gradient)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Architecture, ModelSettings};
    use burn::tensor::{Device, Distribution};

    /// A small network, and what a batch of its own says about its weights.
    fn network_and_gradients(seed: u64) -> (Network, Gradients) {
        let device = Device::flex().autodiff();
        let network = ModelSettings {
            width: 4,
            ..ModelSettings::published(Architecture::Nested)
        }
        .init(1, &device);
        device.seed(seed);
        let x = Tensor::<4>::random([1, 16, 16, 3], Distribution::Default, &device);
        let gradients = network.forward(x).into_tensor().square().sum().backward();
        (network, gradients)
    }

    #[test]
    fn a_first_step_moves_every_weight_against_its_gradient_and_nothing_else() {
        let (network, gradients) = network_and_gradients(3);
        let before = Weights::of(&network);
        let mut optimizer = Optimizer::new(0.0, 0.0);
        let after = Weights::of(&optimizer.step(0.01, network, gradients));
        assert!(optimizer.means[0].iter().count() > 20);
        for (path, weight) in before.iter() {
            let moved = weight
                .values
                .iter()
                .zip(&after.get(path).unwrap().values)
                .map(|(b, a)| a - b);
            let Some(mean) = optimizer.means[0].get(path) else {
                assert!(
                    path.contains("running") && moved.into_iter().all(|m| m == 0.0),
                    "{path}"
                );
                continue;
            };
            for (moved, mean) in moved
                .zip(&mean.values)
                .filter(|(_, mean)| mean.abs() > 1e-3)
            {
                assert!(
                    (moved + 0.01 * mean.signum()).abs() < 1e-5,
                    "{path}: {moved} for {mean}"
                );
            }
        }
    }

    #[test]
    fn gradients_are_shortened_to_the_longest_allowed_and_short_ones_stay() {
        let mut gradients = Weights::default();
        gradients.insert(
            "a",
            Weight {
                shape: vec![1],
                values: vec![3.0],
            },
        );
        gradients.insert(
            "b",
            Weight {
                shape: vec![2],
                values: vec![0.0, 4.0],
            },
        );
        assert!((clip_factor(&gradients, 2.0) - 0.4).abs() < 1e-12);
        assert_eq!(clip_factor(&gradients, 5.5), 1.0);
        assert_eq!(clip_factor(&gradients, 0.0), 1.0);
    }

    #[test]
    fn one_read_back_goes_on_alike_and_not_with_another_network() {
        let (network, gradients) = network_and_gradients(3);
        let mut optimizer = Optimizer::new(0.1, 1.0);
        let network = optimizer.step(0.01, network, gradients);
        let (weights, bytes) = (Weights::of(&network), optimizer.to_bytes().unwrap());
        let mut resumed = Optimizer::new(0.1, 1.0).resume(&bytes, &weights).unwrap();
        assert_eq!(resumed, optimizer);
        let step = |optimizer: &mut Optimizer| {
            let (network, gradients) = network_and_gradients(4);
            Weights::of(&optimizer.step(0.01, network, gradients))
        };
        assert_eq!(step(&mut resumed), step(&mut optimizer));

        let error = Optimizer::new(0.1, 1.0)
            .resume(&bytes, &Weights::default())
            .unwrap_err()
            .to_string();
        assert!(error.contains("is of another network"), "{error}");
    }
}
