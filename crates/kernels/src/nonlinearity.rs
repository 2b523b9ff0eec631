//! The function that a layer applies to each of its values before it writes them.

use super::lanes::Lanes;

/// The function that a layer applies to each of its values before it writes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Nonlinearity {
    /// The value itself.
    #[default]
    Identity,
    /// `max(x, 0)`.
    Relu,
}

impl Nonlinearity {
    /// Applies the function to a vector.
    ///
    /// # Safety
    /// The processor has the instructions of `L`.
    #[inline(always)]
    pub(crate) unsafe fn apply<L: Lanes>(self, value: L) -> L {
        match self {
            Self::Identity => value,
            // SAFETY: the caller guarantees that the processor has the instructions.
            Self::Relu => unsafe { value.relu() },
        }
    }
}
