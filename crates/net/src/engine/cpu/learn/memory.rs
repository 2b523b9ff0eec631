//! How long each value of a step of training lives.

use super::super::steps::Step;
use crate::graph::{Graph, NodeId, Op};
use myops_kernels::Nonlinearity;

/// When values are dropped and made again.
#[derive(Debug)]
pub struct Memory {
    /// Whether the backward pass reads the value that the forward pass wrote.
    kept: Vec<bool>,
    /// After each step of the forward pass: the values that nobody reads any more.
    after_forward: Vec<Vec<NodeId>>,
    /// Before each step of the backward pass: the values that are made again, in an order in which that can be done.
    remade: Vec<Vec<NodeId>>,
    /// After each step of the backward pass: the values that nobody reads any more.
    after_backward: Vec<Vec<NodeId>>,
    /// Whether the gradient of each value is asked for.
    wanted: Vec<bool>,
}

impl Memory {
    /// Plans from which steps read which values.
    pub fn plan(graph: &Graph, steps: &[Step]) -> Self {
        let n = graph.nodes().len();
        let mut maker = vec![None; n];
        let mut wanted = vec![false; n];
        let (mut forward, mut backward) = (vec![Vec::new(); n], vec![Vec::new(); n]);
        for (s, step) in steps.iter().enumerate() {
            let head = graph.node(step.head);
            maker[step.result.0] = Some(s);
            let read = || head.inputs.iter().chain(&step.residual);
            read().for_each(|value| forward[value.0].push(s));
            needed_backward(graph, step).for_each(|value| backward[value.0].push(s));
            let has_weights = matches!(
                head.op,
                Op::Conv(_) | Op::TransposedConv { .. } | Op::BatchNorm { .. }
            );
            wanted[step.result.0] = has_weights || read().any(|value| wanted[value.0]);
        }
        let mut memory = Self {
            kept: vec![false; n],
            after_forward: vec![Vec::new(); steps.len()],
            remade: vec![Vec::new(); steps.len()],
            after_backward: vec![Vec::new(); steps.len()],
            wanted,
        };
        // The backward pass goes from the last step to the first, so a value is first read by the latest of its readers.
        for value in (0..n).rev() {
            let (first, last) = (backward[value].iter().max(), backward[value].iter().min());
            if let (Some(&first), Some(&last)) = (first, last) {
                memory.after_backward[last].push(NodeId(value));
                let copied = maker[value].filter(|s| is_copy(&graph.node(steps[*s].head).op));
                match copied {
                    Some(s) => {
                        memory.remade[first].push(NodeId(value));
                        let inputs = &graph.node(steps[s].head).inputs;
                        inputs
                            .iter()
                            .for_each(|input| backward[input.0].push(first));
                    }
                    None => memory.kept[value] = true,
                }
            }
            let last_reader = forward[value].iter().max().copied().or(maker[value]);
            if let Some(s) =
                last_reader.filter(|_| !memory.kept[value] && graph.output() != NodeId(value))
            {
                memory.after_forward[s].push(NodeId(value));
            }
        }
        // An input of a value that is made again may be made again itself, and comes first.
        memory.remade.iter_mut().for_each(|values| values.sort());
        memory
    }

    /// The values that nobody reads after a step of the forward pass.
    pub fn after_forward(&self, step: usize) -> &[NodeId] {
        &self.after_forward[step]
    }

    /// The values that a step of the backward pass needs made again, inputs first.
    pub fn remade(&self, step: usize) -> &[NodeId] {
        &self.remade[step]
    }

    /// The values that nobody reads after a step of the backward pass.
    pub fn after_backward(&self, step: usize) -> &[NodeId] {
        &self.after_backward[step]
    }

    /// Whether somebody asks for the gradient of a value: not of the input, nor of what was made of it without weights.
    pub fn wants_gradient(&self, value: NodeId) -> bool {
        self.wanted[value.0]
    }

    /// The network's result: a copy where the backward pass reads it too.
    pub fn result(&self, values: &mut [Option<Vec<f32>>], output: NodeId) -> Vec<f32> {
        let value = &mut values[output.0];
        let result = if self.kept[output.0] {
            value.clone()
        } else {
            value.take()
        };
        result.unwrap_or_default()
    }
}

/// Whether an operation only copies, so that its value is cheaper made again than kept.
fn is_copy(op: &Op) -> bool {
    matches!(op, Op::Upsample | Op::Concat)
}

/// The values that the backward pass of a step reads.
fn needed_backward<'a>(graph: &'a Graph, step: &'a Step) -> impl Iterator<Item = NodeId> + 'a {
    let head = graph.node(step.head);
    let reads_input = matches!(
        head.op,
        Op::Conv(_) | Op::TransposedConv { .. } | Op::BatchNorm { .. }
    );
    let reads_result =
        step.nonlinearity == Nonlinearity::Relu || matches!(head.op, Op::Relu | Op::Activation(_));
    let inputs = head.inputs.iter().copied().filter(move |_| reads_input);
    inputs.chain(reads_result.then_some(step.result))
}

#[cfg(test)]
mod tests {
    use super::super::super::steps::steps_of;
    use super::*;
    use crate::graph::{ConvSpec, GraphBuilder};

    #[test]
    fn copies_are_made_again_and_the_rest_lives_as_long_as_it_is_read() {
        let (mut graph, x) = GraphBuilder::new(1);
        let a = graph.conv(x, "a", ConvSpec::pointwise(2));
        let up = graph.upsample(a);
        let b = graph.conv(up, "b", ConvSpec::same3(2));
        let pooled = graph.max_pool(b, 2, 2);
        let sum = graph.add(pooled, a);
        let graph = graph.finish(sum);
        let steps = steps_of(&graph);
        let memory = Memory::plan(&graph, &steps);
        // Steps: a, up, b, pool, add. The convolution b reads `up`, which is made of `a` again.
        assert_eq!(memory.kept, [true, true, false, false, false, false]);
        assert_eq!(memory.after_forward(2), [up]);
        assert_eq!(memory.after_forward(3), [b]);
        assert_eq!(memory.after_forward(4), [pooled]);
        assert_eq!(memory.remade(2), [up]);
        assert_eq!(memory.after_backward(2), [up, a]);
        assert_eq!(memory.after_backward(0), [x]);
        assert!(!memory.wants_gradient(x) && memory.wants_gradient(a));
    }
}
