//! Registers in portable Rust: eight floats, which the compiler maps to the instructions of the target.

use std::array::from_fn;

use super::Lanes;

/// Eight floats.
#[derive(Clone, Copy)]
pub struct Portable([f32; 8]);

// SAFETY of every block: by the contract of the trait, the caller guarantees valid pointers.
#[expect(
    clippy::undocumented_unsafe_blocks,
    reason = "stated once above for all blocks"
)]
impl Lanes for Portable {
    const N: usize = 8;
    const TILE: usize = 6;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; 8])
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        Self(unsafe { from.cast::<[f32; 8]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, n: usize) -> Self {
        Self(from_fn(|lane| {
            if lane < n {
                unsafe { *from.add(lane) }
            } else {
                0.0
            }
        }))
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { to.cast::<[f32; 8]>().write_unaligned(self.0) }
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f32, n: usize) {
        for (lane, value) in self.0.into_iter().enumerate().take(n) {
            unsafe { *to.add(lane) = value }
        }
    }

    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
        // Rounded twice: without an instruction for it, a fused multiply-add is a slow function call.
        Self(from_fn(|lane| {
            self.0[lane] * factor.0[lane] + addend.0[lane]
        }))
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] + other.0[lane]))
    }

    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] - other.0[lane]))
    }

    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] * other.0[lane]))
    }

    #[inline(always)]
    unsafe fn relu(self) -> Self {
        Self(self.0.map(|v| if v < 0.0 { 0.0 } else { v }))
    }

    #[inline(always)]
    unsafe fn where_positive(self, other: Self) -> Self {
        Self(from_fn(|lane| {
            if other.0[lane] > 0.0 {
                self.0[lane]
            } else {
                0.0
            }
        }))
    }

    #[inline(always)]
    unsafe fn high(self) -> Self {
        Self(self.0.map(|v| f32::from_bits(v.to_bits() & 0xffff_0000)))
    }

    #[inline(always)]
    unsafe fn low(self) -> Self {
        Self(self.0.map(|v| f32::from_bits(v.to_bits() << 16)))
    }
}
