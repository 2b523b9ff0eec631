//! The networks: what they compute, not how they are trained or run.

mod bounds;
mod fixed;
mod layers;
mod nested_unet;
mod output;
mod residual_unet;
mod running;
mod unet;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use myops_image::preprocess::Preprocess;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

pub use bounds::{SettingsError, check_numbers};
pub use fixed::FixedNetwork;
pub use layers::{
    BATCH_NORM_EPSILON, BatchNorm, Conv, ConvConfig, ConvNorm, Draw, Initializer, TransposedConv,
};
pub use nested_unet::{NestedUnet, NestedUnetConfig, ResidualBlock, Rise};
pub use output::{Activation, Logits, Probabilities};
pub use residual_unet::{Bottleneck, ResidualUnet, ResidualUnetConfig, Stage};
pub use running::RunningMean;
pub use unet::{DoubleConv, Unet, UnetConfig};

/// Which network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// The Residual U-Net of MyoPS 2020.
    Runet,
    /// The U-Net that it was compared with.
    Unet,
    /// A residual U-Net at full resolution, whose probabilities add up to one.
    Nested,
}

impl Architecture {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Runet, Self::Unet, Self::Nested];

    /// Its name in settings files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Runet => "runet",
            Self::Unet => "unet",
            Self::Nested => "nested",
        }
    }

    /// What makes probabilities of its output.
    pub fn activation(self) -> Activation {
        match self {
            Self::Runet | Self::Unet => Activation::Sigmoid,
            Self::Nested => Activation::Softmax,
        }
    }

    /// The sides of an input are multiples of this.
    pub fn side_multiple(self) -> usize {
        match self {
            Self::Runet => 32,
            Self::Unet | Self::Nested => 16,
        }
    }
}

/// The most slices on either side that a network may see beside each.
const MOST_NEIGHBOURS: usize = 4;

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
    /// Checks that there is such a network for what the preparation gives.
    ///
    /// # Errors
    /// The first number out of its bounds.
    pub fn check(&self, preprocess: &Preprocess) -> Result<(), SettingsError> {
        let Preprocess {
            size: side,
            neighbours,
            ..
        } = *preprocess;
        let multiple = self.architecture.side_multiple();
        let sides = format!("a multiple of {multiple} from {multiple} to 2048");
        let inputs = Preprocess {
            neighbours: neighbours.min(MOST_NEIGHBOURS),
            ..*preprocess
        }
        .channels();
        let channels = match neighbours {
            0 => "3 (one for each sequence)".into(),
            n => format!("{inputs} (one for each sequence of a slice and of {n} on either side)"),
        };
        let most = format!("0 to {MOST_NEIGHBOURS}");
        for (name, value, fits, bound) in [
            (
                "recipe.preprocess.neighbours",
                neighbours,
                neighbours <= MOST_NEIGHBOURS,
                most,
            ),
            (
                "model.width",
                self.width,
                (1..=512).contains(&self.width),
                "1 to 512".into(),
            ),
            ("model.inputs", self.inputs, self.inputs == inputs, channels),
            (
                "model.classes",
                self.classes,
                self.classes == 6,
                "6 (one for each label)".into(),
            ),
            (
                "recipe.preprocess.size",
                side,
                (1..=2048).contains(&side) && side.is_multiple_of(multiple),
                sides,
            ),
        ] {
            if !fits {
                return Err(SettingsError::new(name, &value, bound));
            }
        }
        Ok(())
    }

    /// The published network of this architecture: three sequences in, six labels out, 16 filters.
    pub fn published(architecture: Architecture) -> Self {
        Self {
            architecture,
            inputs: 3,
            classes: 6,
            width: 16,
        }
    }

    /// Draws the weights of a network from a seed.
    pub fn init(&self, seed: u64, device: &Device) -> Network {
        self.with(&mut Draw::Random(ChaCha8Rng::seed_from_u64(seed)), device)
    }

    /// A network to put weights into; drawing them would take longer than reading them.
    pub fn blank(&self, device: &Device) -> Network {
        self.with(&mut Draw::Blank, device)
    }

    fn with(&self, draw: &mut Draw, device: &Device) -> Network {
        let Self {
            architecture,
            inputs,
            classes,
            width,
        } = *self;
        match architecture {
            Architecture::Runet => Network::Runet(
                ResidualUnetConfig {
                    inputs,
                    classes,
                    width,
                }
                .init(draw, device),
            ),
            Architecture::Unet => Network::Unet(
                UnetConfig {
                    inputs,
                    classes,
                    width,
                }
                .init(draw, device),
            ),
            Architecture::Nested => Network::Nested(
                NestedUnetConfig {
                    inputs,
                    classes,
                    width,
                }
                .init(draw, device),
            ),
        }
    }
}

/// Any of the networks.
#[derive(Module, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a network is made once and moved seldom"
)]
pub enum Network {
    /// The Residual U-Net.
    Runet(ResidualUnet),
    /// The U-Net.
    Unet(Unet),
    /// The residual U-Net at full resolution.
    Nested(NestedUnet),
}

impl Network {
    /// # Shapes
    /// `[N, H, W, inputs]` to `[N, H, W, classes]`.
    pub fn forward(&self, x: Tensor<4>) -> Logits {
        match self {
            Self::Runet(network) => network.forward(x),
            Self::Unet(network) => network.forward(x),
            Self::Nested(network) => network.forward(x),
        }
    }
}
