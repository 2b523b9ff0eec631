//! A batch of images with its shape.

use super::pool::{largest, pooled};
use super::resize::{concat, upsample};

/// A batch of images with its shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// `[N, H, W, C]`.
    pub dims: [usize; 4],
    /// The values, channels fastest.
    pub values: Vec<f32>,
}

impl Image {
    /// Nearest-neighbour upsampling by 2: `[N, 2 H, 2 W, C]`.
    ///
    /// # Panics
    /// If the number of values is not that of `dims`.
    pub fn upsampled(&self) -> Self {
        let [n, h, w, c] = self.dims;
        Self {
            dims: [n, 2 * h, 2 * w, c],
            values: upsample(&self.values, self.dims),
        }
    }

    /// The largest value of each window of `size` x `size` pixels, every `stride` pixels.
    ///
    /// # Panics
    /// If the number of values is not that of `dims`.
    pub fn max_pooled(&self, size: usize, stride: usize) -> Self {
        let [n, h, w, c] = self.dims;
        let [h, w] = [h, w].map(|v| pooled(v, size, stride));
        Self {
            dims: [n, h, w, c],
            values: largest(&self.values, self.dims, size, stride),
        }
    }

    /// The channels of this image followed by those of another.
    ///
    /// # Panics
    /// If the images do not have the same number of pixels.
    pub fn joined(&self, other: &Self) -> Self {
        let [n, h, w, a] = self.dims;
        let b = other.dims[3];
        Self {
            dims: [n, h, w, a + b],
            values: concat([&self.values, &other.values], [a, b]),
        }
    }
}
