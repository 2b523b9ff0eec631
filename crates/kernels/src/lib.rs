//! The arithmetic of the networks on a CPU, forward and backward: plain slices in, plain vectors out, on all threads of
//! rayon's current pool.
//!
//! Images are `[N, H, W, C]`, weights `[kh, kw, c_in, c_out]`. Every convolution, forward or backward, is one loop: a tile
//! of sums in registers, to which products of broadcast values and vectors are added (`tile`). What differs is where
//! the operands come from: pixels under a window (`conv`), transformed squares of pixels (`winograd`), gradients
//! (`gradient`). In bf16 the tile is the matrix unit's where the processor has one (`matrix`). Results do not depend on
//! scheduling: work is cut into pieces by the number of threads alone, and partial sums are added in the order of the pieces.
//!
//! ```
//! use myops_kernels::{ConvShape, Finish, Isa, convolve};
//!
//! // One image of 2 x 2 pixels and one channel, doubled by a 1x1 convolution.
//! let shape = ConvShape {
//!     batch: 1,
//!     input: [2, 2],
//!     channels: [1, 1],
//!     kernel: [1, 1],
//!     stride: 1,
//!     padding: 0,
//! };
//! let doubled = convolve(Isa::best(), &shape, &[1.0, 2.0, 3.0, 4.0], &[2.0], Finish::default());
//! assert_eq!(doubled, [2.0, 4.0, 6.0, 8.0]);
//! ```

mod adam;
#[cfg(not(target_family = "wasm"))]
pub mod allocator;
mod bf16;
mod buffer;
mod conv;
mod gradient;
pub mod lanes;
mod layer;
#[cfg(target_arch = "x86_64")]
mod matrix;
#[cfg(not(target_arch = "x86_64"))]
#[path = "no_matrix.rs"]
mod matrix;
mod nonlinearity;
mod norm;
mod pack;
mod pointwise;
mod pool;
mod resize;
mod rows;
mod shape;
mod tile;
mod winograd;

pub use adam::Adam;
pub use conv::{Finish, convolve, transposed_convolve};
pub use gradient::{bias_gradient, input_gradient, transposed_gradients, weight_gradient};
pub use lanes::Isa;
pub use layer::{ConvOptions, FixedConv, FixedTransposed, Image, UpsampledConv};
pub use nonlinearity::Nonlinearity;
pub use norm::{
    NormBackward, NormGradients, Normalised, ResidualGradient, Scale, Statistics, norm_backward,
    norm_fixed, norm_forward,
};
pub use pointwise::{add, add_to, relu, relu_backward};
pub use pool::{Pooled, max_pool, max_pool_backward, pooled};
pub use resize::{concat, split, upsample, upsample_backward};
pub use shape::ConvShape;
