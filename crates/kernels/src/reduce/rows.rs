//! Sums over the rows of a batch.

use std::ops::Range;

use rayon::prelude::*;

/// The sum of `part(range)` over contiguous ranges of all rows, one range for each thread, added in the order of the rows.
pub fn sum_over_rows(rows: usize, part: impl Fn(Range<usize>) -> Vec<f32> + Sync) -> Vec<f32> {
    let parts = rayon::current_num_threads().clamp(1, rows.max(1));
    let range = |n: usize| rows * n / parts..rows * (n + 1) / parts;
    let partial: Vec<Vec<f32>> = (0..parts).into_par_iter().map(|n| part(range(n))).collect();
    let total = partial.into_iter().reduce(|mut total, part| {
        total.iter_mut().zip(part).for_each(|(t, p)| *t += p);
        total
    });
    total.unwrap_or_default()
}
