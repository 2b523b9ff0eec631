//! Convolutions on the matrix unit of a processor (Intel's AMX), which multiplies tiles of bf16 numbers.
//!
//! A tile is sixteen rows of 64 bytes. One instruction adds the product of 16 x 32 numbers in bf16 with 32 x 16 of them to
//! 16 x 16 sums in 32 bits: 8192 multiplications, where a vector instruction does 32. The tiles of a convolution are pixels by
//! channels under the kernel, and those by output channels; of its weight gradient input channels by pixels, and those by
//! output channels.

mod convolution;
mod gradient;
mod pairs;
mod registers;

pub(super) use convolution::convolve;
pub(super) use gradient::weight_gradient;
pub(super) use pairs::pair;
pub use registers::Matrix;

/// Sums that a tile holds: pixels (or input channels) by output channels.
const SIDE: usize = 16;

/// Pairs of numbers in a row of a tile, at most.
const PAIRS: usize = 16;

/// Cuts so many pairs into as few equal steps as a tile's rows allow.
fn steps_of(pairs: usize) -> usize {
    (pairs.div_ceil(PAIRS).max(1)..=pairs)
        .find(|steps| pairs.is_multiple_of(*steps))
        .unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::steps_of;

    #[test]
    fn steps_are_equal_and_few() {
        assert_eq!(
            [0, 1, 16, 24, 48, 144, 17].map(steps_of),
            [1, 1, 1, 2, 3, 9, 17]
        );
    }
}
