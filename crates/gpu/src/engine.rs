//! Any graph on any device of Burn's.

use std::collections::HashMap;

use burn::tensor::{Device as BurnDevice, Distribution, Tensor, TensorData};
use myops_net::engine::{Batch, Engine, Image, Learn, Pass, Predict, Statistics};
use myops_net::graph::{BATCH_NORM_EPSILON, Graph, Op};
use myops_net::rewrite::delay_upsampling;
use myops_net::weights::{Weight, Weights, WeightsError};

use crate::ops::{self, Scale};

/// One of Burn's devices.
#[derive(Debug, Clone)]
pub struct Burn {
    name: &'static str,
    device: BurnDevice,
}

impl Burn {
    /// A device under the name that people know it by.
    pub fn new(name: &'static str, device: BurnDevice) -> Self {
        Self { name, device }
    }
}

impl Engine for Burn {
    fn name(&self) -> String {
        self.name.into()
    }

    fn predictor(
        &self,
        graph: &Graph,
        weights: &Weights,
    ) -> Result<Box<dyn Predict>, WeightsError> {
        weights.check(graph)?;
        let tensors = Tensors::new(weights, &self.device, Gradients::Without);
        Ok(Box::new(Fixed {
            graph: delay_upsampling(graph),
            tensors,
            device: self.device.clone(),
        }))
    }

    fn learner(&self, graph: &Graph) -> Box<dyn Learn> {
        Box::new(Learner {
            graph: delay_upsampling(graph),
            device: self.device.clone().autodiff(),
        })
    }
}

/// A network with fixed weights on a device.
#[derive(Debug)]
struct Fixed {
    graph: Graph,
    tensors: Tensors,
    device: BurnDevice,
}

impl Predict for Fixed {
    fn run(&self, x: Image) -> Image {
        let run = Run {
            graph: &self.graph,
            tensors: &self.tensors,
            training: Training::No,
        };
        let y = run.forward(tensor(x, &self.device)).result;
        let dims = y.dims();
        let values = numbers(y);
        Image { dims, values }
    }
}

/// A network that learns on a device.
#[derive(Debug)]
struct Learner {
    graph: Graph,
    device: BurnDevice,
}

impl Learn for Learner {
    fn pass(
        &self,
        weights: &Weights,
        batch: Batch,
        slope: &mut (dyn FnMut(Image) -> Vec<f32> + Send),
    ) -> Result<Pass, WeightsError> {
        weights.check(&self.graph)?;
        self.device.seed(batch.seed);
        let tensors = Tensors::new(weights, &self.device, Gradients::With);
        let run = Run {
            graph: &self.graph,
            tensors: &tensors,
            training: Training::Yes,
        };
        let Forward { result, statistics } = run.forward(tensor(batch.x, &self.device));
        let dims = result.dims();
        let values = numbers(result.clone());
        let slope = TensorData::new(slope(Image { dims, values }), dims);
        // The gradient of this sum is that of the loss.
        let sum = (result * Tensor::from_data(slope, &self.device)).sum();
        let mut found = sum.backward();
        let mut gradients = Weights::default();
        for (name, weight) in weights.iter() {
            let values = match (tensors.vectors.get(name), tensors.filters.get(name)) {
                (Some(tensor), _) => tensor.grad_remove(&mut found).map(numbers),
                (_, Some(tensor)) => tensor.grad_remove(&mut found).map(numbers),
                _ => None,
            };
            if let Some(values) = values {
                let shape = weight.shape.clone();
                gradients.insert(name, Weight { shape, values });
            }
        }
        Ok(Pass {
            gradients,
            statistics,
        })
    }
}

/// Whether gradients of the weights will be asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gradients {
    With,
    Without,
}

/// Weights on a device, by name.
#[derive(Debug)]
struct Tensors {
    vectors: HashMap<String, Tensor<1>>,
    filters: HashMap<String, Tensor<4>>,
}

impl Tensors {
    fn new(weights: &Weights, device: &BurnDevice, gradients: Gradients) -> Self {
        let (mut vectors, mut filters) = (HashMap::new(), HashMap::new());
        for (name, Weight { shape, values }) in weights.iter() {
            let data = TensorData::new(values.clone(), shape.as_slice());
            let learns = gradients == Gradients::With && !name.contains(".running_");
            if shape.len() == 1 {
                let tensor = Tensor::<1>::from_data(data, device);
                vectors.insert(
                    name.to_owned(),
                    if learns {
                        tensor.require_grad()
                    } else {
                        tensor
                    },
                );
            } else {
                let tensor = Tensor::<4>::from_data(data, device);
                filters.insert(
                    name.to_owned(),
                    if learns {
                        tensor.require_grad()
                    } else {
                        tensor
                    },
                );
            }
        }
        Self { vectors, filters }
    }

    fn vector(&self, name: &str, part: &str) -> Tensor<1> {
        self.vectors[&format!("{name}.{part}")].clone()
    }

    fn filter(&self, name: &str) -> Tensor<4> {
        self.filters[&format!("{name}.weight")].clone()
    }
}

/// Whether batch norms go by the batch and drop-out drops.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Training {
    Yes,
    No,
}

/// A graph with the weights that it runs with.
struct Run<'a> {
    graph: &'a Graph,
    tensors: &'a Tensors,
    training: Training,
}

/// What running a graph gives.
struct Forward {
    result: Tensor<4>,
    statistics: Vec<(String, Statistics)>,
}

impl Run<'_> {
    fn forward(&self, x: Tensor<4>) -> Forward {
        let mut statistics = Vec::new();
        let mut values: Vec<Tensor<4>> = vec![x];
        for (_, node) in self.graph.iter().skip(1) {
            let input = |n: usize| values[node.inputs[n].0].clone();
            let value = match &node.op {
                Op::Conv(conv) => {
                    let bias = self.tensors.vector(&conv.name, "bias");
                    ops::conv(input(0), self.tensors.filter(&conv.name), bias, conv)
                }
                Op::TransposedConv { name, .. } => {
                    let bias = self.tensors.vector(name, "bias");
                    ops::transposed_conv(input(0), self.tensors.filter(name), bias)
                }
                Op::BatchNorm { name } => self.batch_norm(input(0), name, &mut statistics),
                Op::MaxPool { size, stride } => ops::max_pool(input(0), *size, *stride),
                Op::Dropout { rate } if self.training == Training::Yes => {
                    let x = input(0);
                    let kept = Distribution::Bernoulli(f64::from(1.0 - rate));
                    let mask = Tensor::<4>::random(x.dims(), kept, &x.device());
                    x * mask / (1.0 - *rate)
                }
                Op::Upsample => ops::upsample(input(0)),
                Op::Concat => Tensor::cat(vec![input(0), input(1)], 3),
                Op::Add => input(0) + input(1),
                Op::Relu => ops::rectified(input(0)),
                Op::Activation(activation) => ops::activated(input(0), *activation),
                Op::Dropout { .. } | Op::Input => input(0),
            };
            values.push(value);
        }
        let result = values.swap_remove(self.graph.output().0);
        Forward { result, statistics }
    }

    fn batch_norm(
        &self,
        x: Tensor<4>,
        name: &str,
        statistics: &mut Vec<(String, Statistics)>,
    ) -> Tensor<4> {
        let vector = |part| self.tensors.vector(name, part);
        let scale = Scale {
            gamma: vector("gamma"),
            beta: vector("beta"),
        };
        if self.training == Training::No {
            let running = ["running_mean", "running_variance"].map(vector);
            return ops::batch_norm_fixed(x, scale, running, BATCH_NORM_EPSILON);
        }
        let normalised = ops::batch_norm_train(x, scale, BATCH_NORM_EPSILON);
        let [mean, variance] = [normalised.mean, normalised.variance].map(numbers);
        statistics.push((name.into(), Statistics { mean, variance }));
        normalised.output
    }
}

fn tensor(x: Image, device: &BurnDevice) -> Tensor<4> {
    Tensor::from_data(TensorData::new(x.values, x.dims), device)
}

/// The values of a tensor, the last axis fastest, as 32-bit floats.
#[expect(clippy::expect_used, reason = "every device's floats can be converted")]
fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor
        .into_data()
        .convert::<f32>()
        .try_into_vec()
        .expect("floats")
}
