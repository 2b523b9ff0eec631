//! What changes a network by its gradients: Adam, and a bound on how long a step's gradient may be.

use myops_kernels::{Adam, Isa};
use rayon::prelude::*;

use myops_net::weights::{StoreError, Stored, Weight, Weights};
use myops_settings::Switch;

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
    /// The largest norm of the gradients of all tensors together (Pascanu et al., ICML 2013).
    pub clip_norm: Switch<f64>,
    steps: usize,
    /// The running means of gradients and of their squares.
    means: [Weights; 2],
}

impl Optimizer {
    /// Before its first step.
    pub fn new(weight_decay: f64, clip_norm: Switch<f64>) -> Self {
        Self {
            weight_decay,
            clip_norm,
            steps: 0,
            means: Default::default(),
        }
    }

    /// Changes the weights of a network by their gradients; those that have none stay as they are.
    pub fn step(&mut self, learning_rate: f64, network: &mut Weights, gradients: &Weights) {
        self.steps += 1;
        let adam = Adam {
            step: self.steps,
            learning_rate,
            weight_decay: self.weight_decay,
            epsilon: EPSILON,
            gradient_factor: clip_factor(gradients, self.clip_norm),
        };
        for (path, gradient) in gradients.iter() {
            let Some(weight) = network.get_mut(path) else {
                continue;
            };
            let means = self
                .means
                .each_mut()
                .map(|means| means.zeros_at(path, gradient).values.as_mut_slice());
            adam.update(Isa::best(), &mut weight.values, &gradient.values, means);
        }
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
fn clip_factor(gradients: &Weights, largest: Switch<f64>) -> f64 {
    let Switch::On(largest) = largest else {
        return 1.0;
    };
    let square = |piece: &[f32]| piece.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>();
    let squares = |(_, gradient): (_, &Weight)| {
        let pieces: Vec<f64> = gradient.values.par_chunks(PIECE).map(square).collect();
        pieces.iter().sum::<f64>()
    };
    let norm = gradients.iter().map(squares).sum::<f64>().sqrt();
    if norm > largest { largest / norm } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(values: &[(&str, Vec<f32>)]) -> Weights {
        let mut weights = Weights::default();
        for (name, values) in values.iter().cloned() {
            let shape = vec![values.len()];
            weights.insert(name, Weight { shape, values });
        }
        weights
    }

    #[test]
    fn a_first_step_moves_every_weight_against_its_gradient_and_nothing_else() {
        let mut network = weights(&[
            ("a", vec![1.0, -2.0]),
            ("b", vec![0.5]),
            ("running_mean", vec![3.0]),
        ]);
        let gradients = weights(&[("a", vec![0.3, -7.0]), ("b", vec![1e-3])]);
        Optimizer::new(0.0, Switch::Off).step(0.01, &mut network, &gradients);
        let expected = [("a", vec![0.99, -1.99]), ("b", vec![0.49])];
        for (name, expected) in expected {
            let moved = network.get(name).unwrap().values.iter().zip(&expected);
            assert!(
                moved.into_iter().all(|(v, e)| (v - e).abs() < 1e-5),
                "{name}"
            );
        }
        assert_eq!(network.get("running_mean").unwrap().values, [3.0]);
    }

    #[test]
    fn gradients_are_shortened_to_the_longest_allowed_and_short_ones_stay() {
        let gradients = weights(&[("a", vec![3.0]), ("b", vec![0.0, 4.0])]);
        assert!((clip_factor(&gradients, Switch::On(2.0)) - 0.4).abs() < 1e-12);
        assert_eq!(clip_factor(&gradients, Switch::On(5.5)), 1.0);
        assert_eq!(clip_factor(&gradients, Switch::Off), 1.0);
    }

    #[test]
    fn one_read_back_goes_on_alike_and_not_with_another_network() {
        let mut network = weights(&[("a", vec![1.0, -2.0]), ("b", vec![0.5])]);
        let gradients = weights(&[("a", vec![0.3, -7.0]), ("b", vec![1e-3])]);
        let mut optimizer = Optimizer::new(0.1, Switch::On(1.0));
        optimizer.step(0.01, &mut network, &gradients);
        let bytes = optimizer.to_bytes().unwrap();
        let mut resumed = Optimizer::new(0.1, Switch::On(1.0))
            .resume(&bytes, &network)
            .unwrap();
        assert_eq!(resumed, optimizer);
        let mut same = network.clone();
        resumed.step(0.01, &mut same, &gradients);
        optimizer.step(0.01, &mut network, &gradients);
        assert_eq!(same, network);

        let error = Optimizer::new(0.1, Switch::On(1.0))
            .resume(&bytes, &Weights::default())
            .unwrap_err()
            .to_string();
        assert!(error.contains("is of another network"), "{error}");
    }
}
