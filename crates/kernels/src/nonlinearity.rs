//! The nonlinearity that a layer applies to each result before it is written.

use crate::lanes::Lanes;

/// The function that a layer applies to each result before it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Nonlinearity {
    /// No change.
    #[default]
    Identity,
    /// `max(x, 0)`.
    Relu,
}

impl Nonlinearity {
    /// Applies the function to a vector.
    ///
    /// # Safety
    /// The processor has the instruction set of `L`.
    #[inline(always)]
    pub(crate) unsafe fn apply<L: Lanes>(self, value: L) -> L {
        match self {
            Self::Identity => value,
            // SAFETY: the caller guarantees the instruction set of `L`.
            Self::Relu => unsafe { value.relu() },
        }
    }
}
