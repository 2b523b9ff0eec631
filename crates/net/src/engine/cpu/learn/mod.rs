//! A step of training: forward, the loss's slope, and backward, with memory planned once for the whole graph.
//!
//! A value is kept for the backward pass only if that reads it; all else is dropped after its last reader. Upsampled and
//! joined images are not kept at all: they are made again, from less, when the backward pass comes to them.

mod backward;
mod forward;
mod memory;

use myops_kernels::{Image, Isa, Statistics};

use super::super::{Batch, Learn, Pass};
use super::steps::{Step, steps_of};
use crate::graph::{Graph, NodeId, Op};
use crate::rewrite::delay_upsampling;
use crate::weights::{Weights, WeightsError};
use memory::Memory;

/// The passes of a network, in order, and when each value is no longer needed.
#[derive(Debug)]
pub struct Plan {
    isa: Isa,
    graph: Graph,
    steps: Vec<Step>,
    memory: Memory,
}

impl Plan {
    /// Plans the passes and the memory of a network.
    pub fn new(isa: Isa, graph: &Graph) -> Self {
        let graph = delay_upsampling(graph);
        let steps = steps_of(&graph);
        let memory = Memory::plan(&graph, &steps);
        Self {
            isa,
            graph,
            steps,
            memory,
        }
    }

    fn op(&self, id: NodeId) -> &Op {
        &self.graph.node(id).op
    }

    /// The values that a step's operation reads, without the residual.
    fn inputs(&self, step: &Step) -> &[NodeId] {
        &self.graph.node(step.head).inputs
    }
}

impl Learn for Plan {
    fn pass(
        &self,
        weights: &Weights,
        batch: Batch,
        slope: &mut (dyn FnMut(Image) -> Vec<f32> + Send),
    ) -> Result<Pass, WeightsError> {
        weights.check(&self.graph)?;
        let mut tape = Tape {
            seed: batch.seed,
            values: vec![None; self.graph.nodes().len()],
            dims: vec![[0; 4]; self.graph.nodes().len()],
            saved: (0..self.steps.len()).map(|_| Saved::Nothing).collect(),
        };
        tape.dims[0] = batch.x.dims;
        tape.values[0] = Some(batch.x.values);
        self.forward(weights, &mut tape)?;
        let output = self.graph.output();
        let result = Image {
            dims: tape.dims[output.0],
            values: self.memory.result(&mut tape.values, output),
        };
        let statistics = self.statistics(&tape);
        let gradients = self.backward(weights, tape, slope(result))?;
        Ok(Pass {
            gradients,
            statistics,
        })
    }
}

/// What is known between the passes.
struct Tape {
    seed: u64,
    /// Each node's value, while there is one.
    values: Vec<Option<Vec<f32>>>,
    /// The shape of each node's value.
    dims: Vec<[usize; 4]>,
    /// What each step's backward pass needs beside values.
    saved: Vec<Saved>,
}

/// What a step keeps beside values.
enum Saved {
    Nothing,
    /// The statistics of a batch norm.
    Statistics(Statistics),
    /// Which pixel each maximum came from.
    Winner(Vec<u8>),
}

impl Tape {
    /// A value that an earlier step has written and none has dropped.
    #[expect(
        clippy::expect_used,
        reason = "the plan of the memory holds every value as long as it is read"
    )]
    fn value(&self, id: NodeId) -> &[f32] {
        self.values[id.0].as_deref().expect("a value")
    }

    /// What drop-out of a node draws its mask from.
    fn dropout_seed(&self, node: NodeId) -> u64 {
        self.seed ^ (node.0 as u64 + 1).wrapping_mul(0xD6E8_FEB8_6659_FD93)
    }
}
