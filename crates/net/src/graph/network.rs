//! A network: operations in an order in which each follows those whose values it reads.

use super::activation::Activation;
use super::node::{Node, NodeId, Op};

/// A network: nodes in an order in which each follows its inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    nodes: Vec<Node>,
    output: NodeId,
}

impl Graph {
    /// The nodes in an order in which each follows its inputs, and the one whose value is the result.
    pub(crate) fn new(nodes: Vec<Node>, output: NodeId) -> Self {
        Self { nodes, output }
    }

    /// Every node, its inputs before it. The first is the input.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Every node with its place.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (NodeId, &Node)> {
        self.nodes
            .iter()
            .enumerate()
            .map(|(n, node)| (NodeId(n), node))
    }

    /// The node in a place.
    ///
    /// # Panics
    /// Where the place is another graph's.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    /// The node whose value is the network's result.
    pub fn output(&self) -> NodeId {
        self.output
    }

    /// Channels of the input.
    pub fn input_channels(&self) -> usize {
        self.nodes.first().map_or(0, |node| node.channels)
    }

    /// Channels of the result.
    pub fn output_channels(&self) -> usize {
        self.node(self.output).channels
    }

    /// The nodes that read each node's value, in their order.
    pub fn consumers(&self) -> Vec<Vec<NodeId>> {
        let mut consumers = vec![Vec::new(); self.nodes.len()];
        for (id, node) in self.iter() {
            node.inputs
                .iter()
                .for_each(|input| consumers[input.0].push(id));
        }
        consumers
    }

    /// The same network with probabilities as its result.
    #[must_use]
    pub fn with_activation(mut self, activation: Activation) -> Self {
        let node = Node {
            op: Op::Activation(activation),
            inputs: vec![self.output],
            channels: self.output_channels(),
        };
        self.output = NodeId(self.nodes.len());
        self.nodes.push(node);
        self
    }
}
