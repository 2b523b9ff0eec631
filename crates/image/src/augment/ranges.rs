//! Ranges of the augmentation.

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use super::intensity::Channel;
use super::{Augmentation, Elastic, Intensity, PixelDropout, Spatial};

/// Ranges from which augmentations are drawn; 0 disables one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AugmentRanges {
    /// The share of samples that are augmented; the others are unchanged.
    pub share: f64,
    /// The largest share of pixels set to zero.
    pub dropout: f64,
    /// The largest rotation in either direction, degrees.
    pub rotation_degrees: f64,
    /// The probability of a left-right flip.
    pub flip_horizontal: f64,
    /// The probability of a top-bottom flip.
    pub flip_vertical: f64,
    /// The largest change of scale: 0.2 draws factors from 1 / 1.2 to 1.2.
    pub scale: f64,
    /// The largest shift along either axis, pixels.
    pub shift_pixels: f64,
    /// The standard deviation of the elastic displacement of the control points, pixels.
    pub elastic_pixels: f64,
    /// Pixels between the control points of the elastic displacement.
    pub elastic_grid_pixels: f64,
    /// The largest change of contrast of a channel: 0.3 draws factors from 1 / 1.3 to 1.3.
    pub contrast: f64,
    /// The standard deviation of the value added to a channel.
    pub brightness: f64,
    /// The largest exponent of a channel's values: 1.5 draws from 1 / 1.5 to 1.5; 0 or 1 disables
    /// it.
    pub gamma: f64,
    /// The largest standard deviation of noise.
    pub noise: f64,
    /// The largest standard deviation of a blur, pixels.
    pub blur_pixels: f64,
    /// The largest shift of one sequence relative to the others, pixels.
    pub misalignment_pixels: f64,
    /// The probability that a sequence is left out; at least one is kept.
    pub sequence_dropout: f64,
}

impl Default for AugmentRanges {
    fn default() -> Self {
        Self::NONE
    }
}

impl AugmentRanges {
    /// No augmentation.
    pub const NONE: Self = Self {
        share: 1.0,
        dropout: 0.0,
        rotation_degrees: 0.0,
        flip_horizontal: 0.0,
        flip_vertical: 0.0,
        scale: 0.0,
        shift_pixels: 0.0,
        elastic_pixels: 0.0,
        elastic_grid_pixels: 32.0,
        contrast: 0.0,
        brightness: 0.0,
        gamma: 0.0,
        noise: 0.0,
        blur_pixels: 0.0,
        misalignment_pixels: 0.0,
        sequence_dropout: 0.0,
    };

    /// The four augmentations of the published system. Their ranges were not published.
    pub const PUBLISHED: Self = Self {
        dropout: 0.05,
        rotation_degrees: 30.0,
        flip_horizontal: 0.5,
        elastic_pixels: 3.0,
        ..Self::NONE
    };

    /// Wide ranges of spatial and intensity augmentation.
    pub const STRONG: Self = Self {
        rotation_degrees: 30.0,
        flip_horizontal: 0.5,
        flip_vertical: 0.5,
        scale: 0.2,
        shift_pixels: 8.0,
        elastic_pixels: 3.0,
        contrast: 0.3,
        brightness: 0.2,
        gamma: 1.5,
        noise: 0.15,
        blur_pixels: 0.8,
        misalignment_pixels: 1.5,
        sequence_dropout: 0.1,
        ..Self::NONE
    };

    /// Draws the augmentation of one sample with `channels` channels.
    pub fn draw(&self, rng: &mut impl Rng, channels: usize) -> Augmentation {
        let varied = rng.random_bool(self.share.clamp(0.0, 1.0));
        let ranges = if varied { *self } else { Self::NONE };
        ranges.draw_varied(rng, channels)
    }

    fn draw_varied(&self, rng: &mut impl Rng, channels: usize) -> Augmentation {
        let spatial = Spatial {
            rotation_degrees: symmetric(rng, self.rotation_degrees),
            flip_horizontal: rng.random_bool(self.flip_horizontal.clamp(0.0, 1.0)),
            flip_vertical: rng.random_bool(self.flip_vertical.clamp(0.0, 1.0)),
            scale: factor(rng, self.scale + 1.0),
            shift: [
                symmetric(rng, self.shift_pixels),
                symmetric(rng, self.shift_pixels),
            ],
            elastic: (self.elastic_pixels > 0.0)
                .then(|| Elastic::draw(rng, self.elastic_pixels, self.elastic_grid_pixels)),
        };
        let mut each: Vec<Channel> = (0..channels).map(|_| self.draw_channel(rng)).collect();
        let kept = rng.random_range(0..channels.max(1));
        each.iter_mut()
            .enumerate()
            .for_each(|(n, c)| c.dropped &= n != kept);
        let fraction = rng.random_range(0.0..=1.0) * self.dropout;
        let dropout = (fraction > 0.0).then(|| PixelDropout {
            fraction,
            seed: rng.random(),
        });
        Augmentation {
            spatial,
            intensity: Intensity {
                channels: each,
                noise_seed: rng.random(),
            },
            dropout,
        }
    }

    fn draw_channel(&self, rng: &mut impl Rng) -> Channel {
        let noise: f64 = rng.random_range(0.0..=1.0);
        Channel {
            contrast: factor(rng, self.contrast + 1.0),
            brightness: rng.sample::<f64, _>(rand_distr::StandardNormal) * self.brightness,
            gamma: factor(rng, self.gamma.max(1.0)),
            noise: noise * noise * self.noise,
            blur_pixels: (rng.random_range(-1.0..=1.0) * self.blur_pixels).max(0.0),
            shift: [
                symmetric(rng, self.misalignment_pixels),
                symmetric(rng, self.misalignment_pixels),
            ],
            dropped: rng.random_bool(self.sequence_dropout.clamp(0.0, 1.0)),
        }
    }
}

fn symmetric(rng: &mut impl Rng, bound: f64) -> f64 {
    rng.random_range(-1.0..=1.0) * bound
}

/// A factor between 1 / `bound` and `bound`, log-uniformly distributed.
fn factor(rng: &mut impl Rng, bound: f64) -> f64 {
    bound.powf(rng.random_range(-1.0..=1.0))
}
