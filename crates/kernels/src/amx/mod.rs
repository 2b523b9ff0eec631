//! The matrix unit of an x86-64 processor (Intel's AMX), which multiplies tiles of bf16 numbers.
//!
//! A tile has 16 rows of 64 bytes. One instruction multiplies 16 x 32 bf16 numbers with 32 x 16 and adds the products to
//! 16 x 16 sums in 32 bits: 8192 multiplications, where a vector instruction does 32. The files named `matrix.rs` of
//! `convolution` and `gradient` say what the rows and columns of the tiles are.

mod registers;
mod rounding;
mod size;

pub use registers::{MatrixUnit, Tiles};
pub use rounding::round_to_pairs;
pub use size::{SIDE, equal_steps};
