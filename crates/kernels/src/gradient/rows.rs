//! A task of the weight gradient: some rows of the output with their operands, and the sums that they are added to.

use crate::layout::Window;
use crate::tile::HEIGHTS;

/// Some rows of the output, few enough for the cache of a core.
pub struct GradientRows<'a> {
    /// The window over the input.
    pub window: &'a Window,
    /// The input row under each row of the kernel, for each output row: `[rows][kernel rows]` pointers.
    pub input: *const *const f32,
    /// The gradient of each output row.
    pub gradient: *const *const f32,
    /// Distance between pixels of the gradient, in floats.
    pub gradient_step: usize,
    /// The number of output rows.
    pub rows: usize,
    /// Output channels.
    pub c_out: usize,
    /// The sums.
    pub sums: &'a mut [f32],
}

/// The height of the next tile when `left` rows are left: the highest that fits, or, for the last rows, one that leaves no
/// lower tile over if there is one.
pub fn next_height(left: usize, highest: usize) -> usize {
    let fits = |h: &usize| *h <= highest && *h <= left;
    let even = HEIGHTS
        .into_iter()
        .filter(fits)
        .find(|h| left.is_multiple_of(*h) && *h > 1);
    match even {
        Some(height) if left < 2 * highest => height,
        _ => HEIGHTS.into_iter().find(fits).unwrap_or(1),
    }
}
