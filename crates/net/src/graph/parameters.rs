//! The tensors that a network's nodes name, and how they are drawn before training.

use rand_chacha::ChaCha8Rng;

use super::initialiser::Initialiser;
use super::network::Graph;
use super::node::Op;

/// One tensor of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, such as `encoder.0.first.conv.weight`.
    pub name: String,
    /// Its shape: `[kh, kw, c_in, c_out]` for weights of convolutions, transposed ones included, and `[c]` for all else.
    pub shape: Vec<usize>,
    /// What it is to its layer.
    pub role: Role,
}

/// What a tensor is to its layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The weights of a convolution.
    ConvWeight(Initialiser),
    /// The bias of a convolution.
    ConvBias,
    /// The weights of a transposed convolution.
    TransposedWeight(Initialiser),
    /// The bias of a transposed convolution.
    TransposedBias,
    /// The scale of a batch norm.
    Gamma,
    /// The shift of a batch norm.
    Beta,
    /// The mean over past batches, which no gradient changes.
    RunningMean,
    /// The biased variance over past batches, which no gradient changes.
    RunningVariance,
}

impl Graph {
    /// Every tensor of the network in the order of its nodes, which for the published networks is the order Keras made
    /// its layers in.
    pub fn parameters(&self) -> Vec<Parameter> {
        let mut all = Vec::new();
        for (_, node) in self.iter() {
            let c_in = node.inputs.first().map_or(0, |x| self.node(*x).channels);
            let c = node.channels;
            let mut add = |name: &str, part: &str, shape: &[usize], role| {
                let (name, shape) = (format!("{name}.{part}"), shape.to_vec());
                all.push(Parameter { name, shape, role });
            };
            match &node.op {
                Op::Conv(conv) => {
                    let shape = [conv.kernel, conv.kernel, c_in, c];
                    add(
                        &conv.name,
                        "weight",
                        &shape,
                        Role::ConvWeight(conv.initialiser),
                    );
                    add(&conv.name, "bias", &[c], Role::ConvBias);
                }
                Op::TransposedConv { name, initialiser } => {
                    let role = Role::TransposedWeight(*initialiser);
                    add(name, "weight", &[2, 2, c_in, c], role);
                    add(name, "bias", &[c], Role::TransposedBias);
                }
                Op::BatchNorm { name } => {
                    add(name, "gamma", &[c], Role::Gamma);
                    add(name, "beta", &[c], Role::Beta);
                    add(name, "running_mean", &[c], Role::RunningMean);
                    add(name, "running_variance", &[c], Role::RunningVariance);
                }
                _ => {}
            }
        }
        all
    }
}

impl Parameter {
    /// How many numbers it holds.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }

    /// Its values before training: weights are drawn, scales and variances are 1, all else is 0.
    pub fn draw(&self, rng: &mut ChaCha8Rng) -> Vec<f32> {
        match self.role {
            Role::ConvWeight(initialiser) | Role::TransposedWeight(initialiser) => {
                initialiser.draw(&self.shape, rng)
            }
            Role::Gamma | Role::RunningVariance => vec![1.0; self.count()],
            Role::ConvBias | Role::TransposedBias | Role::Beta | Role::RunningMean => {
                vec![0.0; self.count()]
            }
        }
    }
}
