//! Networks on the processor, by the kernels of `myops-kernels`.

mod dropout;
mod learn;
mod predict;
mod steps;

use myops_kernels::Isa;

use super::{Engine, Learn, Predict};
use crate::graph::Graph;
use crate::weights::{Weights, WeightsError};

/// In what convolutions multiply; sums are always of 32 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// 32-bit floats.
    #[default]
    Float32,
    /// bf16: 8 bits of precision, with the exponents of 32-bit floats.
    Bf16,
}

/// The processor. It works on the threads of rayon's current pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cpu {
    isa: Isa,
}

impl Cpu {
    /// The widest instruction set that the processor has, multiplying in the given precision.
    pub fn new(precision: Precision) -> Self {
        let isa = match precision {
            Precision::Float32 => Isa::best(),
            Precision::Bf16 => Isa::best().in_bf16(),
        };
        Self { isa }
    }
}

impl Default for Cpu {
    fn default() -> Self {
        Self::new(Precision::Float32)
    }
}

impl Engine for Cpu {
    fn name(&self) -> String {
        self.isa.name().into()
    }

    fn predictor(
        &self,
        graph: &Graph,
        weights: &Weights,
    ) -> Result<Box<dyn Predict>, WeightsError> {
        Ok(Box::new(predict::Plan::new(self.isa, graph, weights)?))
    }

    fn learner(&self, graph: &Graph) -> Box<dyn Learn> {
        Box::new(learn::Plan::new(self.isa, graph))
    }
}
