//! Convolution, normalisation and pooling on channels-last tensors.
//!
//! [`ops`] is what networks are written in; it runs on every device. On the CPU it runs the kernels of [`cpu`], which
//! `backend` makes known to Burn; elsewhere Burn's own operations.

pub mod allocator;
mod backend;
pub mod cpu;
pub mod ops;
