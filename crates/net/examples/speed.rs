//! Times the networks: `speed infer|train runet|unet SLICES [THREADS]` prints milliseconds, one line a repetition.

#![expect(clippy::panic, clippy::expect_used, clippy::print_stdout, reason = "a tool of developers, not of users")]

use std::time::Instant;

use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Tensor, TensorData};

use myops_image::label::Label;
use myops_kernels::allocator::{Allocator, keep_freed_memory};
use myops_kernels::cpu::Image;
use myops_net::model::{Architecture, FixedNetwork, ModelSettings};
use myops_net::train::TrainSettings;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

fn main() {
    keep_freed_memory();
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [what, name, slices, rest @ ..] = args.as_slice() else { panic!("infer|train runet|unet SLICES [REPEATS]") };
    let architecture = Architecture::ALL.into_iter().find(|a| a.name() == name).expect("a network");
    let (n, repeats) = (slices.parse().expect("slices"), rest.first().map_or(10, |r| r.parse().expect("repeats")));
    let side = rest.get(1).map_or(256, |r| r.parse().expect("side"));
    match what.as_str() {
        "infer" => infer(architecture, n, repeats, side),
        _ => train(architecture, n, repeats, side),
    }
}

fn image(n: usize, side: usize, channels: usize, device: &Device) -> Tensor<4> {
    let values: Vec<f32> = (0..n * side * side * channels).map(|p| (p as f32 * 0.618).fract()).collect();
    Tensor::from_data(TensorData::new(values, [n, side, side, channels]), device)
}

fn infer(architecture: Architecture, n: usize, repeats: usize, side: usize) {
    let device = Device::flex();
    let network = FixedNetwork::of(&ModelSettings::published(architecture).init(0, &device).valid());
    for _ in 0..repeats {
        let values = image(n, side, 3, &device).into_data().try_into_vec().expect("floats");
        let x = Image { dims: [n, side, side, 3], values };
        let start = Instant::now();
        let y = network.probabilities(x);
        println!("{:.2}", start.elapsed().as_secs_f64() * 1e3);
        drop(y);
    }
}

fn train(architecture: Architecture, n: usize, repeats: usize, side: usize) {
    let device = Device::flex().autodiff();
    let settings = TrainSettings::of(architecture);
    let mut network = settings.model.init(0, &device);
    let mut optimizer = AdamConfig::new().init();
    for _ in 0..repeats {
        let x = image(n, side, 3, &device);
        let labels: Vec<Label> = (0..n * side * side).map(|p| Label::ALL[p / 7 % Label::ALL.len()]).collect();
        let start = Instant::now();
        let output = network.forward(x).into_tensor();
        let forward = start.elapsed();
        let values = output.clone().into_data().try_into_vec().expect("floats");
        let loss = settings.objective().of(values, &labels).backward_from(output);
        let of_loss = start.elapsed();
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        let backward = start.elapsed();
        network = optimizer.step(1e-3, network, gradients);
        let all = start.elapsed();
        let ms = |d: std::time::Duration| d.as_secs_f64() * 1e3;
        println!("{:.2}", ms(all));
        eprintln!(
            "forward {:.0} loss {:.0} backward {:.0} adam {:.0}",
            ms(forward),
            ms(of_loss.saturating_sub(forward)),
            ms(backward.saturating_sub(of_loss)),
            ms(all.saturating_sub(backward))
        );
    }
}
