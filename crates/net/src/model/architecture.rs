//! The table of architectures.

use serde::{Deserialize, Serialize};

use super::shape::Shape;
use super::{nested_unet, residual_unet, unet};
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

            pub(super) fn build(self) -> fn(&Shape) -> Graph {
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

myops_settings::choices!(Architecture);
