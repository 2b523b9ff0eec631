//! The architectures: what each computes, by name, and the settings that its weights depend on.
//!
//! A new architecture is one file that builds its graph, and one row in the table below.

mod bounds;
mod nested_unet;
mod residual_unet;
mod unet;

use serde::{Deserialize, Serialize};

pub use bounds::{SettingsError, check_numbers};

use crate::graph::{Activation, Graph};

/// Makes the enum of architectures and what is known of each from one row.
macro_rules! architectures {
    ($($(#[doc = $about:literal])+ $variant:ident = $name:literal, $activation:ident, multiple of $side:literal, $build:path;)+) => {
        /// Which network.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Architecture {
            $($(#[doc = $about])+ #[serde(rename = $name)] $variant,)+
        }

        impl Architecture {
            /// All of them.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$variant),+];

            /// Its name in settings files and on the command line.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What makes probabilities of its output.
            pub fn activation(self) -> Activation {
                match self { $(Self::$variant => Activation::$activation),+ }
            }

            /// The sides of an input are multiples of this.
            pub fn side_multiple(self) -> usize {
                match self { $(Self::$variant => $side),+ }
            }

            fn build(self) -> fn(&ModelSettings) -> Graph {
                match self { $(Self::$variant => $build),+ }
            }
        }
    };
}

architectures! {
    /// The Residual U-Net of MyoPS 2020.
    Runet = "runet", Sigmoid, multiple of 32, residual_unet::build;
    /// The U-Net that it was compared with.
    Unet = "unet", Sigmoid, multiple of 16, unet::build;
    /// A residual U-Net at full resolution, whose probabilities add up to one.
    Nested = "nested", Softmax, multiple of 16, nested_unet::build;
}

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
        self.architecture.build()(self)
    }

    /// The network with probabilities as its result.
    pub fn probability_graph(&self) -> Graph {
        self.graph().with_activation(self.architecture.activation())
    }
}
