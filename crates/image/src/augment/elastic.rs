//! A smooth random displacement.

use rand::{Rng, RngExt};

/// Control points on each side of the middle one, enough for images of 1024 pixels at a spacing of
/// 32; beyond them, the displacement is that of the outermost one.
const REACH: usize = 18;

/// A displacement that is drawn at the points of a coarse grid and interpolated by cubic B-splines
/// (Rueckert et al., IEEE TMI 1999).
#[derive(Debug, Clone, PartialEq)]
pub struct Elastic {
    grid_pixels: f64,
    /// `[rows][columns]` of `[row, column]` displacements, pixels.
    points: Vec<[f32; 2]>,
}

const SIDE: usize = 2 * REACH + 1;

impl Elastic {
    /// Draws normally distributed displacements of the given standard deviation (pixels), one every
    /// `grid_pixels`.
    pub fn draw(rng: &mut impl Rng, deviation_pixels: f64, grid_pixels: f64) -> Self {
        let mut one =
            || (rng.sample::<f64, _>(rand_distr::StandardNormal) * deviation_pixels) as f32;
        let points = (0..SIDE * SIDE).map(|_| [one(), one()]).collect();
        Self {
            grid_pixels: grid_pixels.max(8.0),
            points,
        }
    }

    /// The displacement (row, column; pixels) at a position relative to the image's centre.
    pub fn at(&self, [row, column]: [f64; 2]) -> [f64; 2] {
        let (r, wr) = self.weights(row);
        let (c, wc) = self.weights(column);
        let mut sum = [0.0; 2];
        for (dr, wr) in wr.into_iter().enumerate() {
            for (dc, wc) in wc.into_iter().enumerate() {
                let point = self.points[(r + dr).min(SIDE - 1) * SIDE + (c + dc).min(SIDE - 1)];
                let weight = f64::from(wr * wc);
                sum[0] += weight * f64::from(point[0]);
                sum[1] += weight * f64::from(point[1]);
            }
        }
        sum
    }

    /// The first of four control points and the weight of each.
    fn weights(&self, place: f64) -> (usize, [f32; 4]) {
        let position = (place / self.grid_pixels + (REACH - 1) as f64).max(0.0);
        let first = position.floor();
        let t = (position - first) as f32;
        let u = 1.0 - t;
        let weights = [
            u * u * u / 6.0,
            (3.0 * t * t * t - 6.0 * t * t + 4.0) / 6.0,
            (3.0 * u * u * u - 6.0 * u * u + 4.0) / 6.0,
            t * t * t / 6.0,
        ];
        (first as usize, weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_control_points_move_every_pixel_alike() {
        let elastic = Elastic {
            grid_pixels: 32.0,
            points: vec![[2.0, -1.0]; SIDE * SIDE],
        };
        for place in [[0.0, 0.0], [-127.5, 63.0], [300.0, -511.0]] {
            let [row, column] = elastic.at(place);
            assert!(
                (row - 2.0).abs() < 1e-6 && (column + 1.0).abs() < 1e-6,
                "{row} {column}"
            );
        }
    }
}
