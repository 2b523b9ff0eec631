//! The arithmetic of the networks on a CPU, forward and backward: functions from slices to vectors that use all threads of
//! rayon's current pool.
//!
//! Images are `[N, H, W, C]`, weights `[kh, kw, c_in, c_out]`. All convolutions, forward and backward, share one inner loop:
//! a tile of sums in registers, to which products of broadcast values and vectors are added (`tile`). They differ in their
//! operands: pixels under a sliding window, transformed squares of pixels (Winograd), or gradients. In bf16 the tiles are
//! those of the matrix unit if the processor has one (`amx`).
//!
//! Convolutions are bound by register loads, so one loaded value feeds all columns of a kernel where possible, and weights
//! start at cache lines.
//!
//! Results do not depend on scheduling: the work is divided by the number of threads alone, and partial sums are added in
//! the order of their parts.
//!
//! Files do not use each other in a circle. Arrows point from a module to those that it uses:
//!
//! ```text
//!   fixed         gradient                       weights that are packed once; gradients of convolutions
//!    | |           |   |
//!    | +---+   +---+   |
//!    v     v   v       v
//!  image  convolution  reduce <- norm    adam    whole operations; sums over rows and pixels
//!          |   |        |         |       |
//!          |   +--+  +--+         |       |
//!          |      v  v            |       |
//!          |     layout           |       |      shapes, windows, rows, packed weights, bf16
//!          |        |             |       |
//!          +------- | ------+     |       |
//!          v        |       v     v       |
//!         tile      |        finish       |      the inner loop; fused operations
//!          |        |           |         |
//!          |        |           v         |
//!          |        |      nonlinearity   |
//!          |        v           |         |
//!          |       isa <------- | --------+      the choice of the instruction set
//!          |        |           |
//!          |        v           |
//!          |       amx          |                the matrix unit
//!          |        v           |
//!          +-----> lanes <------+                vector registers
//! ```
//!
//! Arrows that skip a module are left out, and so is `memory` (buffers), which uses nothing and is used by most modules.
//!
//! ```
//! use myops_kernels::{ConvShape, Finish, Isa, convolve};
//!
//! // A 1x1 convolution that doubles one image of 2 x 2 pixels and one channel.
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
#[cfg(target_arch = "x86_64")]
mod amx;
#[cfg(not(target_arch = "x86_64"))]
#[path = "amx/absent.rs"]
mod amx;
mod convolution;
mod finish;
mod fixed;
mod gradient;
mod image;
mod isa;
pub mod lanes;
mod layout;
mod memory;
mod nonlinearity;
mod norm;
mod reduce;
mod tile;

pub use adam::Adam;
pub use convolution::{convolve, transposed_convolve};
pub use finish::Finish;
pub use fixed::{ConvOptions, FixedConv, FixedTransposed, UpsampledConv};
pub use gradient::{bias_gradient, input_gradient, transposed_gradients, weight_gradient};
pub use image::{
    Image, Pooled, add, add_to, concat, max_pool, max_pool_backward, pooled, relu, relu_backward,
    split, upsample, upsample_backward,
};
pub use isa::Isa;
pub use layout::ConvShape;
pub use nonlinearity::Nonlinearity;
pub use norm::{
    NormBackward, NormGradients, Normalised, ResidualGradient, Scale, Statistics, norm_backward,
    norm_fixed, norm_forward,
};
