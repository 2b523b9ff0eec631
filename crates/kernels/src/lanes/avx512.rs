//! Registers of AVX-512F: sixteen floats.

use std::arch::x86_64::{
    __m512, __m512bh, __mmask16, _CMP_GT_OQ, _mm512_add_ps, _mm512_castps_si512,
    _mm512_castsi512_ps, _mm512_cmp_ps_mask, _mm512_dpbf16_ps, _mm512_fmadd_ps, _mm512_loadu_ps,
    _mm512_mask_storeu_ps, _mm512_maskz_loadu_ps, _mm512_maskz_mov_ps, _mm512_max_ps,
    _mm512_mul_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_slli_epi32, _mm512_srli_epi32,
    _mm512_storeu_ps, _mm512_sub_ps,
};
use std::mem::transmute;

use super::Lanes;
use super::pairs::Products;

/// A register of AVX-512: sixteen floats.
#[derive(Clone, Copy)]
pub struct Avx512(__m512);

/// The mask of the first `n` lanes, of all if `n` is 16 or more.
pub fn mask_of_first(n: usize) -> __mmask16 {
    if n >= 16 { u16::MAX } else { (1 << n) - 1 }
}

// SAFETY of every block: by the contract of the trait, the caller guarantees AVX-512F and valid pointers.
#[expect(
    clippy::undocumented_unsafe_blocks,
    reason = "stated once above for all blocks"
)]
impl Lanes for Avx512 {
    const N: usize = 16;
    const TILE: usize = 12;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self(unsafe { _mm512_set1_ps(value) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        Self(unsafe { _mm512_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, n: usize) -> Self {
        Self(unsafe { _mm512_maskz_loadu_ps(mask_of_first(n), from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { _mm512_storeu_ps(to, self.0) }
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f32, n: usize) {
        unsafe { _mm512_mask_storeu_ps(to, mask_of_first(n), self.0) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
        Self(unsafe { _mm512_fmadd_ps(self.0, factor.0, addend.0) })
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(unsafe { _mm512_add_ps(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        Self(unsafe { _mm512_sub_ps(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        Self(unsafe { _mm512_mul_ps(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn relu(self) -> Self {
        Self(unsafe { _mm512_max_ps(_mm512_setzero_ps(), self.0) })
    }

    #[inline(always)]
    unsafe fn where_positive(self, other: Self) -> Self {
        Self(unsafe {
            _mm512_maskz_mov_ps(
                _mm512_cmp_ps_mask::<_CMP_GT_OQ>(other.0, _mm512_setzero_ps()),
                self.0,
            )
        })
    }

    #[inline(always)]
    unsafe fn high(self) -> Self {
        let bits = unsafe { _mm512_castps_si512(self.0) };
        Self(unsafe { _mm512_castsi512_ps(_mm512_slli_epi32::<16>(_mm512_srli_epi32::<16>(bits))) })
    }

    #[inline(always)]
    unsafe fn low(self) -> Self {
        Self(unsafe { _mm512_castsi512_ps(_mm512_slli_epi32::<16>(_mm512_castps_si512(self.0))) })
    }
}

/// The dot product of pairs, an instruction of AVX512-BF16.
#[derive(Clone, Copy)]
pub struct DotProduct;

impl Products<Avx512> for DotProduct {
    #[inline(always)]
    unsafe fn add(a: Avx512, b: Avx512, sum: Avx512) -> Avx512 {
        // SAFETY: the caller guarantees AVX512-BF16; both types have 512 bits, and every bit pattern is valid.
        unsafe {
            let [a, b] = [a.0, b.0].map(|v| transmute::<__m512, __m512bh>(v));
            Avx512(_mm512_dpbf16_ps(sum.0, a, b))
        }
    }
}
