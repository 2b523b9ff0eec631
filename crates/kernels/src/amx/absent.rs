//! The replacement of the matrix unit on processors for which the kernels have none.

/// A matrix unit, of which there is none: no value of this type exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatrixUnit {}

impl MatrixUnit {
    /// Always `None`.
    pub fn get() -> Option<Self> {
        None
    }
}
