//! The source rows that a task reads, with zeros around them.

use std::marker::PhantomData;
use std::ops::Range;

use super::bf16::pair_channels;
use super::window::Window;
use crate::isa::Isa;

/// Pointers to the source row under each row of the window, for each output row: `[rows][kernel rows]`, each to
/// [`Window::columns`] pixels.
pub struct Rows<'a> {
    pointers: Vec<*const f32>,
    /// Padded copies of rows, the target of the pointers that do not point into the source.
    _padded: Vec<f32>,
    _source: PhantomData<&'a [f32]>,
}

impl<'a> Rows<'a> {
    /// The rows of `source` that the output rows `rows` depend on, copied only if they need zeros.
    ///
    /// # Panics
    /// If the source does not have the shape of the window.
    pub fn of(window: &Window, source: &'a [f32], rows: Range<usize>) -> Self {
        if window.is_in_place() {
            assert_shape(window, source);
            let width = window.source[1] * window.channels;
            let pointers = window
                .source_rows(rows)
                .map(|row| source[row.unwrap_or(0) * width..].as_ptr())
                .collect();
            return Self {
                pointers,
                _padded: Vec::new(),
                _source: PhantomData,
            };
        }
        Self::copied(
            window,
            source,
            rows,
            window.channels,
            <[f32]>::copy_from_slice,
        )
    }

    /// The same in bf16: pixels of pairs of channels, always copied.
    ///
    /// # Panics
    /// If the source does not have the shape of the window.
    pub fn in_pairs(isa: Isa, window: &Window, source: &[f32], rows: Range<usize>) -> Self {
        let pairs = window.channels.div_ceil(2);
        Self::copied(window, source, rows, pairs, |to, from| {
            pair_channels(isa, from, window.channels, to);
        })
    }

    /// Copies rows between zeros, as pixels of `channels` floats. `copy` writes some pixels (first argument) from those of
    /// the source (second).
    fn copied(
        window: &Window,
        source: &[f32],
        rows: Range<usize>,
        channels: usize,
        copy: impl Fn(&mut [f32], &[f32]),
    ) -> Self {
        assert_shape(window, source);
        let (columns, width) = (window.columns(), window.source[1] * window.channels);
        let (distinct, places) = window.distinct_source_rows(rows);
        let mut padded = vec![0.0; distinct.len() * columns * channels];
        let lines = padded.chunks_exact_mut((columns * channels).max(1));
        for (row, padded) in distinct.iter().zip(lines) {
            let Some(row) = row else { continue };
            let row = &source[row * width..][..width];
            if window.dilation == 1 && window.padding[1] >= 0 {
                let before = window.padding[1] as usize;
                let pixels = window.source[1].min(columns.saturating_sub(before));
                if pixels > 0 {
                    copy(
                        &mut padded[before * channels..][..pixels * channels],
                        &row[..pixels * window.channels],
                    );
                }
                continue;
            }
            for (column, pixel) in row.chunks_exact(window.channels).enumerate() {
                let at = (column * window.dilation) as isize + window.padding[1];
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

    /// The table of pointers.
    pub fn pointers(&self) -> *const *const f32 {
        self.pointers.as_ptr()
    }
}

fn assert_shape(window: &Window, source: &[f32]) {
    assert_eq!(
        source.len(),
        window.source_len(),
        "an image of another shape"
    );
}
