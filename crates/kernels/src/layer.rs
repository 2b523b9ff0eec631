//! Convolutions whose weights never change: packed once, for networks that only predict.

use super::conv::{Corner, Finish, Kernel, run_corners};
use super::lanes::Isa;
use super::nonlinearity::Nonlinearity;
use super::pack::Packed;
use super::pool::{max_pool, pooled};
use super::resize::{concat, upsample};
use super::shape::ConvShape;

/// Images of a batch with their shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// `[N, H, W, C]`.
    pub dims: [usize; 4],
    /// The values, channels fastest.
    pub values: Vec<f32>,
}

impl Image {
    /// Every pixel as a square of four.
    pub fn upsampled(&self) -> Self {
        let [n, h, w, c] = self.dims;
        Self {
            dims: [n, 2 * h, 2 * w, c],
            values: upsample(&self.values, self.dims),
        }
    }

    /// The largest value of each square of `size`, every `stride` pixels.
    pub fn max_pooled(&self, size: usize, stride: usize) -> Self {
        let [n, h, w, c] = self.dims;
        let [h, w] = [h, w].map(|v| pooled(v, size, stride));
        Self {
            dims: [n, h, w, c],
            values: max_pool(&self.values, self.dims, size, stride).output,
        }
    }

    /// The channels of this image and then those of another.
    pub fn joined(&self, other: &Self) -> Self {
        let [n, h, w, a] = self.dims;
        let b = other.dims[3];
        Self {
            dims: [n, h, w, a + b],
            values: concat([&self.values, &other.values], [a, b]),
        }
    }
}

/// How a convolution walks over its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvOptions {
    /// Between output pixels.
    pub stride: usize,
    /// Zeros added on every side.
    pub padding: usize,
}

/// A convolution with fixed weights and bias.
#[derive(Debug, Clone)]
pub struct FixedConv {
    isa: Isa,
    weights: Kernel,
    bias: Vec<f32>,
    kernel: [usize; 2],
    channels: [usize; 2],
    step: ConvOptions,
}

impl FixedConv {
    /// Packs weights `[kh, kw, c_in, c_out]`.
    ///
    /// # Panics
    /// Where weights or bias are not of that shape.
    pub fn new(
        isa: Isa,
        shape: [usize; 4],
        weight: &[f32],
        bias: Vec<f32>,
        step: ConvOptions,
    ) -> Self {
        let [kh, kw, c_in, c_out] = shape;
        assert_eq!(bias.len(), c_out, "a bias of another shape");
        let (kernel, channels) = ([kh, kw], [c_in, c_out]);
        Self {
            isa,
            weights: Kernel::of(isa, kernel, step.stride, channels, weight),
            bias,
            kernel,
            channels,
            step,
        }
    }

    /// `nonlinearity(conv(x) + bias + residual)`.
    ///
    /// # Panics
    /// Where the image is of other channels, or the residual of another shape than the result.
    pub fn run(&self, x: &Image, residual: Option<&Image>, nonlinearity: Nonlinearity) -> Image {
        let [batch, h, w, c] = x.dims;
        assert_eq!(c, self.channels[0], "an image of {c} channels");
        let ConvOptions { stride, padding } = self.step;
        let shape = ConvShape {
            batch,
            input: [h, w],
            channels: self.channels,
            kernel: self.kernel,
            stride,
            padding,
        };
        let finish = Finish {
            bias: Some(&self.bias),
            residual: residual.map(|r| r.values.as_slice()),
            nonlinearity,
        };
        let [h, w] = shape.output();
        let values = self.weights.run(self.isa, &shape.walk(), &x.values, finish);
        Image {
            dims: [batch, h, w, self.channels[1]],
            values,
        }
    }
}

/// A 3x3 convolution of the input doubled by nearest-neighbour upsampling.
///
/// Of the nine pixels under the kernel only four differ, so each of the four pixels that come of one is a convolution
/// 2x2 with sums of the weights: four ninths of the work.
#[derive(Debug, Clone)]
pub struct UpsampledConv {
    isa: Isa,
    corners: [Corner; 4],
    bias: Vec<f32>,
}

impl UpsampledConv {
    /// Sums up and packs weights `[3, 3, c_in, c_out]`.
    ///
    /// # Panics
    /// Where weights or bias are not of that shape.
    pub fn new(isa: Isa, [c_in, c_out]: [usize; 2], weight: &[f32], bias: Vec<f32>) -> Self {
        assert!(
            weight.len() == 9 * c_in * c_out && bias.len() == c_out,
            "weights of another shape"
        );
        // Which of the three kernel rows fall on the first of two input rows: one above an even pixel, two above an
        // odd one.
        let first = |odd: usize| if odd == 0 { 0..1 } else { 0..2 };
        let second = |odd: usize| if odd == 0 { 1..3 } else { 2..3 };
        let halves = |odd: usize, n: usize| if n == 0 { first(odd) } else { second(odd) };
        let corners = [0, 1, 2, 3].map(|place| {
            let (below, right) = (place / 2, place % 2);
            let mut sums = vec![0.0; 4 * c_in * c_out];
            for (tap, sums) in sums.chunks_exact_mut((c_in * c_out).max(1)).enumerate() {
                for (ky, kx) in halves(below, tap / 2)
                    .flat_map(|ky| halves(right, tap % 2).map(move |kx| (ky, kx)))
                {
                    let weight = &weight[(ky * 3 + kx) * c_in * c_out..];
                    sums.iter_mut()
                        .zip(weight)
                        .for_each(|(sum, weight)| *sum += weight);
                }
            }
            let before = [1 - below as isize, 1 - right as isize];
            Corner {
                packed: Packed::of(isa, [4, c_in, c_out], &sums),
                c_in,
                kernel: [2, 2],
                before,
            }
        });
        Self { isa, corners, bias }
    }

    /// `nonlinearity(conv(upsampled x) + bias)`.
    ///
    /// # Panics
    /// Where the image is of other channels.
    pub fn run(&self, x: &Image, nonlinearity: Nonlinearity) -> Image {
        let [n, h, w, _] = x.dims;
        let values = run_corners(
            self.isa,
            x.dims,
            &x.values,
            &self.corners,
            &self.bias,
            nonlinearity,
        );
        Image {
            dims: [n, 2 * h, 2 * w, self.bias.len()],
            values,
        }
    }
}

/// A transposed convolution 2x2 of stride 2 with fixed weights and bias.
#[derive(Debug, Clone)]
pub struct FixedTransposed {
    isa: Isa,
    corners: [Corner; 4],
    bias: Vec<f32>,
}

impl FixedTransposed {
    /// Packs weights `[2, 2, c_in, c_out]`.
    ///
    /// # Panics
    /// Where weights or bias are not of that shape.
    pub fn new(isa: Isa, [c_in, c_out]: [usize; 2], weight: &[f32], bias: Vec<f32>) -> Self {
        assert_eq!(bias.len(), c_out, "a bias of another shape");
        Self {
            isa,
            corners: Corner::transposed(isa, [c_in, c_out], weight),
            bias,
        }
    }

    /// `[N, H, W, c_in]` to `[N, 2 H, 2 W, c_out]`.
    pub fn run(&self, x: &Image) -> Image {
        let [n, h, w, _] = x.dims;
        let values = run_corners(
            self.isa,
            x.dims,
            &x.values,
            &self.corners,
            &self.bias,
            Nonlinearity::Identity,
        );
        Image {
            dims: [n, 2 * h, 2 * w, self.bias.len()],
            values,
        }
    }
}
