//! The operations that are fused with a convolution or a batch norm: bias, addition of a residual, nonlinearity.

use crate::lanes::Lanes;
use crate::nonlinearity::Nonlinearity;

/// The operations that are applied to each result before it is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Finish<'a> {
    /// Added to every pixel, `[c_out]`.
    pub bias: Option<&'a [f32]>,
    /// Added to the result, of the same shape.
    pub residual: Option<&'a [f32]>,
    /// Applied to the sum.
    pub nonlinearity: Nonlinearity,
}

impl Finish<'_> {
    /// Checks that the bias has `channels` values and the residual `len`.
    ///
    /// # Panics
    /// If one of them has another shape.
    pub(crate) fn assert_shape(&self, channels: usize, len: usize) {
        assert!(
            self.bias.is_none_or(|b| b.len() == channels),
            "a bias of another shape"
        );
        assert!(
            self.residual.is_none_or(|r| r.len() == len),
            "a residual of another shape"
        );
    }

    /// The bias of the first `count` channels from `channel` on, 0 without a bias.
    ///
    /// # Safety
    /// The processor has the instruction set of `L`, and the bias has `channel + count` values, or `channel + L::N` if
    /// that is less.
    #[inline(always)]
    pub(crate) unsafe fn bias<L: Lanes>(&self, channel: usize, count: usize) -> L {
        // SAFETY: the caller guarantees the instruction set and the channels.
        unsafe {
            match self.bias {
                Some(bias) => L::load_first(bias.as_ptr().add(channel), count),
                None => L::splat(0.0),
            }
        }
    }

    /// Adds the residual, applies the nonlinearity, and writes the first `count` lanes of a vector to `out[at..]`. The bias
    /// has been added before.
    ///
    /// # Safety
    /// The processor has the instruction set of `L`, and `count` floats (at most `L::N`) from `at` on can be read from the
    /// residual and written to `out`.
    #[inline(always)]
    pub(crate) unsafe fn write<L: Lanes>(
        &self,
        mut value: L,
        out: *mut f32,
        at: usize,
        count: usize,
    ) {
        // SAFETY: the caller guarantees the instruction set and the floats.
        unsafe {
            if let Some(residual) = self.residual {
                value = value.add(L::load_first(residual.as_ptr().add(at), count));
            }
            value = self.nonlinearity.apply(value);
            if count >= L::N {
                value.store(out.add(at));
            } else {
                value.store_first(out.add(at), count);
            }
        }
    }
}
