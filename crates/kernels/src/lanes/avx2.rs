//! Registers of AVX2 with FMA: eight floats.

use std::arch::x86_64::{
    __m256, __m256i, _CMP_GT_OQ, _mm256_add_ps, _mm256_and_ps, _mm256_castps_si256,
    _mm256_castsi256_ps, _mm256_cmp_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_loadu_si256,
    _mm256_maskload_ps, _mm256_maskstore_ps, _mm256_max_ps, _mm256_mul_ps, _mm256_set1_ps,
    _mm256_setzero_ps, _mm256_slli_epi32, _mm256_srli_epi32, _mm256_storeu_ps, _mm256_sub_ps,
};

use super::Lanes;

/// A register of AVX2: eight floats.
#[derive(Clone, Copy)]
pub struct Avx2(__m256);

/// Eight lanes of ones, then eight of zeros: the eight lanes from `8 - n` on are the mask of the first `n` lanes.
static ONES_THEN_ZEROS: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

/// The mask of the first `n` lanes, of all if `n` is 8 or more.
///
/// # Safety
/// The processor has AVX2.
#[inline(always)]
unsafe fn mask_of_first(n: usize) -> __m256i {
    // SAFETY: the caller guarantees AVX2, and eight integers from an index of at most 8 lie within the sixteen.
    unsafe { _mm256_loadu_si256(ONES_THEN_ZEROS.as_ptr().add(8 - n.min(8)).cast()) }
}

// SAFETY of every block: by the contract of the trait, the caller guarantees AVX2 and FMA, and valid pointers.
#[expect(
    clippy::undocumented_unsafe_blocks,
    reason = "stated once above for all blocks"
)]
impl Lanes for Avx2 {
    const N: usize = 8;
    const TILE: usize = 6;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self(unsafe { _mm256_set1_ps(value) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        Self(unsafe { _mm256_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, n: usize) -> Self {
        Self(unsafe { _mm256_maskload_ps(from, mask_of_first(n)) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { _mm256_storeu_ps(to, self.0) }
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f32, n: usize) {
        unsafe { _mm256_maskstore_ps(to, mask_of_first(n), self.0) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
        Self(unsafe { _mm256_fmadd_ps(self.0, factor.0, addend.0) })
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(unsafe { _mm256_add_ps(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        Self(unsafe { _mm256_sub_ps(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        Self(unsafe { _mm256_mul_ps(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn relu(self) -> Self {
        Self(unsafe { _mm256_max_ps(_mm256_setzero_ps(), self.0) })
    }

    #[inline(always)]
    unsafe fn where_positive(self, other: Self) -> Self {
        Self(unsafe {
            _mm256_and_ps(
                self.0,
                _mm256_cmp_ps::<_CMP_GT_OQ>(other.0, _mm256_setzero_ps()),
            )
        })
    }

    #[inline(always)]
    unsafe fn high(self) -> Self {
        let bits = unsafe { _mm256_castps_si256(self.0) };
        Self(unsafe { _mm256_castsi256_ps(_mm256_slli_epi32::<16>(_mm256_srli_epi32::<16>(bits))) })
    }

    #[inline(always)]
    unsafe fn low(self) -> Self {
        Self(unsafe { _mm256_castsi256_ps(_mm256_slli_epi32::<16>(_mm256_castps_si256(self.0))) })
    }
}
