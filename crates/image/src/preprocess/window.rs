//! The square window of a slice that a network sees.

use crate::geometry::Grid;

/// A square grid of pixels over a slice: pixel `[row, column]` is at row `offset[0] + row *
/// step[0]` and column `offset[1] + column * step[1]` of the image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    size: usize,
    offset: [f64; 2],
    step: [f64; 2],
}

impl Window {
    /// The centre of the image: `size` pixels of `spacing_mm`, or of the image's own spacing, which
    /// needs no interpolation.
    pub fn central(grid: &Grid, size: usize, spacing_mm: Option<f64>) -> Self {
        let ([ni, nj, _], [i_mm, j_mm, _]) = (grid.shape(), grid.spacing().rounded_mm());
        let Some(mm) = spacing_mm else {
            let offset = [nj, ni].map(|n| (n as i64 - size as i64).div_euclid(2) as f64);
            return Self {
                size,
                offset,
                step: [1.0; 2],
            };
        };
        Self::about(
            [(nj as f64 - 1.0) / 2.0, (ni as f64 - 1.0) / 2.0],
            size,
            [mm / j_mm, mm / i_mm],
        )
    }

    /// The square of `size` pixels, `step` image pixels apart, with its centre at `[row, column]`
    /// of the image.
    pub fn about(centre: [f64; 2], size: usize, step: [f64; 2]) -> Self {
        let half = (size as f64 - 1.0) / 2.0;
        Self {
            size,
            offset: [centre[0] - half * step[0], centre[1] - half * step[1]],
            step,
        }
    }

    /// The number of pixels along a side of the square.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The image position of a position in the square, both `[row, column]`.
    pub fn place(&self, [row, column]: [f64; 2]) -> [f64; 2] {
        [
            self.offset[0] + row * self.step[0],
            self.offset[1] + column * self.step[1],
        ]
    }

    /// The number of pixels in the square.
    pub fn pixels(&self) -> usize {
        self.size * self.size
    }

    /// The distance of pixels in image pixels, along rows and columns.
    pub fn step(&self) -> [f64; 2] {
        self.step
    }

    /// Calls `put` with each pixel of the square, counted row by row, and its value, interpolated
    /// linearly; 0 outside the image. A pixel that covers several image pixels is the mean of as
    /// many positions, to avoid aliasing.
    ///
    /// `image` is `[rows][columns]`.
    pub fn sample(
        &self,
        image: &[f32],
        [rows, columns]: [usize; 2],
        mut put: impl FnMut(usize, f32),
    ) {
        let y: Vec<_> = (0..self.size).map(|row| self.taps(row, 0, rows)).collect();
        let x: Vec<_> = (0..self.size)
            .map(|column| self.taps(column, 1, columns))
            .collect();
        for (row, y) in y.iter().enumerate() {
            for (column, x) in x.iter().enumerate() {
                let mut value = 0.0;
                for (j, wy) in y {
                    for (i, wx) in x {
                        value += wy * wx * image[j * columns + i];
                    }
                }
                put(row * self.size + column, value);
            }
        }
    }

    /// The image pixels along an axis of `n` that contribute to a pixel of the square, with their
    /// weights.
    fn taps(&self, pixel: usize, axis: usize, n: usize) -> Vec<(usize, f32)> {
        let places = self.step[axis].round().max(1.0);
        let (first, apart) = (
            self.at(pixel, axis) - self.step[axis] / 2.0,
            self.step[axis] / places,
        );
        let taps = (0..places as usize).flat_map(|m| split(first + (m as f64 + 0.5) * apart, n));
        taps.flatten()
            .map(|(i, weight)| (i, weight / places as f32))
            .collect()
    }

    /// The value of the nearest image pixel for each pixel of the square, the default outside the image.
    pub fn nearest<T: Copy + Default>(&self, image: &[T], [rows, columns]: [usize; 2]) -> Vec<T> {
        let along = |axis: usize, n: usize| -> Vec<Option<usize>> {
            let position = |pixel| {
                let v = self.at(pixel, axis).round();
                (v >= 0.0 && v < n as f64).then_some(v as usize)
            };
            (0..self.size).map(position).collect()
        };
        let across = along(1, columns);
        let mut found = Vec::with_capacity(self.pixels());
        for row in along(0, rows) {
            let row = row.map(|j| &image[j * columns..(j + 1) * columns]);
            found.extend(across.iter().map(|i| match (row, i) {
                (Some(row), Some(i)) => row[*i],
                _ => T::default(),
            }));
        }
        found
    }

    /// Calls `put` with each pixel of an image inside the square, counted row by row, and the values of the square there,
    /// interpolated linearly.
    ///
    /// `values` is `[row][column][n]` with `n` numbers per pixel.
    pub fn interpolate(
        &self,
        values: &[f32],
        n: usize,
        [rows, columns]: [usize; 2],
        mut put: impl FnMut(usize, &[f32]),
    ) {
        let (y, x) = (self.around(0, rows), self.around(1, columns));
        let mut pixel = vec![0.0; n];
        for (row, y) in y {
            for (column, x) in &x {
                pixel.fill(0.0);
                for (j, wy) in y.iter().flatten() {
                    for (i, wx) in x.iter().flatten() {
                        let at = (j * self.size + i) * n;
                        let weight = wy * wx;
                        let pairs = pixel.iter_mut().zip(&values[at..at + n]);
                        pairs.for_each(|(sum, v)| *sum += weight * v);
                    }
                }
                put(row * columns + column, &pixel);
            }
        }
    }

    /// The image pixels along an axis of `n` inside the square, each with the pixels of the square around it.
    fn around(&self, axis: usize, n: usize) -> Vec<(usize, Taps)> {
        let (inside, last) = (-0.5..self.size as f64 - 0.5, (self.size - 1) as f64);
        let place = |at: usize| (at, (at as f64 - self.offset[axis]) / self.step[axis]);
        let places = (0..n).map(place).filter(|(_, at)| inside.contains(at));
        places
            .map(|(pixel, at)| (pixel, split(at.clamp(0.0, last), self.size)))
            .collect()
    }

    fn at(&self, pixel: usize, axis: usize) -> f64 {
        self.offset[axis] + pixel as f64 * self.step[axis]
    }
}

/// Two neighbouring pixels with their weights; none outside or with weight 0.
type Taps = [Option<(usize, f32)>; 2];

/// The two pixels around a position.
fn split(position: f64, n: usize) -> Taps {
    let floor = position.floor();
    let weight = (position - floor) as f32;
    let pixel =
        |at: f64, w: f32| (at >= 0.0 && at < n as f64 && w > 0.0).then_some((at as usize, w));
    [pixel(floor, 1.0 - weight), pixel(floor + 1.0, weight)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_pixels_values_are_interpolated_and_outside_they_are_zero() {
        // Columns 0.5, 1.5, ... of a row 0 1 2 3, rows at -1, 0, ...
        let window = Window {
            size: 4,
            offset: [-1.0, 0.5],
            step: [1.0, 1.0],
        };
        let mut out = [9.0; 16];
        window.sample(&[0.0, 1.0, 2.0, 3.0], [1, 4], |pixel, value| {
            out[pixel] = value;
        });
        assert_eq!(out[..4], [0.0; 4]);
        assert_eq!(out[4..8], [0.5, 1.5, 2.5, 1.5]);
    }

    #[test]
    fn a_pixel_over_three_of_the_image_is_their_mean() {
        let window = Window {
            size: 1,
            offset: [0.0, 1.0],
            step: [1.0, 3.0],
        };
        let mut out = 0.0;
        window.sample(&[1.0, 5.0, 9.0, 100.0], [1, 4], |_, value| out = value);
        assert!((out - 5.0).abs() < 1e-5, "{out}");
    }
}
