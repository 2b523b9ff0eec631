//! The part of the slices in which images are compared.

use rayon::prelude::*;

use super::edges::Edges;
use crate::geometry::Grid;
use crate::preprocess::framing::HeartCentre;
use crate::preprocess::window::Window;
use crate::volume::Volume;

/// The pixel size of the comparison, mm: fine enough for the wall, coarse enough to suppress noise.
pub const PIXEL_MM: f64 = 2.0;

/// The side of the square around the heart in which images are compared, pixels.
const SIDE: usize = 48;

/// The square of every slice that is compared, with a margin for the largest shift.
pub struct Field {
    /// The middle of the square, pixels of the image (row, column).
    pub centre: [f64; 2],
    pixel: [f64; 2],
}

impl Field {
    /// That about the heart, or about the middle of the slices.
    pub fn about(grid: &Grid, heart: Option<HeartCentre>) -> Self {
        let ([ni, nj, _], [i_mm, j_mm, _]) = (grid.shape(), grid.spacing().rounded_mm());
        let middle = [nj, ni].map(|n| (n as f64 - 1.0) / 2.0);
        let centre = heart.map_or(middle, |HeartCentre(centre)| centre);
        Self {
            centre,
            pixel: [PIXEL_MM / j_mm, PIXEL_MM / i_mm],
        }
    }

    /// The edges of each slice of an image that is shifted by `shift_mm` and seen `scale` times as large, with a margin of
    /// `reach` pixels.
    pub fn edges(
        &self,
        image: &Volume<f32>,
        shift_mm: [f64; 2],
        scale: f64,
        reach: usize,
    ) -> Vec<Edges> {
        let [columns, rows, slices] = image.shape();
        let centre =
            [0, 1].map(|axis| self.centre[axis] + shift_mm[axis] / PIXEL_MM * self.pixel[axis]);
        let window = Window::about(
            centre,
            SIDE + 2 * reach,
            self.pixel.map(|pixel| pixel * scale),
        );
        let slice = |k| {
            let mut values = vec![0.0; window.pixels()];
            window.sample(image.slice(k), [rows, columns], |pixel, value| {
                values[pixel] = value;
            });
            Edges::of(&values, window.size())
        };
        (0..slices).into_par_iter().map(slice).collect()
    }
}
