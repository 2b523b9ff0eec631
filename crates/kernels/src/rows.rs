//! The rows that a piece of work reads, with zeros around them.

use std::marker::PhantomData;
use std::ops::Range;

use super::bf16;
use super::lanes::Isa;
use super::shape::Walk;

/// Where each row of the kernel lies for each row of results: `[rows][kernel rows]` pointers to
/// [`Walk::columns`] pixels.
pub struct Rows<'a> {
    pointers: Vec<*const f32>,
    /// What the pointers that do not point into the source point into.
    _padded: Vec<f32>,
    _source: PhantomData<&'a [f32]>,
}

impl<'a> Rows<'a> {
    /// Lays out what the results of `rows` need of `source`.
    pub fn of(walk: &Walk, source: &'a [f32], rows: Range<usize>) -> Self {
        if walk.in_place() {
            assert_whole(walk, source);
            let width = walk.source[1] * walk.channels;
            let pointers = under_kernel(walk, rows)
                .map(|row| source[row.unwrap_or(0) * width..].as_ptr())
                .collect();
            return Self {
                pointers,
                _padded: Vec::new(),
                _source: PhantomData,
            };
        }
        Self::laid_out(walk, source, rows, walk.channels, <[f32]>::copy_from_slice)
    }

    /// The same with pixels of pairs of channels.
    pub fn in_pairs(isa: Isa, walk: &Walk, source: &[f32], rows: Range<usize>) -> Self {
        Self::laid_out(walk, source, rows, walk.channels.div_ceil(2), |to, from| {
            bf16::pair_channels(isa, from, walk.channels, to);
        })
    }

    /// Copies rows between their zeros, pixels of `channels` floats; `copy` fills some with pixels of the source.
    fn laid_out(
        walk: &Walk,
        source: &[f32],
        rows: Range<usize>,
        channels: usize,
        copy: impl Fn(&mut [f32], &[f32]),
    ) -> Self {
        assert_whole(walk, source);
        let (columns, width) = (walk.columns(), walk.source[1] * walk.channels);
        let (slots, places) = needed(walk, rows);
        let mut padded = vec![0.0; slots.len() * columns * channels];
        for (row, padded) in slots
            .iter()
            .zip(padded.chunks_exact_mut((columns * channels).max(1)))
        {
            let Some(row) = row else { continue };
            let row = &source[row * width..][..width];
            if walk.spread == 1 && walk.before[1] >= 0 {
                let before = walk.before[1] as usize;
                let pixels = walk.source[1].min(columns.saturating_sub(before));
                if pixels > 0 {
                    copy(
                        &mut padded[before * channels..][..pixels * channels],
                        &row[..pixels * walk.channels],
                    );
                }
                continue;
            }
            for (column, pixel) in row.chunks_exact(walk.channels).enumerate() {
                let at = (column * walk.spread) as isize + walk.before[1];
                if at >= 0 && (at as usize) < columns {
                    copy(&mut padded[at as usize * channels..][..channels], pixel);
                }
            }
        }
        let pointers = places
            .into_iter()
            .map(|place| padded[place * columns * channels..].as_ptr())
            .collect();
        Self {
            pointers,
            _padded: padded,
            _source: PhantomData,
        }
    }

    /// The first of the pointers.
    pub fn pointers(&self) -> *const *const f32 {
        self.pointers.as_ptr()
    }
}

/// The source rows that the results of `rows` need, each once, `None` for one of zeros; and which of them lies under each
/// row of the kernel, `[rows][kernel rows]`.
pub fn needed(walk: &Walk, rows: Range<usize>) -> (Vec<Option<usize>>, Vec<usize>) {
    let all: Vec<_> = under_kernel(walk, rows).collect();
    let mut slots = all.clone();
    slots.sort_unstable();
    slots.dedup();
    let places = all
        .iter()
        .map(|row| slots.partition_point(|slot| slot < row))
        .collect();
    (slots, places)
}

/// The source row under each row of the kernel, for each row of results.
fn under_kernel(walk: &Walk, rows: Range<usize>) -> impl Iterator<Item = Option<usize>> {
    rows.flat_map(move |row| (0..walk.kernel[0]).map(move |k| walk.source_row(row, k)))
}

fn assert_whole(walk: &Walk, source: &[f32]) {
    assert_eq!(
        source.len(),
        walk.batch * walk.source[0] * walk.source[1] * walk.channels,
        "another shape"
    );
}
