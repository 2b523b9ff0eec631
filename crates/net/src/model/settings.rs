//! The settings that a network's weights depend on.

use serde::{Deserialize, Serialize};

use super::architecture::Architecture;
use super::shape::Shape;
use crate::graph::Graph;

/// The shape of a network: everything that its weights depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSettings {
    /// Which network.
    pub architecture: Architecture,
    /// Channels of the input: one for each sequence of a slice and of those beside it.
    pub inputs: usize,
    /// Channels of the output: one for each label.
    pub classes: usize,
    /// Filters of the first level; every other width is a multiple.
    pub width: usize,
}

impl ModelSettings {
    /// The published network of this architecture: three sequences in, six labels out, 16 filters.
    pub fn published(architecture: Architecture) -> Self {
        Self {
            architecture,
            inputs: 3,
            classes: 6,
            width: 16,
        }
    }

    /// The network, whose result is what becomes probabilities by the architecture's activation.
    ///
    /// # Shapes
    /// `[N, H, W, inputs]` to `[N, H, W, classes]`.
    pub fn graph(&self) -> Graph {
        let Self {
            architecture,
            inputs,
            classes,
            width,
        } = *self;
        architecture.build()(&Shape {
            inputs,
            classes,
            width,
        })
    }

    /// The network with probabilities as its result.
    pub fn probability_graph(&self) -> Graph {
        self.graph().with_activation(self.architecture.activation())
    }
}
