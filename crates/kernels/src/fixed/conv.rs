//! A convolution with fixed weights.

use crate::convolution::ConvWeights;
use crate::finish::Finish;
use crate::image::Image;
use crate::isa::Isa;
use crate::layout::ConvShape;
use crate::nonlinearity::Nonlinearity;

/// Stride and padding of a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvOptions {
    /// Step between output pixels.
    pub stride: usize,
    /// Zeros added on every side.
    pub padding: usize,
}

/// A convolution with fixed weights and bias.
///
/// ```
/// use myops_kernels::{ConvOptions, FixedConv, Image, Isa, Nonlinearity};
///
/// let options = ConvOptions { stride: 1, padding: 0 };
/// // A 1x1 convolution of one channel to two.
/// let conv = FixedConv::new(Isa::best(), [1, 1, 1, 2], &[2.0, -1.0], vec![0.5, 0.0], options);
/// let x = Image { dims: [1, 1, 2, 1], values: vec![1.0, -3.0] };
/// let y = conv.run(&x, None, Nonlinearity::Relu);
/// assert_eq!((y.dims, y.values), ([1, 1, 2, 2], vec![2.5, 0.0, 0.0, 3.0]));
/// ```
#[derive(Debug, Clone)]
pub struct FixedConv {
    isa: Isa,
    weights: ConvWeights,
    bias: Vec<f32>,
    kernel: [usize; 2],
    channels: [usize; 2],
    options: ConvOptions,
}

impl FixedConv {
    /// Packs weights of `shape`, `[kh, kw, c_in, c_out]`.
    ///
    /// # Panics
    /// If weights or bias have another shape.
    pub fn new(
        isa: Isa,
        shape: [usize; 4],
        weight: &[f32],
        bias: Vec<f32>,
        options: ConvOptions,
    ) -> Self {
        let [kh, kw, c_in, c_out] = shape;
        assert_eq!(bias.len(), c_out, "a bias of another shape");
        let (kernel, channels) = ([kh, kw], [c_in, c_out]);
        Self {
            isa,
            weights: ConvWeights::of(isa, kernel, options.stride, channels, weight),
            bias,
            kernel,
            channels,
            options,
        }
    }

    /// `nonlinearity(conv(x) + bias + residual)`.
    ///
    /// # Panics
    /// If the image has another number of channels, or the residual does not have the shape of the result.
    pub fn run(&self, x: &Image, residual: Option<&Image>, nonlinearity: Nonlinearity) -> Image {
        let [batch, h, w, c] = x.dims;
        assert_eq!(c, self.channels[0], "an image of {c} channels");
        let shape = ConvShape {
            batch,
            input: [h, w],
            channels: self.channels,
            kernel: self.kernel,
            stride: self.options.stride,
            padding: self.options.padding,
        };
        let finish = Finish {
            bias: Some(&self.bias),
            residual: residual.map(|r| r.values.as_slice()),
            nonlinearity,
        };
        let [h, w] = shape.output();
        let window = shape.window();
        Image {
            dims: [batch, h, w, self.channels[1]],
            values: self.weights.run(self.isa, &window, &x.values, finish),
        }
    }
}
