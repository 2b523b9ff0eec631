//! Sums over rows and over pixels. Partial sums are added in the order of their parts, so that results do not depend on
//! scheduling.

mod channels;
mod rows;

pub use channels::{ChannelSums, channel_sums};
pub use rows::sum_over_rows;
