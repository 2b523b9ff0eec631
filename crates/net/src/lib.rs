//! What learns and predicts: networks as data, their weights, the engine that runs them on a CPU, the loss, inference and
//! training.

pub mod engine;
pub mod graph;
pub mod infer;
pub mod loss;
pub mod model;
pub mod onnx;
pub mod rewrite;
pub mod train;
pub mod weights;
