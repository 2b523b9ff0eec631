//! Puts a network together, node by node.

use super::activation::Activation;
use super::initialiser::Initialiser;
use super::network::Graph;
use super::node::{Conv, Node, NodeId, Op};

/// Puts a network together: every method adds a node and gives its place.
///
/// ```
/// use myops_net::graph::{ConvSpec, GraphBuilder};
///
/// let (mut graph, x) = GraphBuilder::new(3);
/// let features = graph.conv(x, "features", ConvSpec::same3(16));
/// let features = graph.relu(features);
/// let logits = graph.conv(features, "head", ConvSpec::pointwise(6));
/// let graph = graph.finish(logits);
/// assert_eq!((graph.input_channels(), graph.output_channels()), (3, 6));
/// ```
#[derive(Debug)]
pub struct GraphBuilder {
    nodes: Vec<Node>,
}

/// The shape of a convolution that is to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvSpec {
    /// Channels of its result.
    pub channels: usize,
    /// Height and width of the kernel.
    pub kernel: usize,
    /// Step between output pixels.
    pub stride: usize,
    /// Zeros added on every side.
    pub padding: usize,
    /// How its weights are drawn before training.
    pub initialiser: Initialiser,
}

impl ConvSpec {
    /// A convolution of one pixel, drawn as Keras does.
    pub fn pointwise(channels: usize) -> Self {
        Self {
            channels,
            kernel: 1,
            stride: 1,
            padding: 0,
            initialiser: Initialiser::GlorotUniform,
        }
    }

    /// A 3x3 convolution that keeps height and width, drawn as Keras does.
    pub fn same3(channels: usize) -> Self {
        Self {
            kernel: 3,
            padding: 1,
            ..Self::pointwise(channels)
        }
    }
}

impl GraphBuilder {
    /// Begins with an input of so many channels.
    pub fn new(channels: usize) -> (Self, NodeId) {
        let input = Node {
            op: Op::Input,
            inputs: Vec::new(),
            channels,
        };
        let nodes = vec![input];
        (Self { nodes }, NodeId(0))
    }

    /// A convolution whose tensors are `name.weight` and `name.bias`.
    pub fn conv(&mut self, x: NodeId, name: impl Into<String>, spec: ConvSpec) -> NodeId {
        let conv = Conv {
            name: name.into(),
            kernel: spec.kernel,
            stride: spec.stride,
            padding: spec.padding,
            initialiser: spec.initialiser,
        };
        self.push(Op::Conv(conv), &[x], spec.channels)
    }

    /// A convolution whose tensors begin with `name.conv`, and the batch norm after it, whose tensors begin with
    /// `name.norm`.
    pub fn conv_norm(&mut self, x: NodeId, name: &str, spec: ConvSpec) -> NodeId {
        let conv = self.conv(x, format!("{name}.conv"), spec);
        self.batch_norm(conv, format!("{name}.norm"))
    }

    /// A transposed convolution 2x2 of stride 2 whose tensors are `name.weight` and `name.bias`.
    pub fn transposed_conv(
        &mut self,
        x: NodeId,
        name: impl Into<String>,
        channels: usize,
        initialiser: Initialiser,
    ) -> NodeId {
        let name = name.into();
        self.push(Op::TransposedConv { name, initialiser }, &[x], channels)
    }

    /// Batch normalisation, whose tensors begin with `name`.
    pub fn batch_norm(&mut self, x: NodeId, name: impl Into<String>) -> NodeId {
        let name = name.into();
        self.keep_channels(Op::BatchNorm { name }, x)
    }

    /// `max(x, 0)`.
    pub fn relu(&mut self, x: NodeId) -> NodeId {
        self.keep_channels(Op::Relu, x)
    }

    /// Drop-out in training.
    pub fn dropout(&mut self, x: NodeId, rate: f32) -> NodeId {
        self.keep_channels(Op::Dropout { rate }, x)
    }

    /// The largest value of each square of `size`, every `stride` pixels.
    pub fn max_pool(&mut self, x: NodeId, size: usize, stride: usize) -> NodeId {
        self.keep_channels(Op::MaxPool { size, stride }, x)
    }

    /// Nearest-neighbour upsampling to twice the height and width.
    pub fn upsample(&mut self, x: NodeId) -> NodeId {
        self.keep_channels(Op::Upsample, x)
    }

    /// The channels of `first` and then those of `second`.
    pub fn concat(&mut self, first: NodeId, second: NodeId) -> NodeId {
        let channels = self.channels(first) + self.channels(second);
        self.push(Op::Concat, &[first, second], channels)
    }

    /// The sum of two values of one shape.
    pub fn add(&mut self, first: NodeId, second: NodeId) -> NodeId {
        self.push(Op::Add, &[first, second], self.channels(first))
    }

    /// Probabilities.
    pub fn activation(&mut self, x: NodeId, activation: Activation) -> NodeId {
        self.keep_channels(Op::Activation(activation), x)
    }

    /// The network whose result is the value of this node.
    pub fn finish(self, output: NodeId) -> Graph {
        Graph::new(self.nodes, output)
    }

    /// Channels of a node's value.
    pub fn channels(&self, x: NodeId) -> usize {
        self.nodes[x.0].channels
    }

    fn keep_channels(&mut self, op: Op, x: NodeId) -> NodeId {
        self.push(op, &[x], self.channels(x))
    }

    /// Adds any operation; its inputs have to be there.
    fn push(&mut self, op: Op, inputs: &[NodeId], channels: usize) -> NodeId {
        let id = NodeId(self.nodes.len());
        self.nodes.push(Node {
            op,
            inputs: inputs.to_vec(),
            channels,
        });
        id
    }
}
