//! The order in which operands lie in memory: shapes, sliding windows, rows with zeros around them, packed weights, bf16.

mod bf16;
mod packed;
mod rows;
mod shape;
mod tasks;
mod window;

pub use bf16::{paired, paired_pixels};
pub use packed::{Block, Packed, blocks};
pub use rows::Rows;
pub use shape::ConvShape;
pub use tasks::floats_per_thread;
pub use window::Window;
