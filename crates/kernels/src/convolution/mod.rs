//! Convolution and transposed convolution, forward.
//!
//! [`ConvWeights`] chooses between the direct algorithm (`direct`) and Winograd's (`winograd`). The direct algorithm writes
//! [`OutputRows`](output_rows::OutputRows), with vectors (`vector`) or on the matrix unit (`matrix`). Convolutions that
//! write one of every four output pixels (`corners`) are direct, too.

mod corners;
mod direct;
mod forward;
#[cfg(target_arch = "x86_64")]
mod matrix;
mod output_rows;
mod vector;
mod weights;
mod winograd;

pub use corners::{Corner, run_corners};
pub use forward::{convolve, transposed_convolve};
pub use weights::ConvWeights;
