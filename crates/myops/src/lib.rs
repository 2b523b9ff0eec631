//! Scar, edema, myocardium and blood pools in three-sequence cardiac MR: segmented, measured, reported.
//!
//! The stages, in the order in which data pass them: [`image`] reads and prepares, [`net`] learns and segments (on
//! the CPU with [`kernels`]), [`measure`] says what the result is worth and what it means.

pub use myops_image as image;
pub use myops_kernels as kernels;
pub use myops_measure as measure;
pub use myops_net as net;

pub mod cli;
pub mod device;
pub mod failure;
pub mod models;
pub mod report;
