//! The operations with gradients: what each keeps of its forward pass, and its backward pass.

use std::sync::Arc;

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Flex};

use super::flex::{self, Primitive, dims, in_order, tensor, values};
use super::{KernelBackend, Normalised};
use crate::cpu::{self, ConvShape, Isa, NormBackward, NormGradients, Statistics};

/// Hands a gradient on, where somebody asked for it.
fn register(gradients: &mut Gradients, parent: Option<NodeId>, value: impl FnOnce() -> Primitive) {
    if let Some(node) = parent {
        gradients.register::<Flex>(node, value());
    }
}

#[derive(Debug)]
struct Conv2d;

impl Backward<Flex, 3> for Conv2d {
    type State = (Primitive, Primitive, ConvShape);

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (isa, (x, weight, shape)) = (Isa::best(), &ops.state);
        let g = in_order(&gradients.consume::<Flex>(&ops.node));
        let [of_x, of_weight, of_bias] = ops.parents.map(|parent| parent.map(|node| node.id));
        register(gradients, of_x, || {
            tensor(
                cpu::input_gradient(isa, shape, values(weight), values(&g)),
                dims(x),
            )
        });
        register(gradients, of_weight, || {
            tensor(
                cpu::weight_gradient(isa, shape, values(x), values(&g)),
                dims(weight),
            )
        });
        let c = shape.channels[1];
        register(gradients, of_bias, || {
            tensor(cpu::bias_gradient(isa, values(&g), c), [c])
        });
    }
}

#[derive(Debug)]
struct ConvTranspose;

impl Backward<Flex, 3> for ConvTranspose {
    type State = (Primitive, Primitive);

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (isa, (x, weight)) = (Isa::best(), &ops.state);
        let g = in_order(&gradients.consume::<Flex>(&ops.node));
        let [input, weights] =
            cpu::transposed_gradients(isa, dims(x), values(x), values(weight), values(&g));
        let [of_x, of_weight, of_bias] = ops.parents.map(|parent| parent.map(|node| node.id));
        register(gradients, of_x, || tensor(input, dims(x)));
        register(gradients, of_weight, || tensor(weights, dims(weight)));
        let c = dims(weight)[3];
        register(gradients, of_bias, || {
            tensor(cpu::bias_gradient(isa, values(&g), c), [c])
        });
    }
}

/// What a batch norm keeps.
#[derive(Debug, Clone)]
struct NormState {
    x: Primitive,
    gamma: Primitive,
    /// Where a ReLU made it.
    output: Option<Primitive>,
    statistics: Arc<Statistics>,
    epsilon: f32,
}

impl NormState {
    fn backward(&self, gradient: &Primitive, with_residual: bool) -> NormGradients {
        let saved = NormBackward {
            x: values(&self.x),
            output: self.output.as_ref().map(values),
            gamma: values(&self.gamma),
            statistics: &self.statistics,
            epsilon: self.epsilon,
        };
        cpu::norm_backward(Isa::best(), saved, values(gradient), with_residual)
    }
}

/// With three parents input, scale and shift; with four the residual too.
#[derive(Debug)]
struct Norm<const PARENTS: usize>;

impl<const PARENTS: usize> Backward<Flex, PARENTS> for Norm<PARENTS> {
    type State = NormState;

    fn backward(
        self,
        ops: Ops<NormState, PARENTS>,
        gradients: &mut Gradients,
        _: &mut Checkpointer,
    ) {
        let g = in_order(&gradients.consume::<Flex>(&ops.node));
        let with_residual = ops.parents.get(3).is_some_and(Option::is_some);
        let NormGradients {
            input,
            gamma,
            beta,
            residual,
        } = ops.state.backward(&g, with_residual);
        let (shape, c) = (dims(&ops.state.x), gamma.len());
        let mut parents = ops
            .parents
            .into_iter()
            .map(|parent| parent.map(|node| node.id));
        register(gradients, parents.next().flatten(), || tensor(input, shape));
        register(gradients, parents.next().flatten(), || tensor(gamma, [c]));
        register(gradients, parents.next().flatten(), || tensor(beta, [c]));
        if let Some(residual) = residual {
            register(gradients, parents.next().flatten(), || {
                tensor(residual, shape)
            });
        }
    }
}

#[derive(Debug)]
struct MaxPool;

impl Backward<Flex, 1> for MaxPool {
    type State = (Arc<Vec<u8>>, [usize; 4], usize, usize);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (winner, shape, size, stride) = ops.state;
        unary::<Flex, _>(ops.parents, ops.node, gradients, |g| {
            tensor(
                cpu::max_pool_backward(values(&in_order(&g)), &winner, shape, size, stride),
                shape,
            )
        });
    }
}

#[derive(Debug)]
struct Upsample;

impl Backward<Flex, 1> for Upsample {
    type State = [usize; 4];

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let shape = ops.state;
        unary::<Flex, _>(ops.parents, ops.node, gradients, |g| {
            tensor(cpu::upsample_backward(values(&in_order(&g)), shape), shape)
        });
    }
}

#[derive(Debug)]
struct Concat;

impl Backward<Flex, 2> for Concat {
    type State = [[usize; 4]; 2];

    fn backward(self, ops: Ops<Self::State, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let [a, b] = ops.state;
        let g = in_order(&gradients.consume::<Flex>(&ops.node));
        let [first, second] = cpu::split(values(&g), [a[3], b[3]]);
        let [of_first, of_second] = ops.parents.map(|parent| parent.map(|node| node.id));
        register(gradients, of_first, || tensor(first, a));
        register(gradients, of_second, || tensor(second, b));
    }
}

/// A tensor that records gradients.
type Recorded = FloatTensor<Autodiff<Flex>>;

/// Registers an operation: its output, and what it keeps where somebody will ask for gradients.
fn record<C: CheckpointStrategy, O: Backward<Flex, N>, const N: usize>(
    operation: O,
    parents: [&Recorded; N],
    state: impl FnOnce() -> O::State,
    output: Primitive,
) -> Recorded {
    match operation
        .prepare::<C>(parents.map(Recorded::node))
        .compute_bound()
        .stateful()
    {
        OpsKind::Tracked(prepared) => prepared.finish(state(), output),
        OpsKind::UnTracked(prepared) => prepared.finish(output),
    }
}

fn lay<const N: usize>(parents: [&Recorded; N]) -> [Primitive; N] {
    parents.map(|t| in_order(t.primitive()))
}

fn record_norm<C: CheckpointStrategy, const N: usize>(
    parents: [&Recorded; N],
    epsilon: f32,
    relu: bool,
) -> Normalised<Autodiff<Flex, C>> {
    let inputs = lay(parents);
    let (normalised, statistics) = flex::normalise(
        &inputs[0],
        [&inputs[1], &inputs[2]],
        inputs.get(3),
        epsilon,
        relu,
    );
    let state = || NormState {
        x: inputs[0].clone(),
        gamma: inputs[1].clone(),
        output: relu.then(|| normalised.output.clone()),
        statistics: Arc::new(statistics),
        epsilon,
    };
    Normalised {
        output: record::<C, _, _>(Norm::<N>, parents, state, normalised.output.clone()),
        mean: Recorded::new(normalised.mean),
        variance: Recorded::new(normalised.variance),
    }
}

impl<C: CheckpointStrategy> KernelBackend for Autodiff<Flex, C> {
    fn conv2d(
        x: Recorded,
        weight: Recorded,
        bias: Recorded,
        stride: usize,
        padding: usize,
    ) -> Recorded {
        let [a, w, b] = lay([&x, &weight, &bias]);
        let shape = flex::conv_shape(&a, &w, stride, padding);
        let output = Flex::conv2d(a.clone(), w.clone(), b, stride, padding);
        record::<C, _, _>(Conv2d, [&x, &weight, &bias], || (a, w, shape), output)
    }

    fn conv_transpose2x2(x: Recorded, weight: Recorded, bias: Recorded) -> Recorded {
        let [a, w, b] = lay([&x, &weight, &bias]);
        let output = Flex::conv_transpose2x2(a.clone(), w.clone(), b);
        record::<C, _, _>(ConvTranspose, [&x, &weight, &bias], || (a, w), output)
    }

    fn norm(
        x: Recorded,
        gamma: Recorded,
        beta: Recorded,
        epsilon: f32,
        relu: bool,
    ) -> Normalised<Self> {
        record_norm([&x, &gamma, &beta], epsilon, relu)
    }

    fn norm_add(
        x: Recorded,
        gamma: Recorded,
        beta: Recorded,
        residual: Recorded,
        epsilon: f32,
        relu: bool,
    ) -> Normalised<Self> {
        record_norm([&x, &gamma, &beta, &residual], epsilon, relu)
    }

    fn max_pool(x: Recorded, size: usize, stride: usize) -> Recorded {
        let [image] = lay([&x]);
        let (output, winner) = flex::pool(&image, size, stride);
        record::<C, _, _>(
            MaxPool,
            [&x],
            || (Arc::new(winner), dims(&image), size, stride),
            output,
        )
    }

    fn upsample(x: Recorded) -> Recorded {
        let [image] = lay([&x]);
        record::<C, _, _>(
            Upsample,
            [&x],
            || dims(&image),
            Flex::upsample(image.clone()),
        )
    }

    fn concat(first: Recorded, second: Recorded) -> Recorded {
        let [a, b] = lay([&first, &second]);
        record::<C, _, _>(
            Concat,
            [&first, &second],
            || [dims(&a), dims(&b)],
            Flex::concat(a.clone(), b.clone()),
        )
    }
}
