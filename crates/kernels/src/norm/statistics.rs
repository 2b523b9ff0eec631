//! The statistics of a batch.

use crate::isa::Isa;
use crate::reduce::ChannelSums;

/// Mean and biased variance of each channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// `[C]`.
    pub mean: Vec<f32>,
    /// `[C]`.
    pub variance: Vec<f32>,
}

impl Statistics {
    /// The statistics of `[pixels, channels]`, from sums of differences from the first pixel: sums of the values themselves
    /// would lose precision if the mean is large relative to the deviation.
    pub(super) fn of(isa: Isa, x: &[f32], channels: usize) -> Self {
        let zeros = vec![0.0; channels];
        let offset = x.get(..channels).unwrap_or(&zeros);
        let n = (x.len() / channels).max(1) as f64;
        let sums = ChannelSums {
            x,
            offset,
            gradient: None,
            output: None,
        };
        let [sum, square] = sums.compute(isa);
        let mean = sum
            .iter()
            .zip(offset)
            .map(|(s, k)| (s / n + f64::from(*k)) as f32)
            .collect();
        let variance = sum
            .iter()
            .zip(&square)
            .map(|(s, q)| ((q / n - (s / n).powi(2)).max(0.0)) as f32)
            .collect();
        Self { mean, variance }
    }

    /// `1 / sqrt(variance + epsilon)` of each channel.
    pub(super) fn inverse_deviation(&self, epsilon: f32) -> Vec<f32> {
        self.variance
            .iter()
            .map(|v| 1.0 / (v + epsilon).sqrt())
            .collect()
    }
}
