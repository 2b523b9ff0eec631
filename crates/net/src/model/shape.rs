//! The numbers that an architecture is built from.

/// The numbers that an architecture is built from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Channels of the input.
    pub inputs: usize,
    /// Channels of the result.
    pub classes: usize,
    /// Filters of the first level; every other width is a multiple.
    pub width: usize,
}
