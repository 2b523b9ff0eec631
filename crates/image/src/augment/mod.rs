//! Augmentation of training images: drawn first, then applied, so that a sample can be reproduced
//! from its seed.
//!
//! Image and labels are resampled together, once; labels are taken from the nearest pixel, never
//! interpolated.
//!
//! ```
//! use myops_image::augment::{AugmentRanges, sample_rng};
//! use myops_image::label::Label;
//!
//! let (mut image, mut labels) = (vec![0.5; 64 * 64 * 3], vec![Label::LvPool; 64 * 64]);
//! let mut rng = sample_rng(1, 0, 7, "p1", 2);
//! let augmentation = AugmentRanges::STRONG.draw(&mut rng, 3);
//! augmentation.apply_within(&mut image, &mut labels, 64, 8);
//! assert_eq!((image.len(), labels.len()), (48 * 48 * 3, 48 * 48));
//! ```

mod elastic;
mod intensity;
mod ranges;
mod spatial;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub use elastic::Elastic;
pub use intensity::{Intensity, PixelDropout};
pub use ranges::AugmentRanges;
pub use spatial::Spatial;

use crate::label::Label;

/// The augmentation of one sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Augmentation {
    /// The spatial transform.
    pub spatial: Spatial,
    /// The change of intensities of each channel.
    pub intensity: Intensity,
    /// Pixels that are set to 0.
    pub dropout: Option<PixelDropout>,
}

impl Augmentation {
    /// Changes image and labels in place.
    ///
    /// # Shapes
    /// `image` is `[size][size][channels]`, `labels` `[size][size]`.
    pub fn apply(&self, image: &mut Vec<f32>, labels: &mut Vec<Label>, size: usize) {
        self.apply_within(image, labels, size, 0);
    }

    /// Changes image and labels in place and crops `margin` pixels from every side. Rotation and
    /// shift move pixels of the margin into the image.
    ///
    /// # Shapes
    /// `image` is `[size][size][channels]` and `labels` `[size][size]`; both sides become `size - 2 margin`.
    pub fn apply_within(
        &self,
        image: &mut Vec<f32>,
        labels: &mut Vec<Label>,
        size: usize,
        margin: usize,
    ) {
        let channels = image.len() / (size * size);
        if margin > 0 || !self.spatial.is_identity() {
            let sources = self.spatial.sources(size, margin);
            *image = spatial::resample(image, channels, &sources, size);
            *labels = spatial::pick(labels, &sources, size);
        }
        self.intensity.apply(image, channels, size - 2 * margin);
        if let Some(dropout) = &self.dropout {
            dropout.apply(image, channels);
        }
    }
}

/// The random generator of one sample. It depends only on these arguments, not on the order of
/// processing.
pub fn sample_rng(seed: u64, fold: usize, epoch: usize, case: &str, slice: usize) -> ChaCha8Rng {
    // FNV-1a is the same in every process and version.
    let name = case.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x100_0000_01B3)
    });
    let mut key = [0; 32];
    let parts = [seed, name, (fold as u64) << 32 | slice as u64, epoch as u64];
    for (bytes, part) in key.as_chunks_mut::<8>().0.iter_mut().zip(parts) {
        *bytes = part.to_le_bytes();
    }
    ChaCha8Rng::from_seed(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SIZE: usize = 48;

    /// Squares of the labels, and an image whose only channel is the label's class.
    fn sample() -> (Vec<f32>, Vec<Label>) {
        let labels: Vec<Label> = (0..SIZE * SIZE)
            .map(|p| Label::ALL[(p / SIZE / 8 + p % SIZE / 8 * 2) % 6])
            .collect();
        (labels.iter().map(|l| l.class() as f32).collect(), labels)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn image_and_labels_stay_together(seed: u64) {
            let (mut image, mut labels) = sample();
            let ranges = AugmentRanges { dropout: 0.0, ..AugmentRanges::PUBLISHED };
            let augmentation = ranges.draw(&mut sample_rng(seed, 0, 0, "a", 0), 1);
            augmentation.apply(&mut image, &mut labels, SIZE);
            // Away from the borders between squares, and inside the picture, both say the same class.
            let inner = |r: usize, c: usize| {
                let around = |dr: usize, dc: usize| labels[(r + dr - 1) * SIZE + c + dc - 1];
                (0..3).all(|dr| (0..3).all(|dc| around(dr, dc) == labels[r * SIZE + c]))
            };
            let mut compared = 0;
            for r in 1..SIZE - 1 {
                for c in 1..SIZE - 1 {
                    if inner(r, c) && labels[r * SIZE + c] != Label::Background {
                        compared += 1;
                        let class = labels[r * SIZE + c].class() as f32;
                        prop_assert!((image[r * SIZE + c] - class).abs() < 0.5, "{} {}", image[r * SIZE + c], class);
                    }
                }
            }
            prop_assert!(compared > 100);
        }

        #[test]
        fn the_same_seed_replays_the_same_sample(seed: u64, slice in 0usize..20) {
            let draw = |slice| AugmentRanges::STRONG.draw(&mut sample_rng(seed, 1, 2, "Case3001", slice), 3);
            prop_assert_eq!(draw(slice), draw(slice));
            prop_assert_ne!(draw(slice), draw(slice + 1));
        }
    }

    #[test]
    fn what_is_shifted_in_comes_from_the_margin() {
        let (image, labels) = sample();
        let (mut shifted, mut moved) = (image.clone(), labels.clone());
        let still = AugmentRanges::NONE.draw(&mut sample_rng(1, 0, 0, "a", 0), 1);
        let spatial = Spatial {
            shift: [4.0, 0.0],
            ..Spatial::IDENTITY
        };
        Augmentation { spatial, ..still }.apply_within(&mut shifted, &mut moved, SIZE, 8);
        let side = SIZE - 16;
        assert_eq!((shifted.len(), moved.len()), (side * side, side * side));
        // Row r of the result is row r + 8 - 4 of the image.
        for row in 0..side {
            let from = (row + 4) * SIZE + 8;
            assert_eq!(
                shifted[row * side..(row + 1) * side],
                image[from..from + side]
            );
            assert_eq!(
                moved[row * side..(row + 1) * side],
                labels[from..from + side]
            );
        }
    }

    #[test]
    fn nothing_drawn_changes_nothing() {
        let (mut image, mut labels) = sample();
        let before = (image.clone(), labels.clone());
        let augmentation = AugmentRanges::NONE.draw(&mut sample_rng(1, 0, 0, "a", 0), 1);
        augmentation.apply(&mut image, &mut labels, SIZE);
        assert_eq!((image, labels), before);
    }
}
