//! 3x3 convolution with fewer multiplications: Winograd's F(2x2, 3x3) (Winograd 1980; Lavin & Gray, CVPR 2016).
//!
//! Squares of 4x4 input pixels and the 3x3 weights are transformed such that a square of 2x2 output pixels is the transform
//! of their products: 16 multiplications for each pair of channels, where the direct algorithm needs 36. The products at
//! each of the 16 positions of many squares form a matrix product, which is computed by the register tiles.

mod filters;
mod multiply;
mod squares;
mod transforms;

pub use filters::{Filters, is_faster};
pub use squares::run;
