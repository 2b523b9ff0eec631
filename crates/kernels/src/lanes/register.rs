//! The trait of vector registers, and of work that is compiled for each of them.

/// A register of [`Lanes::N`] floats.
///
/// # Safety
/// Every method may be called only on a processor that has the instruction set of the implementing type, and with
/// pointers that are valid for as many floats as the method reads or writes.
#[expect(
    clippy::missing_safety_doc,
    reason = "the trait's documentation states the conditions of all methods"
)]
pub trait Lanes: Copy {
    /// Floats in a register.
    const N: usize;
    /// The largest number of rows of a register tile that leaves registers for two vectors of weights.
    const TILE: usize;

    /// The same value in every lane.
    unsafe fn splat(value: f32) -> Self;
    /// Reads `N` floats.
    unsafe fn load(from: *const f32) -> Self;
    /// Reads the first `n` of `N` lanes and sets the others to 0.
    unsafe fn load_first(from: *const f32, n: usize) -> Self;
    /// Writes `N` floats.
    unsafe fn store(self, to: *mut f32);
    /// Writes the first `n` of `N` lanes.
    unsafe fn store_first(self, to: *mut f32, n: usize);
    /// `self * factor + addend`, rounded once if the instruction set has a fused multiply-add.
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self;
    /// `self + other`.
    unsafe fn add(self, other: Self) -> Self;
    /// `self - other`.
    unsafe fn sub(self, other: Self) -> Self;
    /// `self * other`.
    unsafe fn mul(self, other: Self) -> Self;
    /// `max(self, 0)`; NaN remains NaN.
    unsafe fn relu(self) -> Self;
    /// `self` in the lanes where `other` is greater than 0, else 0.
    unsafe fn where_positive(self, other: Self) -> Self;
    /// The upper 16 bits of every lane, a bf16 number, as a float.
    unsafe fn high(self) -> Self;
    /// The lower 16 bits of every lane, a bf16 number, as a float.
    unsafe fn low(self) -> Self;
}

/// Work that is compiled once for every instruction set.
///
/// Every implementation marks `run`, and the functions that it calls, as `#[inline(always)]`: only code that is inlined
/// into the function that [`Isa::run`](crate::Isa::run) enters is compiled for the instruction set.
pub trait Job {
    /// The result of the work.
    type Output;

    /// Does the work with registers of type `L`.
    ///
    /// # Safety
    /// The processor has the instruction set of `L`.
    unsafe fn run<L: Lanes>(self) -> Self::Output;
}
