//! Times the networks in one process: `speed infer|train NETWORK SLICES [PRECISION]`, which is `f32` or `bf16`.
//!
//! Prints one line of JSON: what was timed, the shortest and the median milliseconds, and the peak of memory in MiB
//! where the system tells it. `MYOPS_KERNELS=burn` times Burn's own operations. `RAYON_NUM_THREADS` sets the threads.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "run by hand or by the table of speeds"
)]

use std::time::{Duration, Instant};

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use myops_image::label::Label;
use myops_kernels::allocator::{Allocator, keep_freed_memory};
use myops_kernels::cpu::{Image, Isa};
use myops_kernels::ops::KERNELS_VARIABLE;
use myops_net::loss::{Loss, Objective, PathologyLoss};
use myops_net::model::{Architecture, FixedNetwork, ModelSettings};
use myops_net::train::Optimizer;

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
        panic!("infer|train NETWORK SLICES [PRECISION]")
    };
    let precision = rest.first().map_or("f32", String::as_str);
    Isa::multiply_in_bf16(precision == "bf16");
    let architecture = Architecture::ALL
        .into_iter()
        .find(|a| a.name() == name)
        .expect("a network");
    let slices = slices.parse().expect("a number of slices");
    let stock = std::env::var(KERNELS_VARIABLE).is_ok_and(|v| v == "burn");
    let mut times = match (what.as_str(), stock) {
        ("infer", false) => infer(architecture, slices),
        ("infer", true) => infer_stock(architecture, slices),
        _ => train(architecture, slices),
    };
    times.sort_by(f64::total_cmp);
    let engine = if stock {
        "burn flex".to_owned()
    } else {
        format!("myops {}", Isa::best().name())
    };
    println!(
        r#"{{"engine": "{engine}", "precision": "{precision}", "net": "{name}", "batch": {slices}, "threads": {}, "min_ms": {:.2}, "median_ms": {:.2}, "peak_rss_mib": {}}}"#,
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

fn tensor(n: usize, channels: usize, device: &Device) -> Tensor<4> {
    Tensor::from_data(
        TensorData::new(values(n, channels), [n, SIDE, SIDE, channels]),
        device,
    )
}

fn infer(architecture: Architecture, n: usize) -> Vec<f64> {
    let network = FixedNetwork::of(
        &ModelSettings::published(architecture)
            .init(0, &Device::flex())
            .valid(),
    );
    let x = Image {
        dims: [n, SIDE, SIDE, 3],
        values: values(n, 3),
    };
    timed(|| drop(network.probabilities(x.clone())))
}

fn infer_stock(architecture: Architecture, n: usize) -> Vec<f64> {
    let network = ModelSettings::published(architecture)
        .init(0, &Device::flex())
        .valid();
    let x = tensor(n, 3, &Device::flex());
    timed(|| {
        drop(
            network
                .forward(x.clone())
                .probabilities(architecture)
                .into_tensor()
                .into_data(),
        )
    })
}

fn train(architecture: Architecture, n: usize) -> Vec<f64> {
    let device = Device::flex().autodiff();
    let mut network = ModelSettings::published(architecture).init(0, &device);
    let mut optimizer = Optimizer::new(0.0, 0.0);
    let x = tensor(n, 3, &device);
    let labels: Vec<Label> = (0..n * SIDE * SIDE)
        .map(|p| Label::ALL[p / 7 % 6])
        .collect();
    let objective = Objective {
        activation: architecture.activation(),
        loss: Loss::SoftDice,
        pathology: PathologyLoss::default(),
    };
    timed(|| {
        let output = network.forward(x.clone()).into_tensor();
        let numbers = output.clone().into_data().try_into_vec().expect("floats");
        let gradient = TensorData::new(objective.of(numbers, &labels).gradient, output.dims());
        let surrogate = (output * Tensor::from_data(gradient, &device)).sum();
        network = optimizer.step(1e-3, network.clone(), surrogate.backward());
    })
}
