//! The size of a tile, and the division of long sums into tiles.

/// Rows of a tile, and sums in each of its rows.
pub const SIDE: usize = 16;

/// The largest number of pairs of bf16 numbers in a row of a tile.
pub const MAX_PAIRS: usize = 16;

/// The smallest number of equal steps into which `pairs` can be divided so that a row of a tile holds those of a step.
pub fn equal_steps(pairs: usize) -> usize {
    (pairs.div_ceil(MAX_PAIRS).max(1)..=pairs)
        .find(|steps| pairs.is_multiple_of(*steps))
        .unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::equal_steps;

    #[test]
    fn steps_are_equal_and_few() {
        assert_eq!(
            [0, 1, 16, 24, 48, 144, 17].map(equal_steps),
            [1, 1, 1, 2, 3, 9, 17]
        );
    }
}
