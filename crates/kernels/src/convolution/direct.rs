//! Convolution by the direct algorithm.

use std::ops::Range;

use rayon::prelude::*;

#[cfg(target_arch = "x86_64")]
use super::matrix;
use super::output_rows::{OutputRows, OutputSteps};
use super::vector;
use crate::finish::Finish;
use crate::isa::Isa;
use crate::layout::{Packed, Rows, Window};
use crate::memory::{assume_init, uninit};

/// Slides the window over the source and returns `[N, H', W', c_out]`.
///
/// # Panics
/// If a slice does not have its shape.
pub fn run(isa: Isa, window: &Window, source: &[f32], packed: &Packed, finish: Finish) -> Vec<f32> {
    let c_out = packed.channels();
    let row_len = window.output[1] * c_out;
    let len = window.rows() * row_len;
    finish.assert_shape(c_out, len);
    let mut out = uninit(len);
    if len == 0 {
        return Vec::new();
    }
    let rows_per_task = window.rows_per_task(c_out, rayon::current_num_threads());
    let steps = OutputSteps {
        row: row_len,
        pixel: c_out,
    };
    out.par_chunks_mut(rows_per_task * row_len)
        .enumerate()
        .for_each(|(n, out)| {
            let first = n * rows_per_task;
            let count = out.len() / row_len;
            let (window, rows) = lay_out(isa, window, source, first..first + count);
            let residual = finish.residual.map(|r| &r[first * row_len..]);
            let rows = OutputRows {
                window: &window,
                rows: &rows,
                packed,
                finish: Finish { residual, ..finish },
                out: out.as_mut_ptr().cast(),
                count,
                steps,
            };
            write(isa, rows);
        });
    // SAFETY: the tasks cover all rows, and each writes all pixels and channels of its rows.
    unsafe { assume_init(out) }
}

/// The source rows that the output rows `rows` depend on, and the window over them, in pairs of channels if convolutions
/// multiply in bf16.
pub fn lay_out<'a>(
    isa: Isa,
    window: &Window,
    source: &'a [f32],
    rows: Range<usize>,
) -> (Window, Rows<'a>) {
    if isa.is_bf16() {
        let pairs = Window {
            channels: window.channels.div_ceil(2),
            ..*window
        };
        (pairs, Rows::in_pairs(isa, window, source, rows))
    } else {
        (*window, Rows::of(window, source, rows))
    }
}

/// Computes and writes some rows, on the matrix unit if convolutions use it.
pub fn write(isa: Isa, rows: OutputRows) {
    match isa.matrix_unit() {
        #[cfg(target_arch = "x86_64")]
        Some(unit) => matrix::write(unit, &rows),
        None => vector::write(isa, rows),
    }
}
