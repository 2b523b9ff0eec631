//! A network as data: the operations between its input and its output, and the tensors of weights that they name.
//!
//! Everything that is known of a network is read from its [`Graph`]: the order and the shapes of its weights
//! ([`Graph::parameters`]), how it runs and learns on a CPU ([`crate::engine`]), on a GPU (the crate `myops-gpu`), and how
//! it is written for other programs ([`crate::onnx`]). The architectures of this project are in [`crate::model`];
//! what makes a graph cheaper to run without changing its result is in [`crate::rewrite`].

mod activation;
mod builder;
mod initialiser;
mod network;
mod node;
mod parameters;

pub use activation::Activation;
pub use builder::{ConvSpec, GraphBuilder};
pub use initialiser::Initialiser;
pub use network::Graph;
pub use node::{BATCH_NORM_EPSILON, BATCH_NORM_UPDATE, Conv, Node, NodeId, Op};
pub use parameters::{Parameter, Role};
