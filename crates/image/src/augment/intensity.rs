//! Augmentation of intensities; labels are unchanged.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::spatial::{Spatial, resample};

/// The change of intensities of each channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Intensity {
    /// One change for each sequence. An input of several slices has the channels of one slice after
    /// those of another; the channels of one sequence change alike.
    pub channels: Vec<Channel>,
    /// The random seed of the noise.
    pub noise_seed: u64,
}

/// The change of one channel, in the order of application.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Channel {
    /// The shift of the sequence relative to the others, pixels (row, column).
    pub shift: [f64; 2],
    /// Standard deviation of the blur, pixels.
    pub blur_pixels: f64,
    /// Exponent of the values (gamma), which are scaled to 0..1 for it and back.
    pub gamma: f64,
    /// Factor of the difference from the channel's mean (contrast).
    pub contrast: f64,
    /// Added value (brightness).
    pub brightness: f64,
    /// Standard deviation of the noise.
    pub noise: f64,
    /// Whether the sequence is left out: all values become 0.
    pub dropped: bool,
}

impl Intensity {
    /// Changes `image` (`[size][size][channels]`) in place. A channel of zeros, that of a sequence which was not imaged,
    /// stays so.
    pub fn apply(&self, image: &mut [f32], channels: usize, size: usize) {
        for (n, change) in self.channels.iter().cycle().take(channels).enumerate() {
            if change.is_identity() {
                continue;
            }
            let mut plane: Vec<f32> = image.iter().skip(n).step_by(channels).copied().collect();
            if plane.iter().all(|v| *v == 0.0) {
                continue;
            }
            change.apply(&mut plane, size, self.noise_seed.wrapping_add(n as u64));
            image
                .iter_mut()
                .skip(n)
                .step_by(channels)
                .zip(plane)
                .for_each(|(v, new)| *v = new);
        }
    }
}

impl Channel {
    fn is_identity(&self) -> bool {
        let Self {
            shift,
            blur_pixels,
            gamma,
            contrast,
            brightness,
            noise,
            dropped,
        } = *self;
        shift == [0.0; 2]
            && [blur_pixels, brightness, noise] == [0.0; 3]
            && [gamma, contrast] == [1.0; 2]
            && !dropped
    }

    fn apply(&self, plane: &mut Vec<f32>, size: usize, noise_seed: u64) {
        if self.dropped {
            return plane.fill(0.0);
        }
        if self.shift != [0.0; 2] {
            let sources = Spatial {
                shift: self.shift,
                ..Spatial::IDENTITY
            }
            .sources(size, 0);
            *plane = resample(plane, 1, &sources, size);
        }
        if self.blur_pixels > 0.2 {
            blur(plane, size, self.blur_pixels);
        }
        self.remap(plane);
        if self.noise > 0.0 {
            let mut rng = ChaCha8Rng::seed_from_u64(noise_seed);
            let noise = self.noise as f32;
            plane
                .iter_mut()
                .for_each(|v| *v += noise * rng.sample::<f32, _>(rand_distr::StandardNormal));
        }
    }

    fn remap(&self, plane: &mut [f32]) {
        let (low, high) = plane
            .iter()
            .fold((f32::MAX, f32::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
        let span = high - low;
        if span <= 0.0 {
            return;
        }
        if self.gamma != 1.0 {
            let gamma = self.gamma as f32;
            plane
                .iter_mut()
                .for_each(|v| *v = low + span * ((*v - low) / span).powf(gamma));
        }
        let mean = (plane.iter().map(|v| f64::from(*v)).sum::<f64>() / plane.len() as f64) as f32;
        let (contrast, brightness) = (self.contrast as f32, self.brightness as f32);
        plane
            .iter_mut()
            .for_each(|v| *v = mean + (*v - mean) * contrast + brightness);
    }
}

/// A separable Gaussian blur; the border pixel is repeated outside.
fn blur(plane: &mut [f32], size: usize, deviation: f64) {
    let reach = (3.0 * deviation).ceil() as usize;
    let weights: Vec<f64> = (0..=2 * reach)
        .map(|n| (-0.5 * ((n as f64 - reach as f64) / deviation).powi(2)).exp())
        .collect();
    let total: f64 = weights.iter().sum();
    let weights: Vec<f32> = weights.into_iter().map(|w| (w / total) as f32).collect();
    let mut line = vec![0.0; size];
    for (stride, step) in [(size, 1), (1, size)] {
        for n in 0..size {
            line.iter_mut()
                .enumerate()
                .for_each(|(m, v)| *v = plane[n * stride + m * step]);
            for m in 0..size {
                let at = |d: usize| line[(m + d).saturating_sub(reach).min(size - 1)];
                plane[n * stride + m * step] =
                    weights.iter().enumerate().map(|(d, w)| w * at(d)).sum();
            }
        }
    }
}

/// Pixels that are set to 0 in all channels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PixelDropout {
    /// The share of pixels, 0 to 1.
    pub fraction: f64,
    /// The random seed of their positions.
    pub seed: u64,
}

impl PixelDropout {
    /// Changes the image (`[pixels][channels]`) in place.
    pub fn apply(&self, image: &mut [f32], channels: usize) {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let fraction = self.fraction.clamp(0.0, 1.0);
        image
            .chunks_exact_mut(channels)
            .filter(|_| rng.random_bool(fraction))
            .for_each(|p| p.fill(0.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drop_out_clears_about_its_share_of_whole_pixels() {
        let mut image = vec![1.0; 3 * 10_000];
        PixelDropout {
            fraction: 0.1,
            seed: 7,
        }
        .apply(&mut image, 3);
        let pixels = image.as_chunks::<3>().0;
        assert!(pixels.iter().all(|p| *p == [0.0; 3] || *p == [1.0; 3]));
        let cleared = pixels.iter().filter(|p| p[0] == 0.0).count();
        assert!((900..1100).contains(&cleared), "{cleared}");
    }

    #[test]
    fn a_blur_keeps_the_sum_and_spreads_a_point() {
        let mut plane = vec![0.0; 81];
        plane[40] = 1.0;
        blur(&mut plane, 9, 1.0);
        assert!((plane.iter().sum::<f32>() - 1.0).abs() < 1e-4);
        assert!(plane[40] < 0.2 && plane[41] > 0.05 && (plane[41] - plane[31 + 18]).abs() < 1e-6);
    }
}
