//! What networks run on: the CPU, or a graphics card where the program was built for one.
//!
//! ```
//! use myops::device::DeviceChoice;
//!
//! let device: DeviceChoice = "cpu-bf16".parse()?;
//! assert_eq!(device.name(), "cpu-bf16");
//! # Ok::<_, myops::device::UnknownDevice>(())
//! ```

use std::str::FromStr;
use std::sync::Arc;

use myops_kernels::Isa;
use myops_net::engine::{Cpu, Device, Precision};

/// A device that can be asked for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceChoice {
    /// The processor, with this project's own kernels.
    #[default]
    Cpu,
    /// The same, convolutions multiplying in bf16 and summing in 32 bits: on the processor's matrix unit where it has one.
    CpuBf16,
    /// An NVIDIA card through CUDA; needs a build with `--features cuda`.
    Cuda,
    /// Any graphics card through WebGPU; needs a build with `--features wgpu`.
    Wgpu,
}

/// A device that this build can use and this machine does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("device {device}: this machine has no {need}")]
pub struct NoDevice {
    device: &'static str,
    need: &'static str,
}

/// A device that this build does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("device {0}: this build has {available}", available = AVAILABLE.join(", "))]
pub struct UnknownDevice(String);

const AVAILABLE: &[&str] = &[
    "cpu",
    "cpu-bf16",
    #[cfg(feature = "cuda")]
    "cuda",
    #[cfg(feature = "wgpu")]
    "wgpu",
];

impl FromStr for DeviceChoice {
    type Err = UnknownDevice;

    fn from_str(name: &str) -> Result<Self, UnknownDevice> {
        match name {
            "cpu" => Ok(Self::Cpu),
            "cpu-bf16" => Ok(Self::CpuBf16),
            #[cfg(feature = "cuda")]
            "cuda" => Ok(Self::Cuda),
            #[cfg(feature = "wgpu")]
            "wgpu" => Ok(Self::Wgpu),
            other => Err(UnknownDevice(other.into())),
        }
    }
}

impl DeviceChoice {
    /// The name that it is asked for by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::CpuBf16 => "cpu-bf16",
            Self::Cuda => "cuda",
            Self::Wgpu => "wgpu",
        }
    }

    /// Opens the device.
    ///
    /// # Errors
    /// Where the machine has no such card, or no driver for it.
    pub fn open(self) -> Result<Device, NoDevice> {
        match self {
            #[cfg(feature = "cuda")]
            Self::Cuda => myops_gpu::cuda().ok_or(NoDevice {
                device: "cuda",
                need: "NVIDIA card, or no driver for it",
            }),
            #[cfg(feature = "wgpu")]
            Self::Wgpu => myops_gpu::wgpu().ok_or(NoDevice {
                device: "wgpu",
                need: "graphics card, or no driver for it",
            }),
            Self::CpuBf16 => Ok(Arc::new(Cpu::new(Precision::Bf16))),
            _ => Ok(Arc::new(Cpu::new(Precision::Float32))),
        }
    }

    /// What the device cannot do as well as its name promises.
    pub fn shortcoming(self) -> Option<&'static str> {
        let slow = self == Self::CpuBf16 && !Isa::best().has_matrix_unit();
        slow.then_some(
            "this processor has no matrix unit (AMX): cpu-bf16 is likely to be slower than cpu",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_of_another_build_is_refused_with_those_of_this_one() {
        assert_eq!("cpu".parse(), Ok(DeviceChoice::Cpu));
        assert_eq!("cpu-bf16".parse(), Ok(DeviceChoice::CpuBf16));
        AVAILABLE
            .iter()
            .for_each(|name| assert_eq!(name.parse::<DeviceChoice>().unwrap().name(), *name));
        let error = "tpu".parse::<DeviceChoice>().unwrap_err().to_string();
        assert!(
            error.starts_with("device tpu: this build has cpu"),
            "{error}"
        );
    }
}
