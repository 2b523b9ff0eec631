//! The rows that a piece of work reads, with zeros around them.

use std::ops::Range;

use super::shape::Walk;

/// Where each row of the kernel lies for each row of results: `[rows][kernel rows]` pointers to
/// [`Walk::columns`] pixels.
pub struct Rows<'a> {
    pointers: Vec<*const f32>,
    /// What the pointers that do not point into the source point into.
    _padded: Vec<f32>,
    _source: std::marker::PhantomData<&'a [f32]>,
}

impl<'a> Rows<'a> {
    /// Lays out what the results of `rows` need of `source`.
    pub fn of(walk: &Walk, source: &'a [f32], rows: Range<usize>) -> Self {
        assert_eq!(source.len(), walk.batch * walk.source[0] * walk.source[1] * walk.channels, "another shape");
        let width = walk.source[1] * walk.channels;
        let needed = || rows.clone().flat_map(|row| (0..walk.kernel[0]).map(move |k| walk.source_row(row, k)));
        if walk.in_place() {
            let pointers = needed().map(|row| source[row.unwrap_or(0) * width..].as_ptr()).collect();
            return Self { pointers, _padded: Vec::new(), _source: std::marker::PhantomData };
        }
        let padded_width = walk.columns() * walk.channels;
        // Slot 0 is a row of zeros; the others are given out in the order of the source's rows.
        let mut slots: Vec<usize> = needed().flatten().collect();
        slots.sort_unstable();
        slots.dedup();
        let mut padded = Vec::with_capacity((slots.len() + 1) * padded_width);
        padded.resize(padded_width, 0.0);
        slots.iter().for_each(|row| pad(walk, &source[row * width..][..width], &mut padded));
        let slot = |row: usize| slots.binary_search(&row).map_or(0, |n| n + 1);
        let pointers = needed().map(|row| padded[row.map_or(0, slot) * padded_width..].as_ptr()).collect();
        Self { pointers, _padded: padded, _source: std::marker::PhantomData }
    }

    /// The first of the pointers.
    pub fn pointers(&self) -> *const *const f32 {
        self.pointers.as_ptr()
    }
}

/// Adds a row of the source between its zeros.
fn pad(walk: &Walk, from: &[f32], padded: &mut Vec<f32>) {
    let (c, start, len) = (walk.channels, padded.len(), walk.columns() * walk.channels);
    if walk.spread == 1 && walk.before[1] >= 0 {
        padded.resize(start + len.min(walk.before[1] as usize * c), 0.0);
        let room = start + len - padded.len();
        padded.extend_from_slice(&from[..from.len().min(room)]);
        padded.resize(start + len, 0.0);
        return;
    }
    padded.resize(start + len, 0.0);
    for (column, pixel) in from.chunks_exact(c).enumerate() {
        let at = (column * walk.spread) as isize + walk.before[1];
        if at >= 0 && (at as usize) < walk.columns() {
            padded[start + at as usize * c..][..c].copy_from_slice(pixel);
        }
    }
}
