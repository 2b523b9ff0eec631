//! Images, and the operations on them that have no weights: pooling, upsampling, concatenation, element-wise functions.

mod batch;
mod pointwise;
mod pool;
mod resize;

pub use batch::Image;
pub use pointwise::{add, add_to, relu, relu_backward};
pub use pool::{Pooled, max_pool, max_pool_backward, pooled};
pub use resize::{concat, split, upsample, upsample_backward};
