//! The processor's engine against Burn's own operations and its automatic differentiation, on random networks that hold
//! every kind of layer, and on the architectures of this project.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::collections::BTreeMap;

use myops_gpu::reference;
use myops_net::engine::{Batch, Cpu, Engine, Image, Pass};
use myops_net::graph::{Activation, ConvSpec, Graph, GraphBuilder, Initialiser, NodeId};
use myops_net::model::{Architecture, ModelSettings};
use myops_net::weights::Weights;
use proptest::prelude::*;

/// Numbers between -1 and 1 that look random.
fn values(n: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    (0..n).map(|_| next()).collect()
}

fn image(dims: [usize; 4], seed: u64) -> Image {
    let values = values(dims.iter().product(), seed);
    Image { dims, values }
}

/// Weights whose biases, scales and statistics are not those of a new network.
fn weights(graph: &Graph, seed: u64) -> Weights {
    let mut weights = Weights::drawn(graph, seed);
    for (n, parameter) in graph.parameters().into_iter().enumerate() {
        let weight = weights.get_mut(&parameter.name).unwrap();
        if weight.shape.len() == 1 {
            let noise = values(weight.values.len(), seed + n as u64);
            weight
                .values
                .iter_mut()
                .zip(noise)
                .for_each(|(w, v)| *w += 0.3 * v);
        }
    }
    weights
}

/// The largest difference as a share of the largest value.
fn difference(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    let scale = theirs.iter().fold(f32::MIN_POSITIVE, |m, v| m.max(v.abs()));
    let pairs = ours.iter().zip(theirs);
    pairs
        .map(|(a, b)| (a - b).abs() / scale)
        .fold(0.0, f32::max)
}

fn pass(engine: &dyn Engine, graph: &Graph, weights: &Weights, x: &Image) -> (Image, Pass) {
    let batch = Batch {
        x: x.clone(),
        seed: 3,
    };
    let mut result = None;
    let pass = engine.learner(graph).pass(weights, batch, &mut |y| {
        let slope = values(y.values.len(), 99);
        result = Some(y);
        slope
    });
    (result.unwrap(), pass.unwrap())
}

/// The same image to rounding.
fn jittered(x: &Image, seed: u64) -> Image {
    let noise = values(x.values.len(), seed);
    let moved = x
        .values
        .iter()
        .zip(noise)
        .map(|(x, v)| x * (1.0 + 5e-7 * v));
    Image {
        dims: x.dims,
        values: moved.collect(),
    }
}

/// Everything that an engine says of a network, by name.
fn said(
    engine: &dyn Engine,
    graph: &Graph,
    weights: &Weights,
    x: &Image,
) -> BTreeMap<String, Vec<f32>> {
    let predicted = engine.predictor(graph, weights).unwrap().run(x.clone());
    let (y, pass) = pass(engine, graph, weights, x);
    assert_eq!(y.dims, predicted.dims);
    let mut all = BTreeMap::from([
        ("prediction".to_owned(), predicted.values),
        ("result in training".to_owned(), y.values),
    ]);
    for (name, statistics) in pass.statistics {
        all.insert(format!("mean of {name}"), statistics.mean);
        all.insert(format!("variance of {name}"), statistics.variance);
    }
    for (name, gradient) in pass.gradients.iter() {
        all.insert(format!("gradient of {name}"), gradient.values.clone());
    }
    all
}

/// Holds predictions, results, statistics and every gradient of both engines against each other.
///
/// Rounding may switch a ReLU or a maximum, or be all that a sum of values that cancel holds. So they may differ by 1e-3
/// of the largest value, or by ten times what the reference itself changes where its input changes by rounding.
fn compare(graph: &Graph, x: &Image) {
    let weights = weights(graph, 5);
    let ours = said(&Cpu::default(), graph, &weights, x);
    let reference = reference();
    let theirs = said(&*reference, graph, &weights, x);
    let moved = [1, 2, 3].map(|seed| said(&*reference, graph, &weights, &jittered(x, seed)));
    let names = |said: &BTreeMap<String, Vec<f32>>| said.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&ours), names(&theirs));
    for (name, theirs) in &theirs {
        let found = difference(&ours[name], theirs);
        let rounding = moved.iter().map(|moved| difference(&moved[name], theirs));
        let allowed = rounding.fold(1e-3_f32, |most, d| most.max(10.0 * d));
        assert!(found < allowed, "{name}: {found}, by rounding {allowed}");
    }
}

/// A value of a random network, with how many times smaller than the input it is, as a power of two.
type Made = (NodeId, i32);

/// A network of random layers; every number chooses one of those that the shapes allow.
fn random_graph(choices: &[u8]) -> Graph {
    let (mut graph, x) = GraphBuilder::new(3);
    let mut made: Vec<Made> = vec![(x, 0)];
    for (n, choice) in choices.iter().enumerate() {
        let channels = 1 + (usize::from(*choices.last().unwrap_or(&0)) + n) % 7;
        let next = random_layer(&mut graph, &made, (n, channels), usize::from(*choice));
        made.push(next);
    }
    let (last, _) = made[made.len() - 1];
    let activation = match choices.len() % 3 {
        0 => Some(Activation::Sigmoid),
        1 => Some(Activation::Softmax),
        _ => None,
    };
    let head = graph.conv(last, "head", ConvSpec::pointwise(4));
    let graph = graph.finish(head);
    match activation {
        Some(activation) => graph.with_activation(activation),
        None => graph,
    }
}

/// Adds a layer to one of the last values.
fn random_layer(
    graph: &mut GraphBuilder,
    made: &[Made],
    (n, channels): (usize, usize),
    choice: usize,
) -> Made {
    let (choice, pick) = (choice % 13, choice / 13);
    let (x, level) = made[made.len() - 1 - pick % made.len().min(3)];
    let name = format!("layer{n}");
    let twin = made.iter().rev().find(|(other, l)| {
        *l == level && *other != x && graph.channels(*other) == graph.channels(x)
    });
    let neighbour = made
        .iter()
        .rev()
        .find(|(other, l)| *l == level && *other != x);
    match (choice, twin.copied(), neighbour.copied()) {
        (0, ..) => (graph.conv(x, name, ConvSpec::pointwise(channels)), level),
        (1, ..) => (graph.conv(x, name, ConvSpec::same3(channels)), level),
        (2, ..) if level < 2 => {
            let spec = ConvSpec {
                stride: 2,
                ..ConvSpec::same3(channels)
            };
            (graph.conv(x, name, spec), level + 1)
        }
        (3, ..) if level > -1 => {
            let up = graph.transposed_conv(x, name, channels, Initialiser::HeNormal);
            (up, level - 1)
        }
        (4 | 5, ..) => (graph.conv_norm(x, &name, ConvSpec::same3(channels)), level),
        (6, ..) => (graph.batch_norm(x, name), level),
        (7, ..) => (graph.relu(x), level),
        (8, ..) if level < 2 => (graph.max_pool(x, 2, 2), level + 1),
        (9, ..) if level > -1 => (graph.upsample(x), level - 1),
        (10, _, Some((other, _))) => (graph.concat(x, other), level),
        (11, Some((other, _)), _) => (graph.add(x, other), level),
        (12, Some((other, _)), _) => {
            let branch = graph.conv_norm(x, &name, ConvSpec::same3(graph.channels(other)));
            let sum = graph.add(branch, other);
            (graph.relu(sum), level)
        }
        _ => (
            graph.conv_norm(x, &name, ConvSpec::pointwise(channels)),
            level,
        ),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn random_networks_agree(choices in prop::collection::vec(any::<u8>(), 1..16), n in 1usize..3) {
        compare(&random_graph(&choices), &image([n, 16, 24, 3], 1));
    }
}

#[test]
fn the_architectures_agree() {
    for architecture in Architecture::ALL {
        let settings = ModelSettings {
            width: 4,
            ..ModelSettings::published(architecture)
        };
        // Drop-out draws other masks in each engine, so it is left out.
        let graph = myops_net::rewrite::without_dropout(&settings.graph());
        compare(&graph, &image([2, 64, 96, 3], 1));
    }
}
