//! Changes of a graph that leave what it computes as it is, to rounding, and make it cheaper.
//!
//! ```
//! use myops_net::graph::{ConvSpec, GraphBuilder, Op};
//! use myops_net::rewrite::delay_upsampling;
//!
//! let (mut graph, x) = GraphBuilder::new(3);
//! let large = graph.upsample(x);
//! let head = graph.conv(large, "head", ConvSpec::pointwise(6));
//! let cheaper = delay_upsampling(&graph.finish(head));
//! assert_eq!(cheaper.node(cheaper.output()).op, Op::Upsample);
//! ```

use std::collections::HashMap;

use crate::graph::{BATCH_NORM_EPSILON, Graph, Node, NodeId, Op};
use crate::weights::{Weight, Weights, WeightsError};

/// The same network with every upsampling as late as it can be.
///
/// Pointwise convolutions, batch norms, `ReLU` and activations commute with nearest-neighbour upsampling: each pixel
/// counts four times in the statistics of a batch, which leaves them as they were. Before the upsampling they run on a
/// quarter of the pixels.
#[must_use]
pub fn delay_upsampling(graph: &Graph) -> Graph {
    let mut rebuilt = Rebuilt::default();
    for (_, node) in graph.iter() {
        let commutes = match &node.op {
            Op::Conv(conv) => conv.is_pointwise(),
            Op::BatchNorm { .. } | Op::Relu | Op::Activation(_) => true,
            _ => false,
        };
        let value = match (&node.op, node.inputs.as_slice()) {
            (Op::Upsample, [x]) => Value::Delayed(rebuilt.made(*x)),
            (_, [x]) if commutes => match rebuilt.values[x.0] {
                Value::Delayed(x) => Value::Delayed(rebuilt.push(node, &[x])),
                Value::Made(x) => Value::Made(rebuilt.push(node, &[x])),
            },
            (_, inputs) => {
                let inputs: Vec<NodeId> = inputs.iter().map(|x| rebuilt.made(*x)).collect();
                Value::Made(rebuilt.push(node, &inputs))
            }
        };
        rebuilt.values.push(value);
    }
    let output = rebuilt.made(graph.output());
    rebuilt.finish(output)
}

/// The same network without drop-out, which changes nothing outside training.
#[must_use]
pub fn without_dropout(graph: &Graph) -> Graph {
    let mut rebuilt = Rebuilt::default();
    for (_, node) in graph.iter() {
        let inputs: Vec<NodeId> = node.inputs.iter().map(|x| rebuilt.made(*x)).collect();
        let value = match (&node.op, inputs.as_slice()) {
            (Op::Dropout { .. }, [x]) => *x,
            _ => rebuilt.push(node, &inputs),
        };
        rebuilt.values.push(Value::Made(value));
    }
    let output = rebuilt.made(graph.output());
    rebuilt.finish(output)
}

/// The same network, outside training, with each batch norm that follows a convolution as part of that convolution's
/// weights and bias.
///
/// # Errors
/// Where a tensor is missing.
pub fn fold_batch_norms(
    graph: &Graph,
    weights: &Weights,
) -> Result<(Graph, Weights), WeightsError> {
    let consumers = graph.consumers();
    let (mut rebuilt, mut folded) = (Rebuilt::default(), Weights::default());
    for (_, node) in graph.iter() {
        let inputs: Vec<NodeId> = node.inputs.iter().map(|x| rebuilt.made(*x)).collect();
        let follows = node.inputs.first().map(|x| (*x, &graph.node(*x).op));
        let value = match (&node.op, follows) {
            (Op::BatchNorm { name }, Some((x, Op::Conv(conv)))) if consumers[x.0].len() == 1 => {
                fold(&mut folded, &conv.name, name, weights)?;
                inputs[0]
            }
            (op, _) => {
                for name in tensors_of(op) {
                    folded.insert(name.clone(), weights.required(&name)?.clone());
                }
                rebuilt.push(node, &inputs)
            }
        };
        rebuilt.values.push(Value::Made(value));
    }
    let output = rebuilt.made(graph.output());
    Ok((rebuilt.finish(output), folded))
}

/// The names of an operation's tensors.
fn tensors_of(op: &Op) -> Vec<String> {
    let named = |name: &str, parts: &[&str]| parts.iter().map(|p| format!("{name}.{p}")).collect();
    match op {
        Op::Conv(conv) => named(&conv.name, &["weight", "bias"]),
        Op::TransposedConv { name, .. } => named(name, &["weight", "bias"]),
        Op::BatchNorm { name } => {
            named(name, &["gamma", "beta", "running_mean", "running_variance"])
        }
        _ => Vec::new(),
    }
}

/// Multiplies a convolution's weights by what a batch norm multiplies its result by, and adds the rest to its bias.
fn fold(
    folded: &mut Weights,
    conv: &str,
    norm: &str,
    weights: &Weights,
) -> Result<(), WeightsError> {
    let of = |part: &str| {
        weights
            .required(&format!("{norm}.{part}"))
            .map(|w| &w.values)
    };
    let (gamma, beta) = (of("gamma")?, of("beta")?);
    let (mean, variance) = (of("running_mean")?, of("running_variance")?);
    let scale = gamma.iter().zip(variance);
    let factor: Vec<f32> = scale
        .map(|(g, v)| g / (v + BATCH_NORM_EPSILON).sqrt())
        .collect();
    let (weight, bias) = (format!("{conv}.weight"), format!("{conv}.bias"));
    let mut scaled: Weight = weights.required(&weight)?.clone();
    for pixel in scaled.values.chunks_exact_mut(factor.len().max(1)) {
        pixel.iter_mut().zip(&factor).for_each(|(w, f)| *w *= f);
    }
    let shift = beta.iter().zip(mean).zip(&factor);
    let old = weights.required(&bias)?;
    let values = old.values.iter().zip(shift);
    let values = values
        .map(|(b, ((beta, mean), f))| (b - mean) * f + beta)
        .collect();
    let shape = old.shape.clone();
    folded.insert(weight, scaled);
    folded.insert(bias, Weight { shape, values });
    Ok(())
}

/// What a value of the old graph is in the new one.
#[derive(Debug, Clone, Copy)]
enum Value {
    /// The value of a node.
    Made(NodeId),
    /// The value of a node, still to be upsampled.
    Delayed(NodeId),
}

/// A graph that is built from another, node by node.
#[derive(Default)]
struct Rebuilt {
    nodes: Vec<Node>,
    /// What each value of the old graph has become.
    values: Vec<Value>,
    /// The upsampled values that there are.
    upsampled: HashMap<NodeId, NodeId>,
}

impl Rebuilt {
    /// The node whose value is that of a node of the old graph, upsampled where that was delayed.
    fn made(&mut self, old: NodeId) -> NodeId {
        match self.values[old.0] {
            Value::Made(id) => id,
            Value::Delayed(id) => {
                if let Some(upsampled) = self.upsampled.get(&id) {
                    return *upsampled;
                }
                let upsampled = NodeId(self.nodes.len());
                self.nodes.push(Node {
                    op: Op::Upsample,
                    inputs: vec![id],
                    channels: self.nodes[id.0].channels,
                });
                self.upsampled.insert(id, upsampled);
                upsampled
            }
        }
    }

    /// Adds a node of the old graph with inputs of the new one.
    fn push(&mut self, node: &Node, inputs: &[NodeId]) -> NodeId {
        let id = NodeId(self.nodes.len());
        self.nodes.push(Node {
            inputs: inputs.to_vec(),
            ..node.clone()
        });
        id
    }

    fn finish(self, output: NodeId) -> Graph {
        Graph::new(self.nodes, output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Activation, ConvSpec, GraphBuilder};

    /// The operations of a graph, in order.
    fn names(graph: &Graph) -> Vec<&'static str> {
        let name = |op: &Op| match op {
            Op::Input => "input",
            Op::Conv(_) => "conv",
            Op::TransposedConv { .. } => "transposed",
            Op::BatchNorm { .. } => "norm",
            Op::Relu => "relu",
            Op::Dropout { .. } => "dropout",
            Op::MaxPool { .. } => "pool",
            Op::Upsample => "upsample",
            Op::Concat => "concat",
            Op::Add => "add",
            Op::Activation(_) => "activation",
        };
        graph.nodes().iter().map(|node| name(&node.op)).collect()
    }

    #[test]
    fn pointwise_layers_move_before_the_upsampling_and_others_do_not() {
        let (mut graph, x) = GraphBuilder::new(3);
        let up = graph.upsample(x);
        let a = graph.conv_norm(up, "a", ConvSpec::pointwise(4));
        let a = graph.relu(a);
        let b = graph.conv(a, "b", ConvSpec::same3(4));
        let c = graph.conv(up, "c", ConvSpec::pointwise(4));
        let sum = graph.add(b, c);
        let up = graph.upsample(sum);
        let head = graph.conv(up, "head", ConvSpec::pointwise(6));
        let graph = graph.finish(head).with_activation(Activation::Sigmoid);
        let expected = [
            "input",
            "conv",
            "norm",
            "relu",
            "upsample",
            "conv",
            "conv",
            "upsample",
            "add",
            "conv",
            "activation",
            "upsample",
        ];
        assert_eq!(names(&delay_upsampling(&graph)), expected);
        // Weights keep their names and their order.
        assert_eq!(delay_upsampling(&graph).parameters(), graph.parameters());
    }

    #[test]
    fn a_batch_norm_becomes_part_of_the_convolution_before_it() {
        let (mut graph, x) = GraphBuilder::new(1);
        let x = graph.conv_norm(x, "a", ConvSpec::pointwise(1));
        let x = graph.dropout(x, 0.5);
        let graph = without_dropout(&graph.finish(x));
        assert_eq!(names(&graph), ["input", "conv", "norm"]);
        let mut weights = Weights::default();
        let values = [3.0, 0.5, 2.0, 1.0, 0.25, 4.0 - BATCH_NORM_EPSILON];
        for (parameter, value) in graph.parameters().into_iter().zip(values) {
            let values = vec![value];
            let shape = parameter.shape;
            weights.insert(parameter.name, Weight { shape, values });
        }
        let (folded, weights) = fold_batch_norms(&graph, &weights).unwrap();
        assert_eq!(names(&folded), ["input", "conv"]);
        // (3 x + 0.5 - 0.25) * 2 / sqrt(4) + 1.
        let value = |name: &str| weights.get(name).unwrap().values[0];
        assert_eq!((value("a.conv.weight"), value("a.conv.bias")), (3.0, 1.25));
        assert_eq!(weights.iter().count(), 2);
    }
}
