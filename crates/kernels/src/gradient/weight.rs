//! The gradient of a convolution's weights.

use std::ops::Range;

use super::columns::{ByColumns, COLUMNS};
#[cfg(target_arch = "x86_64")]
use super::matrix;
use super::rows::GradientRows;
use super::tiles::{ByTiles, Orientation};
use crate::isa::Isa;
use crate::layout::{ConvShape, Rows, Window, paired, paired_pixels};
use crate::memory::Aligned;
use crate::reduce::sum_over_rows;

/// The gradient of the weights, `[kh, kw, c_in, c_out]`, from the input and the gradient of the output.
///
/// ```
/// use myops_kernels::{ConvShape, Isa, weight_gradient};
///
/// // The gradient of a 1x1 convolution's single weight is the sum of products of all pixels.
/// let shape = ConvShape {
///     batch: 1,
///     input: [1, 3],
///     channels: [1, 1],
///     kernel: [1, 1],
///     stride: 1,
///     padding: 0,
/// };
/// let gradient = weight_gradient(Isa::best(), &shape, &[1.0, 2.0, 3.0], &[1.0, 0.0, -1.0]);
/// assert_eq!(gradient, [-2.0]);
/// ```
///
/// # Panics
/// If a slice does not have its shape.
pub fn weight_gradient(
    isa: Isa,
    shape: &ConvShape,
    input: &[f32],
    output_gradient: &[f32],
) -> Vec<f32> {
    let window = shape.window();
    let c_out = shape.channels[1];
    assert_eq!(
        output_gradient.len(),
        window.rows() * window.output[1] * c_out,
        "a gradient of another shape"
    );
    match isa.matrix_unit() {
        #[cfg(target_arch = "x86_64")]
        Some(unit) => matrix::weight_gradient(unit, &window, input, output_gradient, c_out),
        None => vector_gradient(isa, &window, input, output_gradient, c_out),
    }
}

/// [`weight_gradient`] by vectors.
fn vector_gradient(
    isa: Isa,
    window: &Window,
    input: &[f32],
    gradient: &[f32],
    c_out: usize,
) -> Vec<f32> {
    let row_len = window.row_len();
    let method = Method::fastest(isa, window, c_out);
    let total = if isa.is_bf16() {
        let (window, input) = paired_pixels(window, input);
        let gradient = paired(isa, gradient, [window.output[1], c_out]);
        Sums {
            isa,
            window: &window,
            input: &input,
            gradient: &gradient,
            c_out,
            pixels: 2,
            method,
        }
        .total()
    } else {
        Sums {
            isa,
            window,
            input,
            gradient,
            c_out,
            pixels: 1,
            method,
        }
        .total()
    };
    if method == Method::Tiles(Orientation::Transposed) {
        swap_last_axes(&total, [window.kernel[0], c_out, row_len])
    } else {
        total
    }
}

/// The way in which the sums are computed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    /// A tile for each position under the kernel.
    Tiles(Orientation),
    /// Tiles for all columns of the kernel at once.
    Columns,
}

impl Method {
    fn fastest(isa: Isa, window: &Window, c_out: usize) -> Self {
        let row_len = window.row_len();
        if !isa.is_bf16()
            && window.stride == 1
            && window.kernel[1] == COLUMNS
            && window.channels.is_multiple_of(4)
        {
            Self::Columns
        } else if c_out <= isa.lanes() && row_len.is_multiple_of(isa.lanes()) && row_len > c_out {
            Self::Tiles(Orientation::Transposed)
        } else {
            Self::Tiles(Orientation::Plain)
        }
    }
}

/// `[n, a, b]` to `[n, b, a]`.
pub fn swap_last_axes(values: &[f32], [n, a, b]: [usize; 3]) -> Vec<f32> {
    let at = |p: usize| values[(p / (a * b) * a + p % a) * b + p / a % b];
    (0..n * a * b).map(at).collect()
}

/// The sums over all rows, and their operands. In bf16 the operands are pairs of pixels.
struct Sums<'a> {
    isa: Isa,
    window: &'a Window,
    input: &'a [f32],
    gradient: &'a [f32],
    c_out: usize,
    /// Pixels in an element of the operands: 2 in bf16, else 1.
    pixels: usize,
    method: Method,
}

impl Sums<'_> {
    /// The sums over all rows, in the order of the method.
    fn total(&self) -> Vec<f32> {
        sum_over_rows(self.window.rows(), |rows| self.over(rows))
    }

    /// The sums over some rows.
    fn over(&self, rows: Range<usize>) -> Vec<f32> {
        let mut sums = vec![0.0; self.window.kernel[0] * self.window.row_len() * self.c_out];
        let rows_per_task = self.window.rows_per_task(self.c_out, 1);
        for first in rows.clone().step_by(rows_per_task) {
            self.add(first..rows.end.min(first + rows_per_task), &mut sums);
        }
        sums
    }

    /// Adds the products of some rows, few enough for the cache of a core.
    fn add(&self, rows: Range<usize>, sums: &mut [f32]) {
        let columns = self.window.output[1].div_ceil(self.pixels);
        let gradient =
            &self.gradient[rows.start * columns * self.c_out..rows.end * columns * self.c_out];
        // Whole vectors are read of every pixel, so the last pixel must not end within one.
        let width = if self.method == Method::Tiles(Orientation::Transposed) {
            self.c_out
        } else {
            self.c_out.next_multiple_of(self.isa.lanes())
        };
        // Pixels of zeros between rows, which are under the outer columns of the kernel at the ends of a row.
        let gap = if self.method == Method::Columns {
            COLUMNS - 1
        } else {
            0
        };
        let padded: Aligned;
        let laid_out: &[f32] = if width == self.c_out && gap == 0 {
            gradient
        } else {
            padded = pad(gradient, columns, [self.c_out, width], gap);
            &padded
        };
        let gradient_rows: Vec<*const f32> = (0..rows.len())
            .map(|row| laid_out[(row * (columns + gap) + gap) * width..].as_ptr())
            .collect();
        let input_rows = Rows::of(self.window, self.input, rows.clone());
        let rows = GradientRows {
            window: self.window,
            input: input_rows.pointers(),
            gradient: gradient_rows.as_ptr(),
            gradient_step: width,
            rows: rows.len(),
            c_out: self.c_out,
            sums,
        };
        match self.method {
            Method::Columns => self.isa.run_products(ByColumns(rows)),
            Method::Tiles(orientation) => self.isa.run_products(ByTiles {
                rows,
                pixels: self.pixels,
                orientation,
            }),
        }
    }
}

/// Rows of `columns` pixels of `channels`, each pixel padded with zeros to `width` floats, with `gap` pixels of zeros before
/// every row and after the last.
fn pad(values: &[f32], columns: usize, [channels, width]: [usize; 2], gap: usize) -> Aligned {
    let rows = values.len() / (columns * channels).max(1);
    let mut padded = Aligned::zeros((rows * (columns + gap) + gap) * width);
    let lines = padded.chunks_exact_mut(((columns + gap) * width).max(1));
    for (from, to) in values.chunks_exact((columns * channels).max(1)).zip(lines) {
        let to = &mut to[gap * width..];
        if channels == width {
            to.copy_from_slice(from);
        } else {
            let pixels = from.chunks_exact(channels).zip(to.chunks_exact_mut(width));
            pixels.for_each(|(from, to)| to[..channels].copy_from_slice(from));
        }
    }
    padded
}
