//! Times single kernels: `cargo bench --manifest-path benches/Cargo.toml [-- NAMES]`.
//!
//! The rate of convolutions is in GFLOP/s and in percent of the peak rate: that of fused multiply-adds in registers, in 32
//! bits and on the same number of threads, measured first. Normalisation and pooling are bound by memory, so their rate is
//! in GB/s. `RAYON_NUM_THREADS` sets the number of threads.

use std::time::Duration;

use criterion::{BenchmarkGroup, Criterion, Throughput};
use myops_benches::Rate;
use myops_kernels::allocator::{Allocator, keep_freed_memory};
use myops_kernels::{
    ConvShape, Finish, Isa, Nonlinearity, NormBackward, ResidualGradient, Scale, convolve,
    input_gradient, max_pool, norm_backward, norm_forward, transposed_convolve, weight_gradient,
};

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

fn main() {
    keep_freed_memory();
    // Kernels run on a thread of the pool, as in training.
    rayon::scope(|_| {
        let isa = Isa::best();
        let rate = Rate::with_peak(isa);
        println!(
            "{} on {} threads, peak {:.0} GFLOP/s",
            isa.name(),
            rayon::current_num_threads(),
            rate.peak
        );
        let mut criterion = Criterion::default()
            .with_measurement(rate)
            .warm_up_time(Duration::from_millis(200))
            .measurement_time(Duration::from_millis(800))
            .sample_size(20)
            .configure_from_args();
        convolutions(&mut criterion, isa);
        others(&mut criterion, isa);
        criterion.final_summary();
    });
}

fn convolutions(criterion: &mut Criterion<Rate>, isa: Isa) {
    for (batch, side, channels, kernel) in [
        (1, 256, [16, 16], 3),
        (4, 112, [3, 16], 3),
        (4, 112, [16, 16], 3),
        (4, 112, [32, 16], 3),
        (4, 56, [64, 32], 3),
        (4, 28, [64, 64], 3),
        (4, 14, [128, 128], 3),
        (4, 7, [192, 192], 3),
        (8, 64, [64, 16], 1),
        (8, 64, [16, 64], 1),
        (8, 32, [256, 64], 1),
        (8, 16, [128, 512], 1),
    ] {
        let shape = ConvShape {
            batch,
            input: [side; 2],
            channels,
            kernel: [kernel; 2],
            stride: 1,
            padding: kernel / 2,
        };
        let [x, w, g] = [shape.input_len(), shape.weight_len(), shape.output_len()].map(numbers);
        let [c_in, c_out] = channels;
        let mut group = criterion.benchmark_group(format!(
            "{batch} x {side}x{side}, {c_in} to {c_out}, {kernel}x{kernel}"
        ));
        group.throughput(Throughput::Elements(
            (2 * shape.output_len() * kernel * kernel * c_in) as u64,
        ));
        for (isa, bits) in [(isa, ""), (isa.in_bf16(), ", bf16")] {
            let name = |what: &str| format!("{what}{bits}");
            group.bench_function(name("forward"), |b| {
                b.iter(|| convolve(isa, &shape, &x, &w, Finish::default()))
            });
            group.bench_function(name("input gradient"), |b| {
                b.iter(|| input_gradient(isa, &shape, &w, &g))
            });
            group.bench_function(name("weight gradient"), |b| {
                b.iter(|| weight_gradient(isa, &shape, &x, &g))
            });
        }
    }
}

fn others(criterion: &mut Criterion<Rate>, isa: Isa) {
    let (dims, c) = ([4, 112, 112, 16], 16);
    let len = dims.iter().product();
    let [x, g, gamma] = [len, len, c].map(numbers);
    let scale = Scale {
        gamma: &gamma,
        beta: &gamma,
        epsilon: 1e-3,
    };
    let finish = Finish {
        nonlinearity: Nonlinearity::Relu,
        ..Finish::default()
    };
    let forward = || norm_forward(isa, &x, scale, finish);
    let saved = forward();
    let saved = NormBackward {
        x: &x,
        output: Some(&saved.output),
        gamma: &gamma,
        statistics: &saved.statistics,
        epsilon: 1e-3,
    };
    let w = numbers(4 * c * c);
    let group = &mut criterion.benchmark_group("4 x 112x112, 16 channels");
    bench_floats(group, "batch norm and ReLU, forward", 3 * len, forward);
    bench_floats(group, "batch norm and ReLU, backward", 7 * len, || {
        norm_backward(isa, saved, &g, ResidualGradient::Unwanted)
    });
    bench_floats(group, "max pooling 2x2", len + len / 4, || {
        max_pool(&x, dims, 2, 2)
    });
    bench_floats(group, "transposed 2x2", 5 * len, || {
        transposed_convolve(isa, dims, &x, &w, &gamma)
    });
}

/// Times a kernel that reads and writes `floats` floats.
fn bench_floats<T>(
    group: &mut BenchmarkGroup<Rate>,
    name: &str,
    floats: usize,
    kernel: impl Fn() -> T,
) {
    group.throughput(Throughput::Bytes(4 * floats as u64));
    group.bench_function(name, |b| b.iter(&kernel));
}

fn numbers(n: usize) -> Vec<f32> {
    (0..n).map(|p| (p as f32 * 0.618).fract() - 0.5).collect()
}
