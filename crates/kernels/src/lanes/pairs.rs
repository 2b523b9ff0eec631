//! Pairs of bf16 numbers as factors.

use std::marker::PhantomData;

use super::Lanes;

/// Registers whose lanes are floats where they are sums, and pairs of bf16 numbers, 32 bits together, where they are
/// factors: [`Lanes::mul_add`] adds both products of a pair to the sum of its lane.
///
/// All else is done to floats, as in `L`; what is loaded, splatted and stored is not looked at. So the tiles of the
/// convolutions, compiled for these registers, take two channels, or two pixels, a step.
#[derive(Clone, Copy)]
pub struct Pairs<L, P>(L, PhantomData<P>);

/// How both products of a pair are added.
pub trait Products<L>: Copy {
    /// `sum` and the two products of `a` and `b`.
    ///
    /// # Safety
    /// The processor has the instructions.
    unsafe fn add(a: L, b: L, sum: L) -> L;
}

/// Two multiplications of floats, for processors without bf16: products of bf16 numbers are exact in 32 bits.
#[derive(Clone, Copy)]
pub struct Split;

impl<L: Lanes> Products<L> for Split {
    #[inline(always)]
    unsafe fn add(a: L, b: L, sum: L) -> L {
        // SAFETY: the caller vouches for the processor.
        unsafe { a.high().mul_add(b.high(), a.low().mul_add(b.low(), sum)) }
    }
}

#[expect(
    clippy::undocumented_unsafe_blocks,
    reason = "every method has its caller's promise for that of `L`"
)]
impl<L: Lanes, P: Products<L>> Lanes for Pairs<L, P> {
    const N: usize = L::N;
    const TILE: usize = L::TILE;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self(unsafe { L::splat(value) }, PhantomData)
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        Self(unsafe { L::load(from) }, PhantomData)
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, n: usize) -> Self {
        Self(unsafe { L::load_first(from, n) }, PhantomData)
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { self.0.store(to) }
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f32, n: usize) {
        unsafe { self.0.store_first(to, n) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
        Self(unsafe { P::add(self.0, factor.0, addend.0) }, PhantomData)
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(unsafe { self.0.add(other.0) }, PhantomData)
    }

    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        Self(unsafe { self.0.sub(other.0) }, PhantomData)
    }

    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        Self(unsafe { self.0.mul(other.0) }, PhantomData)
    }

    #[inline(always)]
    unsafe fn relu(self) -> Self {
        Self(unsafe { self.0.relu() }, PhantomData)
    }

    #[inline(always)]
    unsafe fn where_positive(self, other: Self) -> Self {
        Self(unsafe { self.0.where_positive(other.0) }, PhantomData)
    }

    #[inline(always)]
    unsafe fn high(self) -> Self {
        Self(unsafe { self.0.high() }, PhantomData)
    }

    #[inline(always)]
    unsafe fn low(self) -> Self {
        Self(unsafe { self.0.low() }, PhantomData)
    }
}
