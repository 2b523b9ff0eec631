//! Vector registers: one trait, one type for each instruction set.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod isa;
mod pairs;
mod portable;

#[cfg(target_arch = "x86_64")]
pub(super) use avx512::{Avx512, first};
pub use isa::Isa;

/// A register of [`Lanes::N`] floats.
///
/// # Safety
/// Every method may be called only on a processor that has the instruction set of the implementing type, and with
/// pointers to as many floats as it reads or writes.
#[expect(
    clippy::missing_safety_doc,
    reason = "the trait's doc says it for all of them"
)]
pub trait Lanes: Copy {
    /// Floats in a register.
    const N: usize;
    /// Pixels of a tile, widest first, that leave registers for two vectors of weights.
    const TILE: usize;

    /// The same value in every lane.
    unsafe fn splat(value: f32) -> Self;
    /// `N` floats.
    unsafe fn load(from: *const f32) -> Self;
    /// The first `n` of `N` lanes, the others 0.
    unsafe fn load_first(from: *const f32, n: usize) -> Self;
    /// Writes `N` floats.
    unsafe fn store(self, to: *mut f32);
    /// Writes the first `n` of `N` lanes.
    unsafe fn store_first(self, to: *mut f32, n: usize);
    /// `self * factor + addend`, rounded once where the instruction set can.
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self;
    /// `self + other`.
    unsafe fn add(self, other: Self) -> Self;
    /// `self - other`.
    unsafe fn sub(self, other: Self) -> Self;
    /// `self * other`.
    unsafe fn mul(self, other: Self) -> Self;
    /// `max(self, 0)`; what is not a number stays so.
    unsafe fn relu(self) -> Self;
    /// `self` in the lanes where `other` is above 0, else 0.
    unsafe fn where_positive(self, other: Self) -> Self;
    /// The upper 16 bits of every lane, a bf16 number as a float.
    unsafe fn high(self) -> Self;
    /// The lower 16 bits of every lane, a bf16 number as a float.
    unsafe fn low(self) -> Self;
}

/// Work that is compiled once for every instruction set.
///
/// `run` is marked `#[inline(always)]` by every implementor, and so is what it calls: only what is inlined into the
/// function that [`Isa::run`] enters is compiled for the instruction set.
pub trait Job {
    /// What the work gives.
    type Output;

    /// Does the work with registers of type `L`.
    ///
    /// # Safety
    /// The processor has the instruction set of `L`.
    unsafe fn run<L: Lanes>(self) -> Self::Output;
}
