//! The forward pass of a step of training.

use myops_kernels::{
    ConvShape, Finish, Pooled, Scale, Statistics, add, concat, convolve, max_pool, norm_forward,
    pooled, relu, transposed_convolve, upsample,
};

use super::super::dropout::dropout;
use super::{Plan, Saved, Step, Tape};
use crate::graph::{BATCH_NORM_EPSILON, Conv, NodeId, Op};
use crate::weights::{Weights, WeightsError};

impl Plan {
    /// Computes every value, and drops those that nobody reads any more.
    pub(super) fn forward(&self, weights: &Weights, tape: &mut Tape) -> Result<(), WeightsError> {
        for (n, step) in self.steps.iter().enumerate() {
            let (dims, values, saved) = self.compute(step, weights, tape)?;
            tape.dims[step.head.0] = dims;
            tape.dims[step.result.0] = dims;
            tape.values[step.result.0] = Some(values);
            tape.saved[n] = saved;
            self.memory
                .after_forward(n)
                .iter()
                .for_each(|value| tape.values[value.0] = None);
        }
        Ok(())
    }

    /// The value of a step with its shape, and what its backward pass needs.
    fn compute(
        &self,
        step: &Step,
        weights: &Weights,
        tape: &Tape,
    ) -> Result<([usize; 4], Vec<f32>, Saved), WeightsError> {
        let inputs = self.inputs(step);
        let (x, dims) = (tape.value(inputs[0]), tape.dims[inputs[0].0]);
        let [batch, h, w, c] = dims;
        let of = |name: &str, part: &str| {
            weights
                .required(&format!("{name}.{part}"))
                .map(|w| w.values.as_slice())
        };
        let finish = Finish {
            bias: None,
            residual: step.residual.map(|id| tape.value(id)),
            nonlinearity: step.nonlinearity,
        };
        let c_out = self.graph.node(step.head).channels;
        let (dims, values) = match self.op(step.head) {
            Op::Conv(conv) => {
                let shape = self.conv_shape(conv, step.head, dims);
                let [h, w] = shape.output();
                let bias = Some(of(&conv.name, "bias")?);
                let finish = Finish { bias, ..finish };
                let weight = of(&conv.name, "weight")?;
                let values = convolve(self.isa, &shape, x, weight, finish);
                ([batch, h, w, c_out], values)
            }
            Op::TransposedConv { name, .. } => {
                let (weight, bias) = (of(name, "weight")?, of(name, "bias")?);
                let values = transposed_convolve(self.isa, dims, x, weight, bias);
                ([batch, 2 * h, 2 * w, c_out], values)
            }
            Op::BatchNorm { name } => {
                let scale = Scale {
                    gamma: of(name, "gamma")?,
                    beta: of(name, "beta")?,
                    epsilon: BATCH_NORM_EPSILON,
                };
                let normalised = norm_forward(self.isa, x, scale, finish);
                let saved = Saved::Statistics(normalised.statistics);
                return Ok((dims, normalised.output, saved));
            }
            Op::MaxPool { size, stride } => {
                let Pooled { output, winner } = max_pool(x, dims, *size, *stride);
                let [h, w] = [h, w].map(|n| pooled(n, *size, *stride));
                return Ok(([batch, h, w, c], output, Saved::Winner(winner)));
            }
            Op::Upsample | Op::Concat => self.copied(step.head, tape),
            Op::Add => (dims, add(x, tape.value(inputs[1]))),
            Op::Relu => (dims, relu(x)),
            Op::Dropout { .. } | Op::Activation(_) | Op::Input => {
                (dims, self.changed(step.head, x.to_vec(), tape))
            }
        };
        Ok((dims, values, Saved::Nothing))
    }

    /// A copy of a node's input, changed in place.
    fn changed(&self, node: NodeId, mut values: Vec<f32>, tape: &Tape) -> Vec<f32> {
        match self.op(node) {
            Op::Dropout { rate } => dropout(&mut values, *rate, tape.dropout_seed(node)),
            Op::Activation(activation) => {
                activation.apply(&mut values, self.graph.node(node).channels);
            }
            _ => {}
        }
        values
    }

    /// The value of a node that only copies its inputs, with its shape.
    pub(super) fn copied(&self, node: NodeId, tape: &Tape) -> ([usize; 4], Vec<f32>) {
        let inputs = &self.graph.node(node).inputs;
        let [batch, h, w, c] = tape.dims[inputs[0].0];
        let x = tape.value(inputs[0]);
        match inputs[..] {
            [_, second] => {
                let joined = tape.dims[second.0][3];
                let values = concat([x, tape.value(second)], [c, joined]);
                ([batch, h, w, c + joined], values)
            }
            _ => ([batch, 2 * h, 2 * w, c], upsample(x, [batch, h, w, c])),
        }
    }

    /// The shape of a convolution of an image.
    pub(super) fn conv_shape(&self, conv: &Conv, node: NodeId, dims: [usize; 4]) -> ConvShape {
        let [batch, h, w, c] = dims;
        ConvShape {
            batch,
            input: [h, w],
            channels: [c, self.graph.node(node).channels],
            kernel: [conv.kernel; 2],
            stride: conv.stride,
            padding: conv.padding,
        }
    }

    /// The statistics of each batch norm, under its name.
    pub(super) fn statistics(&self, tape: &Tape) -> Vec<(String, Statistics)> {
        let of = |(step, saved): (&Step, &Saved)| match (self.op(step.head), saved) {
            (Op::BatchNorm { name }, Saved::Statistics(s)) => Some((name.clone(), s.clone())),
            _ => None,
        };
        self.steps.iter().zip(&tape.saved).filter_map(of).collect()
    }
}
