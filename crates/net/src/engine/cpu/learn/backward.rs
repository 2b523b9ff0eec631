//! The backward pass of a step of training.

use myops_kernels::{
    Nonlinearity, NormBackward, ResidualGradient, Statistics, add_to, bias_gradient,
    input_gradient, max_pool_backward, norm_backward, relu_backward, split, transposed_gradients,
    upsample_backward, weight_gradient,
};

use super::super::dropout::dropout;
use super::{Plan, Saved, Step, Tape};
use crate::graph::{BATCH_NORM_EPSILON, NodeId, Op};
use crate::weights::{Weight, Weights, WeightsError};

/// Gradients on their way from the result to the weights.
struct Gradients<'a> {
    /// The weights that they are gradients of.
    weights: &'a Weights,
    of_weights: Weights,
    /// The sum of what each value's readers have given so far.
    of_values: Vec<Option<Vec<f32>>>,
}

impl Gradients<'_> {
    fn give_weight(
        &mut self,
        name: &str,
        part: &str,
        values: Vec<f32>,
    ) -> Result<(), WeightsError> {
        let path = format!("{name}.{part}");
        let shape = self.weights.required(&path)?.shape.clone();
        self.of_weights.insert(path, Weight { shape, values });
        Ok(())
    }

    fn give_value(&mut self, value: NodeId, gradient: Vec<f32>) {
        match &mut self.of_values[value.0] {
            Some(sum) => add_to(sum, &gradient),
            none => *none = Some(gradient),
        }
    }
}

impl Plan {
    /// The gradients of all weights, from that of the result.
    pub(super) fn backward(
        &self,
        weights: &Weights,
        mut tape: Tape,
        slope: Vec<f32>,
    ) -> Result<Weights, WeightsError> {
        let mut gradients = Gradients {
            weights,
            of_weights: Weights::default(),
            of_values: vec![None; tape.values.len()],
        };
        gradients.of_values[self.graph.output().0] = Some(slope);
        for (n, step) in self.steps.iter().enumerate().rev() {
            for value in self.memory.remade(n) {
                let (_, values) = self.copied(*value, &tape);
                tape.values[value.0] = Some(values);
            }
            let saved = std::mem::replace(&mut tape.saved[n], Saved::Nothing);
            // A value that does not lead to the result has no gradient.
            if let Some(gradient) = gradients.of_values[step.result.0].take() {
                self.step_backward(step, &tape, saved, gradient, &mut gradients)?;
            }
            self.memory
                .after_backward(n)
                .iter()
                .for_each(|value| tape.values[value.0] = None);
        }
        Ok(gradients.of_weights)
    }

    fn step_backward(
        &self,
        step: &Step,
        tape: &Tape,
        saved: Saved,
        gradient: Vec<f32>,
        gradients: &mut Gradients,
    ) -> Result<(), WeightsError> {
        let input = self.inputs(step)[0];
        match (self.op(step.head), saved) {
            (Op::Conv(_) | Op::TransposedConv { .. }, _) => {
                return self.conv_backward(step, tape, gradient, gradients);
            }
            (Op::BatchNorm { name }, Saved::Statistics(statistics)) => {
                return self.norm_backward(step, tape, (name, &statistics), &gradient, gradients);
            }
            (Op::Concat, _) => {
                let inputs = self.inputs(step);
                let channels = [inputs[0], inputs[1]].map(|value| tape.dims[value.0][3]);
                let halves = split(&gradient, channels);
                for (value, half) in inputs.iter().zip(halves) {
                    if self.memory.wants_gradient(*value) {
                        gradients.give_value(*value, half);
                    }
                }
            }
            (Op::Add, _) => {
                for value in self.inputs(step) {
                    if self.memory.wants_gradient(*value) {
                        gradients.give_value(*value, gradient.clone());
                    }
                }
            }
            (op, saved) if self.memory.wants_gradient(input) => {
                let of_input = self.of_input(step, (op, saved), tape, gradient);
                gradients.give_value(input, of_input);
            }
            _ => {}
        }
        Ok(())
    }

    /// The gradient of the input of an operation that has one input and no weights.
    fn of_input(
        &self,
        step: &Step,
        (op, saved): (&Op, Saved),
        tape: &Tape,
        mut gradient: Vec<f32>,
    ) -> Vec<f32> {
        let dims = tape.dims[self.inputs(step)[0].0];
        match (op, saved) {
            (Op::MaxPool { size, stride }, Saved::Winner(winner)) => {
                max_pool_backward(&gradient, &winner, dims, *size, *stride)
            }
            (Op::Upsample, _) => upsample_backward(&gradient, dims),
            (Op::Relu, _) => relu_backward(tape.value(step.result), &gradient),
            (Op::Dropout { rate }, _) => {
                dropout(&mut gradient, *rate, tape.dropout_seed(step.head));
                gradient
            }
            (Op::Activation(activation), _) => {
                activation.backward(tape.value(step.result), &mut gradient, dims[3]);
                gradient
            }
            _ => gradient,
        }
    }

    /// Of a batch norm by the statistics of the batch.
    fn norm_backward(
        &self,
        step: &Step,
        tape: &Tape,
        (name, statistics): (&str, &Statistics),
        gradient: &[f32],
        gradients: &mut Gradients,
    ) -> Result<(), WeightsError> {
        let input = self.inputs(step)[0];
        let residual = step.residual.filter(|r| self.memory.wants_gradient(*r));
        let relu = step.nonlinearity == Nonlinearity::Relu;
        let saved = NormBackward {
            x: tape.value(input),
            output: relu.then(|| tape.value(step.result)),
            gamma: &gradients.weights.required(&format!("{name}.gamma"))?.values,
            statistics,
            epsilon: BATCH_NORM_EPSILON,
        };
        let of_residual = match residual {
            Some(_) => ResidualGradient::Wanted,
            None => ResidualGradient::Unwanted,
        };
        let found = norm_backward(self.isa, saved, gradient, of_residual);
        gradients.give_weight(name, "gamma", found.gamma)?;
        gradients.give_weight(name, "beta", found.beta)?;
        if self.memory.wants_gradient(input) {
            gradients.give_value(input, found.input);
        }
        if let (Some(residual), Some(found)) = (residual, found.residual) {
            gradients.give_value(residual, found);
        }
        Ok(())
    }

    /// Of a convolution or a transposed one.
    fn conv_backward(
        &self,
        step: &Step,
        tape: &Tape,
        gradient: Vec<f32>,
        gradients: &mut Gradients,
    ) -> Result<(), WeightsError> {
        let input = self.inputs(step)[0];
        let (x, dims) = (tape.value(input), tape.dims[input.0]);
        let wanted = self.memory.wants_gradient(input);
        let gradient = match step.nonlinearity {
            Nonlinearity::Identity => gradient,
            Nonlinearity::Relu => relu_backward(tape.value(step.result), &gradient),
        };
        let weights = gradients.weights;
        let weight_of = |name: &str| {
            let weight = weights.required(&format!("{name}.weight"));
            weight.map(|weight| weight.values.as_slice())
        };
        let c_out = self.graph.node(step.head).channels;
        let (name, of_weight, of_input) = match self.op(step.head) {
            Op::Conv(conv) => {
                let shape = self.conv_shape(conv, step.head, dims);
                let of_weight = weight_gradient(self.isa, &shape, x, &gradient);
                let weight = weight_of(&conv.name)?;
                let of_input = wanted.then(|| input_gradient(self.isa, &shape, weight, &gradient));
                (&conv.name, of_weight, of_input)
            }
            Op::TransposedConv { name, .. } => {
                let weight = weight_of(name)?;
                let [of_input, of_weight] =
                    transposed_gradients(self.isa, dims, x, weight, &gradient);
                (name, of_weight, wanted.then_some(of_input))
            }
            _ => return Ok(()),
        };
        gradients.give_weight(name, "weight", of_weight)?;
        gradients.give_weight(name, "bias", bias_gradient(self.isa, &gradient, c_out))?;
        if let Some(of_input) = of_input {
            gradients.give_value(input, of_input);
        }
        if let Some(residual) = step.residual.filter(|r| self.memory.wants_gradient(*r)) {
            gradients.give_value(residual, gradient);
        }
        Ok(())
    }
}
