//! Ranges of the augmentation.

use myops_settings::{Switch, settings, zero_is_off};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use super::intensity::Channel;
use super::{Augmentation, Elastic, Intensity, PixelDropout, Spatial};

settings! {
    /// Ranges from which augmentations are drawn.
    ///
    /// Those of sizes, shares and probabilities end at 0, which changes nothing.
    #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    pub struct AugmentRanges {
        /// Share of samples that are augmented; the others are unchanged.
        #[within(0, 1)]
        pub share: f64,
        /// Largest share of pixels set to zero.
        #[within(0, 1)]
        pub dropout: f64,
        /// Largest rotation in either direction, degrees.
        #[within(0, 180)]
        pub rotation_degrees: f64,
        /// Probability of a left-right flip.
        #[within(0, 1)]
        pub flip_horizontal: f64,
        /// Probability of a top-bottom flip.
        #[within(0, 1)]
        pub flip_vertical: f64,
        /// Largest change of scale: 0.2 draws factors from 1 / 1.2 to 1.2.
        #[within(0, 10)]
        pub scale: f64,
        /// Largest shift along either axis, pixels.
        #[within(0, 1000)]
        pub shift_pixels: f64,
        /// Standard deviation of the elastic displacement of the control points, pixels.
        #[within(0, 1000)]
        pub elastic_pixels: f64,
        /// Pixels between the control points of the elastic displacement.
        #[within(8, 1000)]
        pub elastic_grid_pixels: f64,
        /// Largest change of contrast of a channel: 0.3 draws factors from 1 / 1.3 to 1.3.
        #[within(0, 10)]
        pub contrast: f64,
        /// Standard deviation of the value added to a channel.
        #[within(0, 10)]
        pub brightness: f64,
        /// Largest exponent of a channel's values: 1.5 draws from 1 / 1.5 to 1.5; "off" leaves them.
        #[serde(deserialize_with = "zero_is_off")]
        #[within(1, 10)]
        pub gamma: Switch<f64>,
        /// Largest standard deviation of noise.
        #[within(0, 10)]
        pub noise: f64,
        /// Largest standard deviation of a blur, pixels.
        #[within(0, 100)]
        pub blur_pixels: f64,
        /// Largest shift of one sequence relative to the others, pixels.
        #[within(0, 1000)]
        pub misalignment_pixels: f64,
        /// Probability that a sequence is left out; at least one is kept.
        #[within(0, 1)]
        pub sequence_dropout: f64,
    }
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
        gamma: Switch::Off,
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
        gamma: Switch::On(1.5),
        noise: 0.15,
        blur_pixels: 0.8,
        misalignment_pixels: 1.5,
        sequence_dropout: 0.1,
        ..Self::NONE
    };

    /// Draws the augmentation of one sample with `channels` channels.
    pub fn draw(&self, rng: &mut impl Rng, channels: usize) -> Augmentation {
        self.draw_for(rng, &vec![true; channels])
    }

    /// Draws the augmentation of one sample of which only some channels hold an image; of these, at least one is kept.
    pub fn draw_for(&self, rng: &mut impl Rng, there: &[bool]) -> Augmentation {
        let varied = rng.random_bool(self.share.clamp(0.0, 1.0));
        let ranges = if varied { *self } else { Self::NONE };
        ranges.draw_varied(rng, there)
    }

    fn draw_varied(&self, rng: &mut impl Rng, there: &[bool]) -> Augmentation {
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
        let mut each: Vec<Channel> = there.iter().map(|_| self.draw_channel(rng)).collect();
        let candidates = there.iter().filter(|there| **there).count();
        let kept = rng.random_range(0..candidates.max(1));
        let mut held = each.iter_mut().zip(there).filter(|(_, there)| **there);
        if let Some((channel, _)) = held.nth(kept) {
            channel.dropped = false;
        }
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
            gamma: factor(rng, self.gamma.on().unwrap_or(1.0)),
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
