//! Vector registers: one trait, and one type for each instruction set.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod pairs;
mod portable;
mod register;

#[cfg(target_arch = "x86_64")]
pub(crate) use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) use avx512::{Avx512, DotProduct, mask_of_first};
pub(crate) use pairs::{Pairs, TwoProducts};
pub(crate) use portable::Portable;
pub use register::{Job, Lanes};
