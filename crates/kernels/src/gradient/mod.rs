//! The gradients of convolutions.
//!
//! The gradient of the weights is a sum over all output pixels of products of input and gradient. It is computed by vectors
//! in one of two ways (`tiles` and `columns`, chosen in `weight`), or on the matrix unit (`matrix`).

mod bias;
mod columns;
mod input;
#[cfg(target_arch = "x86_64")]
mod matrix;
#[cfg(target_arch = "x86_64")]
mod pair_rows;
mod rows;
mod tiles;
mod transposed;
mod weight;

pub use bias::bias_gradient;
pub use input::input_gradient;
pub use transposed::transposed_gradients;
pub use weight::weight_gradient;
