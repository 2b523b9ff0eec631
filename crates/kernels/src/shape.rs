//! The shape of a convolution, and the walk over an image that it and its gradients share.

/// The shape of a convolution with square strides and padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvShape {
    /// Images.
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
    /// Rows and columns of an output image; 0 where the kernel does not fit.
    pub fn output(&self) -> [usize; 2] {
        let along = |axis: usize| {
            let padded = self.input[axis] + 2 * self.padding;
            (padded + self.stride).saturating_sub(self.kernel[axis]) / self.stride
        };
        [along(0), along(1)]
    }

    /// Values of the input.
    pub fn input_len(&self) -> usize {
        self.batch * self.input[0] * self.input[1] * self.channels[0]
    }

    /// Values of the output.
    pub fn output_len(&self) -> usize {
        let [h, w] = self.output();
        self.batch * h * w * self.channels[1]
    }

    /// Values of the weights.
    pub fn weight_len(&self) -> usize {
        self.kernel[0] * self.kernel[1] * self.channels[0] * self.channels[1]
    }

    /// How the forward convolution walks over its input.
    pub(super) fn walk(&self) -> Walk {
        let Self {
            batch,
            input,
            channels,
            kernel,
            stride,
            padding,
        } = *self;
        Walk {
            batch,
            source: input,
            channels: channels[0],
            kernel,
            stride,
            before: [padding as isize; 2],
            spread: 1,
            output: self.output(),
        }
        .flat()
    }

    /// How the input's gradient walks over the output's: spread by the stride, with the kernel turned round.
    pub(super) fn backward_walk(&self) -> Walk {
        let Self {
            batch,
            input,
            channels,
            kernel,
            stride,
            padding,
        } = *self;
        assert_eq!(kernel[0], kernel[1], "a kernel that is not square");
        Walk {
            batch,
            source: self.output(),
            channels: channels[1],
            kernel,
            stride: 1,
            before: [kernel[0] as isize - 1 - padding as isize; 2],
            spread: stride,
            output: input,
        }
        .flat()
    }
}

/// A window of `kernel` walking over images whose pixels lie `spread` apart, with zeros between and around them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walk {
    pub batch: usize,
    /// Rows and columns of what is walked over.
    pub source: [usize; 2],
    /// Its channels.
    pub channels: usize,
    pub kernel: [usize; 2],
    pub stride: usize,
    /// Zeros before the first row and column; below 0, rows and columns that are skipped.
    pub before: [isize; 2],
    pub spread: usize,
    /// Rows and columns of the result.
    pub output: [usize; 2],
}

/// Pixels of a flattened row, at most.
const FLAT_ROW: usize = 512;

impl Walk {
    /// A walk of single pixels has no neighbours: its rows may be as long as is handy.
    fn flat(self) -> Self {
        let single =
            self.kernel == [1, 1] && self.stride == 1 && self.spread == 1 && self.before == [0, 0];
        if !single || self.source != self.output {
            return self;
        }
        let pixels = self.batch * self.source[0] * self.source[1];
        let width = (1..=FLAT_ROW.min(pixels))
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

    /// Rows of all results.
    pub fn rows(&self) -> usize {
        self.batch * self.output[0]
    }

    /// Source columns that a row of results needs.
    pub fn columns(&self) -> usize {
        (self.output[1].max(1) - 1) * self.stride + self.kernel[1]
    }

    /// Values under one row of the kernel.
    pub fn run(&self) -> usize {
        self.kernel[1] * self.channels
    }

    /// Whether rows of the source can be read where they lie.
    pub fn in_place(&self) -> bool {
        self.before == [0, 0]
            && self.spread == 1
            && self.columns() <= self.source[1]
            && (self.output[0].max(1) - 1) * self.stride + self.kernel[0] <= self.source[0]
    }

    /// The source row, counted over all images, that a kernel row lies on, where there is one.
    pub fn source_row(&self, row: usize, kernel_row: usize) -> Option<usize> {
        let (image, y) = (row / self.output[0], row % self.output[0]);
        let spread =
            usize::try_from((y * self.stride + kernel_row) as isize - self.before[0]).ok()?;
        let inside = spread.is_multiple_of(self.spread) && spread / self.spread < self.source[0];
        inside.then_some(image * self.source[0] + spread / self.spread)
    }

    /// Rows that a thread takes at a time: they fit in its cache, and every thread gets as many pieces.
    pub fn rows_at_a_time(&self, out_channels: usize, threads: usize) -> usize {
        const CACHED_FLOATS: usize = 96 * 1024;
        let floats = self.columns() * self.channels * self.stride.min(self.kernel[0])
            + self.output[1] * out_channels;
        let fitting = (CACHED_FLOATS / floats.max(1)).max(1);
        let pieces = self
            .rows()
            .div_ceil(fitting)
            .next_multiple_of(threads.max(1))
            .max(1);
        self.rows().div_ceil(pieces).max(1)
    }
}
