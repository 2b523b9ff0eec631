//! Buffers: uninitialised, aligned to cache lines, and shared between threads.

mod aligned;
mod shared;
mod uninit;

pub use aligned::Aligned;
pub use shared::SharedPointer;
pub use uninit::{assume_init, uninit};
