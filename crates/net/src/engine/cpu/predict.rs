//! A network with fixed weights: batch norms folded into the convolutions before them, weights packed once, and every
//! value dropped after its last reader.

use myops_kernels::{
    ConvOptions, Finish, FixedConv, FixedTransposed, Image, Isa, Nonlinearity, Scale, Statistics,
    UpsampledConv, add, norm_fixed, relu,
};

use super::super::Predict;
use super::steps::{Step, steps_of};
use crate::graph::{Activation, BATCH_NORM_EPSILON, Conv, Graph, NodeId, Op};
use crate::rewrite::{delay_upsampling, fold_batch_norms, without_dropout};
use crate::weights::{Weights, WeightsError};

/// The passes of a network, in order.
#[derive(Debug)]
pub struct Plan {
    isa: Isa,
    passes: Vec<Pass>,
    values: usize,
    output: NodeId,
}

#[derive(Debug)]
struct Pass {
    layer: Layer,
    inputs: Vec<NodeId>,
    residual: Option<NodeId>,
    nonlinearity: Nonlinearity,
    result: NodeId,
    /// The values that nobody reads after this pass.
    read_last: Vec<NodeId>,
}

#[derive(Debug)]
enum Layer {
    Conv(FixedConv),
    /// A 3x3 convolution of the upsampled input.
    UpsampledConv(UpsampledConv),
    TransposedConv(FixedTransposed),
    /// A batch norm that follows no convolution.
    Norm {
        gamma: Vec<f32>,
        beta: Vec<f32>,
        statistics: Statistics,
    },
    MaxPool {
        size: usize,
        stride: usize,
    },
    Upsample,
    Concat,
    Add,
    Relu,
    /// What changes nothing outside training.
    Identity,
    Activation(Activation),
}

impl Plan {
    /// Folds and packs the weights of a network.
    ///
    /// # Errors
    /// Where they are not those of the network.
    pub fn new(isa: Isa, graph: &Graph, weights: &Weights) -> Result<Self, WeightsError> {
        weights.check(graph)?;
        let graph = delay_upsampling(&without_dropout(graph));
        let (graph, weights) = fold_batch_norms(&graph, weights)?;
        let consumers = graph.consumers();
        let steps = steps_of(&graph);
        // Upsamplings that a 3x3 convolution and nobody else reads are part of it.
        let part_of_conv = |x: NodeId| {
            graph.node(x).op == Op::Upsample && consumers[x.0].len() == 1 && graph.output() != x
        };
        let mut passes: Vec<Pass> = Vec::new();
        for step in &steps {
            let (head, mut inputs) = (
                &graph.node(step.head).op,
                graph.node(step.head).inputs.clone(),
            );
            let upsampled = matches!(head, Op::Conv(conv) if takes_upsampling(conv, step))
                && part_of_conv(inputs[0]);
            if upsampled {
                passes.retain(|pass| pass.result != inputs[0]);
                inputs.clone_from(&graph.node(inputs[0]).inputs);
            }
            let layer = match head {
                Op::Conv(conv) if upsampled => upsampled_conv(isa, conv, &weights)?,
                op => layer(isa, op, &weights)?,
            };
            passes.push(Pass {
                layer,
                inputs,
                residual: step.residual,
                nonlinearity: step.nonlinearity,
                result: step.result,
                read_last: Vec::new(),
            });
        }
        drop_early(&mut passes, graph.output());
        Ok(Self {
            isa,
            passes,
            values: graph.nodes().len(),
            output: graph.output(),
        })
    }
}

fn takes_upsampling(conv: &Conv, step: &Step) -> bool {
    (conv.kernel, conv.stride, conv.padding) == (3, 1, 1) && step.residual.is_none()
}

/// Notes with each pass the values that it is the last to read.
fn drop_early(passes: &mut [Pass], output: NodeId) {
    let mut seen = std::collections::HashSet::from([output]);
    for pass in passes.iter_mut().rev() {
        let read = pass.inputs.iter().chain(&pass.residual).copied();
        pass.read_last = read.filter(|value| seen.insert(*value)).collect();
    }
}

fn layer(isa: Isa, op: &Op, weights: &Weights) -> Result<Layer, WeightsError> {
    let values = |name: &str, part: &str| {
        weights
            .required(&format!("{name}.{part}"))
            .map(|w| w.values.clone())
    };
    Ok(match op {
        Op::Conv(conv) => {
            let (shape, weight, bias) = conv_weights(&conv.name, weights)?;
            let options = ConvOptions {
                stride: conv.stride,
                padding: conv.padding,
            };
            Layer::Conv(FixedConv::new(isa, shape, weight, bias, options))
        }
        Op::TransposedConv { name, .. } => {
            let ([_, _, c_in, c_out], weight, bias) = conv_weights(name, weights)?;
            Layer::TransposedConv(FixedTransposed::new(isa, [c_in, c_out], weight, bias))
        }
        Op::BatchNorm { name } => Layer::Norm {
            gamma: values(name, "gamma")?,
            beta: values(name, "beta")?,
            statistics: Statistics {
                mean: values(name, "running_mean")?,
                variance: values(name, "running_variance")?,
            },
        },
        Op::MaxPool { size, stride } => Layer::MaxPool {
            size: *size,
            stride: *stride,
        },
        Op::Upsample => Layer::Upsample,
        Op::Concat => Layer::Concat,
        Op::Add => Layer::Add,
        Op::Activation(activation) => Layer::Activation(*activation),
        Op::Relu => Layer::Relu,
        Op::Input | Op::Dropout { .. } => Layer::Identity,
    })
}

fn upsampled_conv(isa: Isa, conv: &Conv, weights: &Weights) -> Result<Layer, WeightsError> {
    let ([_, _, c_in, c_out], weight, bias) = conv_weights(&conv.name, weights)?;
    let conv = UpsampledConv::new(isa, [c_in, c_out], weight, bias);
    Ok(Layer::UpsampledConv(conv))
}

/// Shape and weights `[kh, kw, c_in, c_out]` and bias of a convolution.
type ConvWeights<'a> = ([usize; 4], &'a [f32], Vec<f32>);

fn conv_weights<'a>(name: &str, weights: &'a Weights) -> Result<ConvWeights<'a>, WeightsError> {
    let weight = weights.required(&format!("{name}.weight"))?;
    let bias = weights.required(&format!("{name}.bias"))?.values.clone();
    let &[kh, kw, c_in, c_out] = &weight.shape[..] else {
        return Err(WeightsError::Shape {
            path: format!("{name}.weight"),
            found: weight.shape.clone(),
            expected: vec![0; 4],
        });
    };
    Ok(([kh, kw, c_in, c_out], &weight.values, bias))
}

impl Predict for Plan {
    fn run(&self, x: Image) -> Image {
        let mut values: Vec<Option<Image>> = vec![None; self.values];
        values[0] = Some(x);
        for pass in &self.passes {
            let result = self.run_pass(pass, &mut values);
            values[pass.result.0] = Some(result);
            pass.read_last
                .iter()
                .for_each(|value| values[value.0] = None);
        }
        taken(&mut values, self.output)
    }
}

impl Plan {
    fn run_pass(&self, pass: &Pass, values: &mut [Option<Image>]) -> Image {
        let first = pass.inputs[0];
        if let Layer::Activation(activation) = &pass.layer {
            let mut x = if pass.read_last.contains(&first) {
                taken(values, first)
            } else {
                at(values, first).clone()
            };
            activation.apply(&mut x.values, x.dims[3]);
            return x;
        }
        let x = at(values, first);
        let second = pass.inputs.get(1).map(|id| at(values, *id));
        let residual = pass.residual.map(|id| at(values, id));
        match &pass.layer {
            Layer::Conv(conv) => conv.run(x, residual, pass.nonlinearity),
            Layer::UpsampledConv(conv) => conv.run(x, pass.nonlinearity),
            Layer::TransposedConv(conv) => conv.run(x),
            Layer::Norm {
                gamma,
                beta,
                statistics,
            } => {
                let scale = Scale {
                    gamma,
                    beta,
                    epsilon: BATCH_NORM_EPSILON,
                };
                let finish = Finish {
                    bias: None,
                    residual: residual.map(|r| r.values.as_slice()),
                    nonlinearity: pass.nonlinearity,
                };
                like(
                    x,
                    norm_fixed(self.isa, &x.values, scale, statistics, finish),
                )
            }
            Layer::MaxPool { size, stride } => x.max_pooled(*size, *stride),
            Layer::Upsample => x.upsampled(),
            Layer::Concat => second.map_or_else(|| x.clone(), |second| x.joined(second)),
            Layer::Add => second.map_or_else(|| x.clone(), |b| like(x, add(&x.values, &b.values))),
            Layer::Relu => like(x, relu(&x.values)),
            Layer::Identity | Layer::Activation(_) => x.clone(),
        }
    }
}

/// An image of the same shape.
fn like(x: &Image, values: Vec<f32>) -> Image {
    let dims = x.dims;
    Image { dims, values }
}

/// A value that a pass before this one has written.
#[expect(
    clippy::expect_used,
    reason = "passes come after those whose values they read"
)]
fn at(values: &[Option<Image>], id: NodeId) -> &Image {
    values[id.0].as_ref().expect("a value")
}

/// The same, for its last reader.
#[expect(
    clippy::expect_used,
    reason = "passes come after those whose values they read"
)]
fn taken(values: &mut [Option<Image>], id: NodeId) -> Image {
    values[id.0].take().expect("a value")
}
