//! Times single kernels: `cargo bench --workspace --bench kernels`.
//!
//! For each the shortest of many calls, as GFLOP/s and as a share of what registers alone give: the peak of fused
//! multiply-adds, measured first, on as many threads. Normalisation and pooling are bound by memory, so theirs is in GB/s.
//! `RAYON_NUM_THREADS` sets the threads.

#![expect(clippy::print_stdout, reason = "the table is what is asked for")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use myops_kernels::cpu::lanes::{Job, Lanes};
use myops_kernels::cpu::{
    ConvShape, Finish, Isa, NormBackward, convolve, input_gradient, max_pool, norm_backward, norm_forward,
    transposed_convolve, weight_gradient,
};
use rayon::prelude::*;

/// How long each kernel is called again and again.
const TIME: Duration = Duration::from_millis(400);

fn main() {
    // On a thread of the pool, pieces of work start as they do in training.
    rayon::scope(|_| run());
}

fn run() {
    let isa = Isa::best();
    let peak = peak_gflops(isa);
    println!("{} on {} threads: peak {peak:.0} GFLOP/s\n", isa.name(), rayon::current_num_threads());
    println!("| convolution | forward | input gradient | weight gradient |\n| --- | --- | --- | --- |");
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
        let shape =
            ConvShape { batch, input: [side; 2], channels, kernel: [kernel; 2], stride: 1, padding: kernel / 2 };
        let [x, w, g] = [shape.input_len(), shape.weight_len(), shape.output_len()].map(numbers);
        let gflop = 2e-9 * (shape.output_len() * kernel * kernel * channels[0]) as f64;
        let cell = |call: &dyn Fn() -> Vec<f32>| {
            let rate = gflop / shortest(call);
            format!("{rate:.0} GFLOP/s, {:.0} %", 100.0 * rate / peak)
        };
        let [forward, of_input, of_weight] = [
            cell(&|| convolve(isa, &shape, &x, &w, Finish::default())),
            cell(&|| input_gradient(isa, &shape, &w, &g)),
            cell(&|| weight_gradient(isa, &shape, &x, &g)),
        ];
        let [c_in, c_out] = channels;
        println!(
            "| {batch} x {side}x{side}, {c_in} to {c_out}, {kernel}x{kernel} | {forward} | {of_input} | {of_weight} |"
        );
    }
    let (dims, c) = ([4, 112, 112, 16], 16);
    let len = dims.iter().product();
    let [x, g, gamma] = [len, len, c].map(numbers);
    println!("\n| 4 x 112x112, 16 channels | GB/s |\n| --- | --- |");
    let line = |name: &str, floats: usize, call: &dyn Fn()| {
        println!("| {name} | {:.1} |", 4e-9 * floats as f64 / shortest(call));
    };
    let forward = || norm_forward(isa, &x, [&gamma, &gamma], 1e-3, None, true);
    line("batch norm and ReLU, forward", 3 * len, &|| drop(forward()));
    let saved = forward();
    let saved = NormBackward {
        x: &x,
        output: Some(&saved.output),
        gamma: &gamma,
        statistics: &saved.statistics,
        epsilon: 1e-3,
    };
    line("batch norm and ReLU, backward", 7 * len, &|| drop(norm_backward(isa, saved, &g, false)));
    line("largest of 2x2", len + len / 4, &|| drop(max_pool(&x, dims, 2, 2)));
    let w = numbers(4 * c * c);
    line("transposed 2x2", 5 * len, &|| drop(transposed_convolve(isa, dims, &x, &w, &gamma)));
}

fn numbers(n: usize) -> Vec<f32> {
    (0..n).map(|p| (p as f32 * 0.618).fract() - 0.5).collect()
}

/// Seconds of the shortest call.
fn shortest<T>(call: impl Fn() -> T) -> f64 {
    let (begin, mut best) = (Instant::now(), f64::MAX);
    while begin.elapsed() < TIME {
        let start = Instant::now();
        drop(black_box(call()));
        best = best.min(start.elapsed().as_secs_f64());
    }
    best
}

/// Fused multiply-adds in registers, enough of them at once to hide how long one takes.
struct Peak;

impl Peak {
    const SUMS: usize = 24;
    const ROUNDS: usize = 1 << 16;
}

impl Job for Peak {
    type Output = f64;

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) -> f64 {
        // SAFETY: the caller vouches for the processor; a register is stored to as many floats as it has at most.
        unsafe {
            let factor = L::splat(black_box(0.5));
            let mut sums = [L::splat(black_box(1.0)); Self::SUMS];
            for _ in 0..Self::ROUNDS {
                for sum in &mut sums {
                    *sum = sum.mul_add(factor, factor);
                }
            }
            let mut floats = [0.0; 16];
            for sum in sums {
                sum.store(floats.as_mut_ptr());
                black_box(&floats);
            }
        }
        2e-9 * (Self::SUMS * Self::ROUNDS * L::N) as f64
    }
}

fn peak_gflops(isa: Isa) -> f64 {
    let threads = rayon::current_num_threads();
    let gflop = isa.run(Peak);
    threads as f64 * gflop / shortest(|| (0..threads).into_par_iter().map(|_| isa.run(Peak)).sum::<f64>())
}
