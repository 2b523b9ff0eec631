//! What runs networks: their probabilities, and the gradients of their weights.
//!
//! An [`Engine`] is one way to run any [`Graph`]: [`Cpu`] on this project's own kernels, and on graphics cards the one of
//! the crate `myops-gpu`. Precision and threads belong to an engine, so that engines of different precision can run side
//! by side in one process.
//!
//! ```
//! use myops_net::engine::{Cpu, Engine, Image};
//! use myops_net::model::{Architecture, ModelSettings};
//! use myops_net::weights::Weights;
//!
//! let graph = ModelSettings::published(Architecture::Runet).probability_graph();
//! let network = Cpu::default().predictor(&graph, &Weights::drawn(&graph, 1))?;
//! let slice = Image { dims: [1, 32, 32, 3], values: vec![0.5; 32 * 32 * 3] };
//! assert_eq!(network.run(slice).dims, [1, 32, 32, 6]);
//! # Ok::<(), myops_net::weights::WeightsError>(())
//! ```

mod cpu;

use std::fmt::Debug;
use std::sync::Arc;

pub use cpu::{Cpu, Precision};
pub use myops_kernels::{Image, Statistics};

use crate::graph::Graph;
use crate::weights::{Weights, WeightsError};

/// An engine that several networks share.
pub type Device = Arc<dyn Engine>;

/// One way to run networks.
pub trait Engine: Debug + Send + Sync {
    /// What it runs on, in words, such as `AVX2`.
    fn name(&self) -> String;

    /// Makes a network with fixed weights ready to predict.
    ///
    /// # Errors
    /// Where the weights are not those of the network.
    fn predictor(&self, graph: &Graph, weights: &Weights)
    -> Result<Box<dyn Predict>, WeightsError>;

    /// Makes a network ready to learn.
    fn learner(&self, graph: &Graph) -> Box<dyn Learn>;
}

/// A network with fixed weights.
pub trait Predict: Debug + Send + Sync {
    /// The network's result for a batch; batch norms use their running statistics and drop-out does nothing.
    ///
    /// # Shapes
    /// `[N, H, W, inputs]` to `[N, H, W, classes]`.
    fn run(&self, x: Image) -> Image;
}

/// A network whose weights change from step to step.
pub trait Learn: Debug + Send + Sync {
    /// Runs a batch forward, asks `slope` how the loss changes with each value of the result, and runs backward.
    ///
    /// # Errors
    /// Where the weights are not those of the network.
    fn pass(
        &self,
        weights: &Weights,
        batch: Batch,
        slope: &mut (dyn FnMut(Image) -> Vec<f32> + Send),
    ) -> Result<Pass, WeightsError>;
}

/// What a network learns from in one step.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The images.
    pub x: Image,
    /// What drop-out draws its masks from.
    pub seed: u64,
}

/// What a step has given.
#[derive(Debug, Clone, PartialEq)]
pub struct Pass {
    /// The gradient of the loss by each weight that one changes, under the weight's name.
    pub gradients: Weights,
    /// Mean and biased variance of the batch in each batch norm, under its name.
    pub statistics: Vec<(String, Statistics)>,
}

impl Weights {
    /// Moves the running statistics of batch norms by [`crate::graph::BATCH_NORM_UPDATE`] towards those of a batch.
    pub fn move_statistics(&mut self, batch: &[(String, Statistics)]) {
        use crate::graph::BATCH_NORM_UPDATE as SHARE;
        for (name, Statistics { mean, variance }) in batch {
            for (part, values) in [("running_mean", mean), ("running_variance", variance)] {
                if let Some(running) = self.get_mut(&format!("{name}.{part}")) {
                    let pairs = running.values.iter_mut().zip(values);
                    pairs.for_each(|(old, new)| *old = *old * (1.0 - SHARE) + new * SHARE);
                }
            }
        }
    }
}
