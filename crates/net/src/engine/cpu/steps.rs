//! The passes over memory that a graph needs: what can be done to a value as it is written is no pass of its own.

use myops_kernels::Nonlinearity;

use crate::graph::{Graph, NodeId, Op};

/// One pass: `nonlinearity(head + residual)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The operation.
    pub head: NodeId,
    /// The value that is added to it, where there is one.
    pub residual: Option<NodeId>,
    /// What follows.
    pub nonlinearity: Nonlinearity,
    /// The value that is written.
    pub result: NodeId,
}

/// The passes of a graph, each after those whose values it reads. Convolutions and batch norms take an addition and a
/// ReLU that follow them, and nothing else reads in between, into their own pass.
pub fn steps_of(graph: &Graph) -> Vec<Step> {
    let consumers = graph.consumers();
    // The only reader of a value that is not the network's result.
    let only_reader = |id: NodeId| match consumers[id.0][..] {
        [reader] if graph.output() != id => Some(reader),
        _ => None,
    };
    let mut taken = vec![false; graph.nodes().len()];
    let mut ending_at: Vec<Option<Step>> = vec![None; graph.nodes().len()];
    for (head, node) in graph.iter().skip(1) {
        if taken[head.0] {
            continue;
        }
        let mut step = Step {
            head,
            residual: None,
            nonlinearity: Nonlinearity::Identity,
            result: head,
        };
        if matches!(node.op, Op::Conv(_) | Op::BatchNorm { .. }) {
            if let Some(reader) = only_reader(step.result)
                && let (Op::Add, [first, second]) =
                    (&graph.node(reader).op, &*graph.node(reader).inputs)
                && !taken[reader.0]
            {
                step.residual = Some(if *first == head { *second } else { *first });
                step.result = reader;
                taken[reader.0] = true;
            }
            if let Some(reader) = only_reader(step.result)
                && graph.node(reader).op == Op::Relu
            {
                step.nonlinearity = Nonlinearity::Relu;
                step.result = reader;
                taken[reader.0] = true;
            }
        }
        ending_at[step.result.0] = Some(step);
    }
    ending_at.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{ConvSpec, GraphBuilder};

    #[test]
    fn an_addition_belongs_to_the_first_branch_and_waits_for_the_second() {
        let (mut graph, x) = GraphBuilder::new(4);
        let a = graph.conv(x, "a", ConvSpec::pointwise(4));
        let b = graph.conv(x, "b", ConvSpec::pointwise(4));
        let sum = graph.add(a, b);
        let relu = graph.relu(sum);
        let again = graph.relu(relu);
        let steps = steps_of(&graph.finish(again));
        let step = |head, residual, nonlinearity, result| Step {
            head,
            residual,
            nonlinearity,
            result,
        };
        let expected = [
            step(b, None, Nonlinearity::Identity, b),
            step(a, Some(b), Nonlinearity::Relu, relu),
            step(again, None, Nonlinearity::Identity, again),
        ];
        assert_eq!(steps, expected);
    }

    #[test]
    fn a_value_that_others_read_is_written() {
        let (mut graph, x) = GraphBuilder::new(4);
        let a = graph.conv(x, "a", ConvSpec::pointwise(4));
        let relu = graph.relu(a);
        let joined = graph.concat(a, relu);
        let results: Vec<NodeId> = steps_of(&graph.finish(joined))
            .iter()
            .map(|s| s.result)
            .collect();
        assert_eq!(results, [a, relu, joined]);
        let (mut graph, x) = GraphBuilder::new(4);
        let a = graph.conv(x, "a", ConvSpec::pointwise(4));
        graph.relu(a);
        assert_eq!(steps_of(&graph.finish(a)).len(), 2);
    }
}
