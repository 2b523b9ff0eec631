//! The shape of a convolution, and the sliding windows of it and of its gradients.

use super::window::Window;

/// The shape of a convolution with the same stride and padding along both axes.
///
/// ```
/// use myops_kernels::ConvShape;
///
/// let shape = ConvShape {
///     batch: 1,
///     input: [7, 8],
///     channels: [3, 16],
///     kernel: [3, 3],
///     stride: 2,
///     padding: 1,
/// };
/// assert_eq!(shape.output(), [4, 4]);
/// assert_eq!(shape.weight_len(), 3 * 3 * 3 * 16);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvShape {
    /// Number of images.
    pub batch: usize,
    /// Rows and columns of an input image.
    pub input: [usize; 2],
    /// Channels of input and output.
    pub channels: [usize; 2],
    /// Rows and columns of the kernel.
    pub kernel: [usize; 2],
    /// Step between output pixels.
    pub stride: usize,
    /// Zeros added on every side.
    pub padding: usize,
}

impl ConvShape {
    /// Rows and columns of an output image; 0 if the kernel does not fit.
    pub fn output(&self) -> [usize; 2] {
        let along = |axis: usize| {
            let padded = self.input[axis] + 2 * self.padding;
            (padded + self.stride).saturating_sub(self.kernel[axis]) / self.stride
        };
        [along(0), along(1)]
    }

    /// Number of values of the input.
    pub fn input_len(&self) -> usize {
        self.batch * self.input[0] * self.input[1] * self.channels[0]
    }

    /// Number of values of the output.
    pub fn output_len(&self) -> usize {
        let [h, w] = self.output();
        self.batch * h * w * self.channels[1]
    }

    /// Number of values of the weights.
    pub fn weight_len(&self) -> usize {
        self.kernel[0] * self.kernel[1] * self.channels[0] * self.channels[1]
    }

    /// The window of the forward convolution, which slides over the input.
    pub(crate) fn window(&self) -> Window {
        Window {
            batch: self.batch,
            source: self.input,
            channels: self.channels[0],
            kernel: self.kernel,
            stride: self.stride,
            padding: [self.padding as isize; 2],
            dilation: 1,
            output: self.output(),
        }
        .with_long_rows()
    }

    /// The window of the input's gradient, which slides over the gradient of the output. That is dilated by the stride,
    /// and the kernel is flipped.
    ///
    /// # Panics
    /// If the kernel is not square.
    pub(crate) fn backward_window(&self) -> Window {
        let kernel = self.kernel;
        assert_eq!(kernel[0], kernel[1], "a kernel that is not square");
        Window {
            batch: self.batch,
            source: self.output(),
            channels: self.channels[1],
            kernel,
            stride: 1,
            padding: [kernel[0] as isize - 1 - self.padding as isize; 2],
            dilation: self.stride,
            output: self.input,
        }
        .with_long_rows()
    }
}
