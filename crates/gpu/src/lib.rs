//! Networks on graphics cards: the engine of [`myops_net::engine`] on Burn's tensors.
//!
//! The same graph runs on any device that Burn has a backend for; this project's program uses CUDA and WebGPU, and its
//! tests Burn's own CPU backend, whose automatic differentiation judges the gradients of [`myops_net::engine::Cpu`].

mod engine;
mod ops;

use std::sync::Arc;

use burn::tensor::Device as BurnDevice;
use myops_net::engine::Device;

pub use engine::Burn;

/// The first NVIDIA card; `None` where there is none, or no driver for it.
#[cfg(feature = "cuda")]
pub fn cuda() -> Option<Device> {
    use burn::tensor::DeviceType;
    let found = !BurnDevice::enumerate(DeviceType::Cuda).is_empty();
    found.then(|| Arc::new(Burn::new("CUDA", BurnDevice::cuda(0))) as Device)
}

/// The default graphics card; `None` where there is none, or no driver for it.
#[cfg(feature = "wgpu")]
pub fn wgpu() -> Option<Device> {
    use burn::tensor::{DeviceKind, DeviceType};
    let found = !BurnDevice::enumerate(DeviceType::Wgpu).is_empty();
    let device = || BurnDevice::wgpu(DeviceKind::DefaultDevice);
    found.then(|| Arc::new(Burn::new("WebGPU", device())) as Device)
}

/// Burn's own operations on the processor, against which this project's kernels are judged.
pub fn reference() -> Device {
    Arc::new(Burn::new("Burn on the CPU", BurnDevice::flex()))
}
