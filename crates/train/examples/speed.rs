//! Times the networks in one process: `speed infer|train NETWORK SLICES [PRECISION]`, which is `f32` or `bf16`.
//! `speed onnx NETWORK FILE` writes the same network for other engines.
//!
//! Prints one line of JSON: what was timed, the shortest and the median milliseconds, and the peak of memory in MiB
//! where the system tells it. `RAYON_NUM_THREADS` sets the threads.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "run by hand or by the table of speeds"
)]

use std::time::{Duration, Instant};

use myops_image::label::{Label, LabelSet};
use myops_kernels::allocator::{Allocator, keep_freed_memory};
use myops_net::engine::{Batch, Cpu, Engine, Image, Precision};
use myops_net::model::{Architecture, ModelSettings};
use myops_net::onnx::{About, to_onnx};
use myops_net::weights::Weights;
use myops_settings::Switch;
use myops_train::Optimizer;
use myops_train::loss::{Loss, Objective, PathologyLoss};

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// Height and width of a slice.
const SIDE: usize = 256;

/// How long one thing is timed.
const TIME: Duration = Duration::from_secs(3);

/// Runs before the clock counts, as many as the peers have.
const WARM_UP: usize = 2;

fn main() {
    keep_freed_memory();
    rayon::scope(|_| run());
}

fn run() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [what, name, slices, rest @ ..] = args.as_slice() else {
        panic!("infer|train NETWORK SLICES [PRECISION], or onnx NETWORK FILE")
    };
    let precision = rest.first().map_or("f32", String::as_str);
    let engine = Cpu::new(match precision {
        "bf16" => Precision::Bf16,
        _ => Precision::Float32,
    });
    let architecture = Architecture::ALL
        .into_iter()
        .find(|a| a.name() == name)
        .expect("a network");
    if what == "onnx" {
        return write_onnx(architecture, slices);
    }
    let slices = slices.parse().expect("a number of slices");
    let mut times = match what.as_str() {
        "infer" => infer(engine, architecture, slices),
        _ => train(engine, architecture, slices),
    };
    times.sort_by(f64::total_cmp);
    println!(
        r#"{{"engine": "myops {}", "precision": "{precision}", "net": "{name}", "batch": {slices}, "threads": {}, "min_ms": {:.2}, "median_ms": {:.2}, "peak_rss_mib": {}}}"#,
        engine.name(),
        rayon::current_num_threads(),
        times[0],
        times[times.len() / 2],
        peak_mib().map_or("null".into(), |m| m.to_string()),
    );
}

/// The most memory this process has held, where the system tells it.
fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    line.split_whitespace()
        .next()?
        .parse::<u64>()
        .ok()
        .map(|kib| kib / 1024)
}

/// Milliseconds of each call, the first ones left out.
fn timed(mut call: impl FnMut()) -> Vec<f64> {
    for _ in 0..WARM_UP {
        call();
    }
    let (mut times, begin) = (Vec::new(), Instant::now());
    while begin.elapsed() < TIME || times.len() < 5 {
        let start = Instant::now();
        call();
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times
}

fn values(n: usize, channels: usize) -> Vec<f32> {
    (0..n * SIDE * SIDE * channels)
        .map(|p| (p as f32 * 0.618).fract())
        .collect()
}

fn images(n: usize) -> Image {
    Image {
        dims: [n, SIDE, SIDE, 3],
        values: values(n, 3),
    }
}

/// Writes the network with the weights that [`infer`] draws.
fn write_onnx(architecture: Architecture, path: &str) {
    let graph = ModelSettings::published(architecture).probability_graph();
    let about = About {
        name: architecture.name().into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
        metadata: Vec::new(),
    };
    let onnx = to_onnx(&graph, &Weights::drawn(&graph, 0), &about);
    std::fs::write(path, onnx.expect("its own weights")).expect("a file written");
}

fn infer(engine: Cpu, architecture: Architecture, n: usize) -> Vec<f64> {
    let graph = ModelSettings::published(architecture).probability_graph();
    let network = engine.predictor(&graph, &Weights::drawn(&graph, 0));
    let (network, x) = (network.expect("its own weights"), images(n));
    timed(|| drop(network.run(x.clone())))
}

fn train(engine: Cpu, architecture: Architecture, n: usize) -> Vec<f64> {
    let graph = ModelSettings::published(architecture).graph();
    let (learner, mut weights) = (engine.learner(&graph), Weights::drawn(&graph, 0));
    let mut optimizer = Optimizer::new(0.0, Switch::Off);
    let targets: Vec<LabelSet> = (0..n * SIDE * SIDE)
        .map(|p| Label::ALL[p / 7 % 6].into())
        .collect();
    let objective = Objective {
        activation: architecture.activation(),
        loss: Loss::SoftDice,
        pathology: PathologyLoss::default(),
    };
    let x = images(n);
    timed(|| {
        let batch = Batch {
            x: x.clone(),
            seed: 0,
        };
        let mut slope = |output: Image| objective.of(output.values, &targets).gradient;
        let pass = learner.pass(&weights, batch, &mut slope);
        let pass = pass.expect("its own weights");
        optimizer.step(1e-3, &mut weights, &pass.gradients);
        weights.move_statistics(&pass.statistics);
    })
}
