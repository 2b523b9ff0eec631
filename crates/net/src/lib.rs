//! What learns and predicts: the networks, their weights, the loss, inference and training.

pub mod device;
pub mod infer;
pub mod loss;
pub mod model;
pub mod train;
pub mod weights;
