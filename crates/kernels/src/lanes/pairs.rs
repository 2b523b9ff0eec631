//! Registers whose factors are pairs of bf16 numbers.

use std::marker::PhantomData;

use super::Lanes;

/// A register of `L` whose lanes are floats as sums, and pairs of bf16 numbers (32 bits together) as factors:
/// [`Lanes::mul_add`] adds both products of a pair to the sum of its lane.
///
/// Loads, stores and `splat` copy bits without interpreting them; all other operations treat lanes as floats. A register
/// tile compiled for this type therefore processes two channels (or two pixels) in each step.
#[derive(Clone, Copy)]
pub struct Pairs<L, P>(L, PhantomData<P>);

/// A way to add both products of a pair.
pub trait Products<L>: Copy {
    /// `sum` plus the two products of the pairs `a` and `b`, in each lane.
    ///
    /// # Safety
    /// The processor has the instructions of `L` and of this implementation.
    unsafe fn add(a: L, b: L, sum: L) -> L;
}

/// Two multiplications of floats, for processors without bf16: the product of two bf16 numbers is exact in 32 bits.
#[derive(Clone, Copy)]
pub struct TwoProducts;

impl<L: Lanes> Products<L> for TwoProducts {
    #[inline(always)]
    unsafe fn add(a: L, b: L, sum: L) -> L {
        // SAFETY: the caller guarantees the instruction set of `L`.
        unsafe { a.high().mul_add(b.high(), a.low().mul_add(b.low(), sum)) }
    }
}

#[expect(
    clippy::undocumented_unsafe_blocks,
    reason = "every method has the same contract as that of `L`"
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
