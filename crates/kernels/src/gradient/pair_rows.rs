//! Rows of pixels as pairs of neighbouring pixels in bf16.

use std::arch::x86_64::{
    __m256bh, __m256i, __m512i, _mm512_castps_si512, _mm512_castsi512_ps, _mm512_cvtepu16_epi32,
    _mm512_cvtneps_pbh, _mm512_mask_storeu_epi32, _mm512_maskz_loadu_ps, _mm512_or_si512,
    _mm512_setzero_si512, _mm512_shuffle_f32x4, _mm512_slli_epi32, _mm512_unpackhi_epi32,
    _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};
use std::mem::transmute;

use crate::amx::SIDE;
use crate::lanes::mask_of_first;

/// Every `stride`-th pixel of a row. Pixels before and after the row are zeros.
#[derive(Clone, Copy)]
pub struct Pixels<'a> {
    /// The row, channels fastest.
    pub row: &'a [f32],
    /// Channels of a pixel.
    pub channels: usize,
    /// The column of the first pixel.
    pub from: isize,
    /// Distance between pixels.
    pub stride: usize,
}

impl Pixels<'_> {
    /// Sixteen channels of a pixel in bf16, from `channel` on; those that the pixel does not have are 0.
    ///
    /// # Safety
    /// The processor has AVX-512F and AVX512-BF16.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bf16")]
    unsafe fn at(self, n: usize, channel: usize) -> __m512i {
        let pixel = self.from + (n * self.stride) as isize;
        if pixel < 0 || pixel as usize * self.channels >= self.row.len() || channel >= self.channels
        {
            return _mm512_setzero_si512();
        }
        let mask = mask_of_first(self.channels - channel);
        // SAFETY: the pixel and its channels lie within the row; a vector of bf16 numbers has 16 bits for each.
        unsafe {
            let values = _mm512_maskz_loadu_ps(
                mask,
                self.row
                    .as_ptr()
                    .add(pixel as usize * self.channels + channel),
            );
            _mm512_cvtepu16_epi32(transmute::<__m256bh, __m256i>(_mm512_cvtneps_pbh(values)))
        }
    }

    /// Sixteen channels of two neighbouring pixels as pairs, the first pixel in the lower halves.
    ///
    /// # Safety
    /// The processor has AVX-512F and AVX512-BF16.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bf16")]
    pub unsafe fn pair(self, n: usize, channel: usize) -> __m512i {
        // SAFETY: the caller guarantees the instructions.
        let (first, second) = unsafe { (self.at(2 * n, channel), self.at(2 * n + 1, channel)) };
        _mm512_or_si512(first, _mm512_slli_epi32::<16>(second))
    }

    /// Writes the pairs `[channel][count]`, with `line` floats from a channel to the next, which are padded to whole tiles.
    ///
    /// # Safety
    /// The processor has AVX-512F and AVX512-BF16.
    #[target_feature(enable = "avx512f,avx512bf16")]
    pub unsafe fn transpose(self, to: &mut [f32], count: usize, line: usize) {
        for from in (0..self.channels).step_by(SIDE) {
            for start in (0..count).step_by(SIDE) {
                let mask = mask_of_first(count - start);
                let mut rows = [_mm512_setzero_si512(); SIDE];
                for (k, row) in rows.iter_mut().enumerate() {
                    // SAFETY: the caller guarantees the instructions.
                    *row = unsafe { self.pair(start + k, from) };
                }
                for (channel, pairs) in transposed(&rows).into_iter().enumerate() {
                    let to =
                        &mut to[(from + channel) * line + start..][..(count - start).min(SIDE)];
                    // SAFETY: the mask selects as many pairs as the slice has.
                    unsafe { _mm512_mask_storeu_epi32(to.as_mut_ptr().cast(), mask, pairs) };
                }
            }
        }
    }
}

/// The transposed matrix: first each square of 4 x 4 is transposed, then the squares are.
#[inline]
#[target_feature(enable = "avx512f")]
fn transposed(rows: &[__m512i; SIDE]) -> [__m512i; SIDE] {
    let mut within = *rows;
    for n in 0..4 {
        let [a, b, c, d] = [0, 1, 2, 3].map(|k| rows[4 * n + k]);
        let [low, high] = [_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b)];
        let [low_next, high_next] = [_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d)];
        within[4 * n] = _mm512_unpacklo_epi64(low, low_next);
        within[4 * n + 1] = _mm512_unpackhi_epi64(low, low_next);
        within[4 * n + 2] = _mm512_unpacklo_epi64(high, high_next);
        within[4 * n + 3] = _mm512_unpackhi_epi64(high, high_next);
    }
    // Quarter `q` of `within[4 * n + k]` is column `4 * q + k` of rows `4 * n` to `4 * n + 3`.
    let mut columns = within;
    for k in 0..4 {
        let [a, b, c, d] = [0, 1, 2, 3].map(|n| _mm512_castsi512_ps(within[4 * n + k]));
        let [even, odd] = [
            _mm512_shuffle_f32x4::<0x88>(a, b),
            _mm512_shuffle_f32x4::<0xdd>(a, b),
        ];
        let [even_next, odd_next] = [
            _mm512_shuffle_f32x4::<0x88>(c, d),
            _mm512_shuffle_f32x4::<0xdd>(c, d),
        ];
        // `even` has quarters 0 and 2 of `a`, then of `b`; `odd` has quarters 1 and 3.
        let quarters = [
            _mm512_shuffle_f32x4::<0x88>(even, even_next),
            _mm512_shuffle_f32x4::<0x88>(odd, odd_next),
            _mm512_shuffle_f32x4::<0xdd>(even, even_next),
            _mm512_shuffle_f32x4::<0xdd>(odd, odd_next),
        ];
        quarters
            .into_iter()
            .enumerate()
            .for_each(|(q, quarter)| columns[4 * q + k] = _mm512_castps_si512(quarter));
    }
    columns
}
