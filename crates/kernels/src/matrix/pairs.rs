//! Pairs of bf16 numbers, rounded by the processor.

use std::arch::x86_64::{
    __m512bh, __m512i, _mm512_cvtne2ps_pbh, _mm512_mask_storeu_epi32, _mm512_maskz_loadu_ps,
};
use std::mem::transmute;

use super::SIDE;
use super::registers::Matrix;
use crate::lanes::first;

/// Neighbours as pairs: half as many as there are values, of which there is an even number.
pub fn pair(_: Matrix, values: &[f32], pairs: &mut [f32]) {
    assert_eq!(values.len(), 2 * pairs.len(), "pairs of other values");
    // SAFETY: a matrix unit comes with AVX-512 and its bf16.
    unsafe { round(values, pairs) }
}

#[target_feature(enable = "avx512f,avx512bf16")]
unsafe fn round(values: &[f32], pairs: &mut [f32]) {
    for (from, to) in values.chunks(2 * SIDE).zip(pairs.chunks_mut(SIDE)) {
        let rest = from.len().saturating_sub(SIDE);
        // SAFETY: the masks are as long as the slices; a vector of bf16 numbers is one of 16 bits each.
        unsafe {
            let low = _mm512_maskz_loadu_ps(first(from.len()), from.as_ptr());
            let high = _mm512_maskz_loadu_ps(first(rest), from.as_ptr().add(from.len() - rest));
            let rounded = transmute::<__m512bh, __m512i>(_mm512_cvtne2ps_pbh(high, low));
            _mm512_mask_storeu_epi32(to.as_mut_ptr().cast(), first(to.len()), rounded);
        }
    }
}
