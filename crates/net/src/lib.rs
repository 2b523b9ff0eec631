//! Networks: written as data, with their weights, run and differentiated on a CPU, and written for other programs.
//!
//! ```text
//! model (architectures) -> graph <- weights (safetensors, Keras)
//!                            |          |
//!                         rewrite -> engine (CPU: predict, learn)    onnx
//! ```

pub mod engine;
pub mod graph;
pub mod model;
pub mod onnx;
pub mod rewrite;
pub mod weights;
