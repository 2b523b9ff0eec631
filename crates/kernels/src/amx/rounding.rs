//! Rounding to pairs of bf16 numbers by the processor.

use std::arch::x86_64::{
    __m512bh, __m512i, _mm512_cvtne2ps_pbh, _mm512_mask_storeu_epi32, _mm512_maskz_loadu_ps,
};
use std::mem::transmute;

use super::registers::MatrixUnit;
use super::size::SIDE;
use crate::lanes::mask_of_first;

/// Rounds neighbouring values to bf16 and joins them to pairs, each in the bits of a float.
///
/// # Panics
/// If there are not twice as many values as pairs.
pub fn round_to_pairs(_: MatrixUnit, values: &[f32], pairs: &mut [f32]) {
    assert_eq!(
        values.len(),
        2 * pairs.len(),
        "pairs of another number of values"
    );
    // SAFETY: `MatrixUnit` exists only with AVX-512F and AVX512-BF16.
    unsafe { round(values, pairs) }
}

/// The loop of [`round_to_pairs`].
///
/// # Safety
/// The processor has AVX-512F and AVX512-BF16, and there are twice as many values as pairs.
#[target_feature(enable = "avx512f,avx512bf16")]
unsafe fn round(values: &[f32], pairs: &mut [f32]) {
    for (from, to) in values.chunks(2 * SIDE).zip(pairs.chunks_mut(SIDE)) {
        let rest = from.len().saturating_sub(SIDE);
        // SAFETY: the masks select as many values as the slices have; a vector of bf16 numbers has 16 bits for each.
        unsafe {
            let low = _mm512_maskz_loadu_ps(mask_of_first(from.len()), from.as_ptr());
            let high =
                _mm512_maskz_loadu_ps(mask_of_first(rest), from.as_ptr().add(from.len() - rest));
            let rounded = transmute::<__m512bh, __m512i>(_mm512_cvtne2ps_pbh(high, low));
            _mm512_mask_storeu_epi32(to.as_mut_ptr().cast(), mask_of_first(to.len()), rounded);
        }
    }
}
