//! Where the heart lies, found by a small network on coarse pixels.

use myops_image::geometry::{Affine, Grid, Spacing};
use myops_image::label::{Label, Region};
use myops_image::preprocess::{HeartCentre, Preprocess};
use myops_image::study::Study;
use myops_image::volume::Volume;
use myops_measure::quantify::Pieces;

use super::flips::Flips;
use super::forward::Predictor;
use super::header::LocatorHeader;
use super::segmentation::SegmentError;
use myops_net::engine::Device;
use myops_net::weights::{Weights, WeightsError};

/// A heart's shadow over all slices is larger than this: a fifth of the smallest one of the training data.
const SMALLEST_HEART_MM2: f64 = 500.0;

/// A small network that finds the heart.
#[derive(Debug)]
pub struct Locator {
    preprocess: Preprocess,
    network: Predictor,
}

impl Locator {
    /// Puts weights into the network that the header names.
    ///
    /// # Errors
    /// Where they do not fit.
    pub fn new(
        header: LocatorHeader,
        weights: &Weights,
        device: &Device,
    ) -> Result<Self, WeightsError> {
        let network = Predictor::new(header.model, weights, device)?;
        Ok(Self {
            preprocess: header.preprocess,
            network,
        })
    }

    /// The middle of the heart; `None` where no heart is seen.
    ///
    /// # Errors
    /// Where the study cannot be made an input, or the network's output is not a number.
    pub fn find(&self, study: &Study) -> Result<Option<HeartCentre>, SegmentError> {
        let (prepared, restore) = self.preprocess.apply(study)?;
        let p = self
            .network
            .probabilities(&prepared, Flips::None.mirrors(0, 1))
            .map_err(SegmentError::of(study))?;
        let [row_mm, column_mm, _] = restore.spacing_mm();
        let smallest = (SMALLEST_HEART_MM2 / (row_mm * column_mm)).ceil() as usize;
        Ok(heart(p.values(), prepared.size, smallest)
            .map(|HeartCentre(pixel)| restore.place(pixel)))
    }
}

/// The middle of the box about the heart in pixels of the network's grid, over all slices.
///
/// A pixel is heart where that is likelier than not in any slice; of several pieces the largest counts, unless it has
/// fewer than `smallest` pixels.
///
/// # Shapes
/// `probabilities` is `[slice][row][column][label]`.
fn heart(probabilities: &[f32], size: usize, smallest: usize) -> Option<HeartCentre> {
    let mut shadow = vec![Label::Background; size * size];
    for slice in probabilities.chunks_exact(size * size * Label::ALL.len()) {
        for (label, p) in shadow.iter_mut().zip(slice.chunks_exact(Label::ALL.len())) {
            if p[1..].iter().sum::<f32>() > 0.5 {
                *label = Label::Myocardium;
            }
        }
    }
    let spacing = Spacing::new_mm([1.0; 3]).ok()?;
    let grid = Grid::new([size, size, 1], Affine::from_spacing(spacing)).ok()?;
    let pieces = Pieces::of(&Volume::new(grid, shadow).ok()?, Region::WALL);
    let largest = pieces
        .largest()
        .filter(|n| pieces.voxels[*n as usize - 1] >= smallest)?;
    let pixels = pieces
        .ids
        .data()
        .iter()
        .enumerate()
        .filter(|(_, id)| **id == largest);
    HeartCentre::of_pixels(
        pixels.map(|(pixel, _)| [pixel / size, pixel % size]),
        [size, size],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: usize = 16;

    /// Probabilities of two slices: wall in the given pixels of the second.
    fn seen(pixels: &[[usize; 2]], p: f32) -> Vec<f32> {
        let slice = |lit: bool| {
            (0..SIZE * SIZE).flat_map(move |pixel| {
                let wall = if lit && pixels.contains(&[pixel / SIZE, pixel % SIZE]) {
                    p
                } else {
                    0.1
                };
                [1.0 - wall, wall / 2.0, 0.0, wall / 2.0, 0.0, 0.0]
            })
        };
        slice(false).chain(slice(true)).collect()
    }

    #[test]
    fn the_largest_piece_gives_the_centre_and_a_stray_pixel_does_not_move_it() {
        let block = (2..6)
            .flat_map(|r| (8..13).map(move |c| [r, c]))
            .chain([[15, 0]])
            .collect::<Vec<_>>();
        assert_eq!(
            heart(&seen(&block, 0.9), SIZE, 10),
            Some(HeartCentre([3.5, 10.0]))
        );
    }

    #[test]
    fn too_small_or_too_doubtful_is_no_heart() {
        let block: Vec<_> = (2..6).flat_map(|r| (8..13).map(move |c| [r, c])).collect();
        assert_eq!(heart(&seen(&block, 0.9), SIZE, 21), None);
        assert_eq!(heart(&seen(&block, 0.4), SIZE, 1), None);
        assert_eq!(heart(&seen(&[], 0.9), SIZE, 1), None);
    }
}
