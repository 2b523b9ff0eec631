//! Why weights do not fit a network.

/// Why weights do not fit a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeightsError {
    /// A tensor of the network is not among the weights.
    #[error("tensor {path} of shape {shape:?} is missing")]
    Missing {
        /// Where it belongs.
        path: String,
        /// The shape it should have.
        shape: Vec<usize>,
    },
    /// A tensor has another shape than the network's.
    #[error(
        "tensor {path} has shape {found:?} where the network has {expected:?}: weights of another architecture or width"
    )]
    Shape {
        /// Where it belongs.
        path: String,
        /// The shape of the weights.
        found: Vec<usize>,
        /// The shape of the network.
        expected: Vec<usize>,
    },
    /// The weights hold tensors that the network does not have.
    #[error(
        "tensor {path} belongs to no layer of this network ({count} such tensors): weights of another architecture"
    )]
    Unused {
        /// The first of them.
        path: String,
        /// How many there are.
        count: usize,
    },
}
