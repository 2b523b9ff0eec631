//! A task of the direct algorithm: some rows of the output with their operands.

use crate::finish::Finish;
use crate::layout::{Packed, Rows, Window};

/// Distances between the results in the output buffer, in floats.
#[derive(Clone, Copy)]
pub struct OutputSteps {
    /// From a row to the next.
    pub row: usize,
    /// From a pixel to the next of its row.
    pub pixel: usize,
}

/// Some rows of the output, to be computed and written.
pub struct OutputRows<'a> {
    /// The window. In bf16 its channels are pairs.
    pub window: &'a Window,
    /// The source rows under the window.
    pub rows: &'a Rows<'a>,
    /// The weights.
    pub packed: &'a Packed,
    /// The operations before a result is written.
    pub finish: Finish<'a>,
    /// The first result in the output buffer. The buffer has room for all results of these rows, which no other task
    /// accesses.
    pub out: *mut f32,
    /// The number of rows.
    pub count: usize,
    /// Distances between results.
    pub steps: OutputSteps,
}
