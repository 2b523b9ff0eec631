//! A window that slides over images.

use std::ops::Range;

/// The most pixels of a row after [`Window::with_long_rows`].
const LONG_ROW: usize = 512;

/// A window of `kernel` pixels that slides over images, which may be dilated and padded with zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub batch: usize,
    /// Rows and columns of a source image.
    pub source: [usize; 2],
    /// Channels of the source.
    pub channels: usize,
    /// Rows and columns of the window.
    pub kernel: [usize; 2],
    /// Step between output pixels.
    pub stride: usize,
    /// Zeros before the first row and column; a negative number of rows and columns is skipped.
    pub padding: [isize; 2],
    /// Distance of neighbouring source pixels, with zeros between them (1: none).
    pub dilation: usize,
    /// Rows and columns of an output image.
    pub output: [usize; 2],
}

impl Window {
    /// The same window with another division of the pixels into rows, if it covers single pixels, whose position does not
    /// matter: rows as long as they may be, since short rows make narrow register tiles.
    pub fn with_long_rows(self) -> Self {
        let is_single = self.kernel == [1, 1]
            && self.stride == 1
            && self.dilation == 1
            && self.padding == [0, 0];
        if !is_single || self.source != self.output {
            return self;
        }
        let pixels = self.batch * self.source[0] * self.source[1];
        let width = (1..=LONG_ROW.min(pixels))
            .rev()
            .find(|w| pixels.is_multiple_of(*w))
            .unwrap_or(1);
        let image = [pixels / width, width];
        Self {
            batch: 1,
            source: image,
            output: image,
            ..self
        }
    }

    /// Output rows of all images.
    pub fn rows(&self) -> usize {
        self.batch * self.output[0]
    }

    /// Source columns that an output row depends on, padding and dilation included.
    pub fn columns(&self) -> usize {
        (self.output[1].max(1) - 1) * self.stride + self.kernel[1]
    }

    /// Number of values under one row of the window.
    pub fn row_len(&self) -> usize {
        self.kernel[1] * self.channels
    }

    /// Number of values of the source.
    pub fn source_len(&self) -> usize {
        self.batch * self.source[0] * self.source[1] * self.channels
    }

    /// Whether the window can read the rows of the source in place: without padding, dilation or cropping.
    pub fn is_in_place(&self) -> bool {
        self.padding == [0, 0]
            && self.dilation == 1
            && self.columns() <= self.source[1]
            && (self.output[0].max(1) - 1) * self.stride + self.kernel[0] <= self.source[0]
    }

    /// The source row under each row of the window, for each of the output rows `rows`: `[rows][kernel rows]`, `None` for
    /// a row of zeros. Rows are counted over all images.
    pub fn source_rows(&self, rows: Range<usize>) -> impl Iterator<Item = Option<usize>> {
        rows.flat_map(move |row| (0..self.kernel[0]).map(move |k| self.source_row(row, k)))
    }

    /// The same without repetition: the distinct source rows in order, and the index of the one under each row of the
    /// window, `[rows][kernel rows]`.
    pub fn distinct_source_rows(&self, rows: Range<usize>) -> (Vec<Option<usize>>, Vec<usize>) {
        let all: Vec<_> = self.source_rows(rows).collect();
        let mut distinct = all.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let places = all
            .iter()
            .map(|row| distinct.partition_point(|other| other < row))
            .collect();
        (distinct, places)
    }

    fn source_row(&self, row: usize, kernel_row: usize) -> Option<usize> {
        let (image, y) = (row / self.output[0], row % self.output[0]);
        let dilated =
            usize::try_from((y * self.stride + kernel_row) as isize - self.padding[0]).ok()?;
        let is_inside =
            dilated.is_multiple_of(self.dilation) && dilated / self.dilation < self.source[0];
        is_inside.then_some(image * self.source[0] + dilated / self.dilation)
    }

    /// The number of output rows of a task: few enough for the cache of a core, and the same number of tasks for every
    /// thread.
    pub fn rows_per_task(&self, out_channels: usize, threads: usize) -> usize {
        const CACHED_FLOATS: usize = 96 * 1024;
        let floats = self.columns() * self.channels * self.stride.min(self.kernel[0])
            + self.output[1] * out_channels;
        let fitting = (CACHED_FLOATS / floats.max(1)).max(1);
        let tasks = self
            .rows()
            .div_ceil(fitting)
            .next_multiple_of(threads.max(1))
            .max(1);
        self.rows().div_ceil(tasks).max(1)
    }
}
