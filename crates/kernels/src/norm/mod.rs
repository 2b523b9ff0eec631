//! Batch normalisation with an addition and a ReLU in the same pass (Ioffe & Szegedy, ICML 2015).

mod backward;
mod forward;
mod statistics;

pub use backward::{NormBackward, NormGradients, ResidualGradient, norm_backward};
pub use forward::{Normalised, Scale, norm_fixed, norm_forward};
pub use statistics::Statistics;
