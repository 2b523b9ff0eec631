//! Spatial augmentation: the source position of every pixel.

use super::elastic::Elastic;

/// Rotation, flips, scale, shift and elastic displacement about the centre of the image, in one resampling.
#[derive(Debug, Clone, PartialEq)]
pub struct Spatial {
    /// Rotation, counter-clockwise as displayed, degrees.
    pub rotation_degrees: f64,
    /// Whether left and right are swapped.
    pub flip_horizontal: bool,
    /// Whether top and bottom are swapped.
    pub flip_vertical: bool,
    /// Scale factor; above 1, structures become larger.
    pub scale: f64,
    /// Shift towards higher rows and columns, pixels.
    pub shift: [f64; 2],
    /// The elastic displacement.
    pub elastic: Option<Elastic>,
}

impl Spatial {
    /// The identity.
    pub const IDENTITY: Self = Self {
        rotation_degrees: 0.0,
        flip_horizontal: false,
        flip_vertical: false,
        scale: 1.0,
        shift: [0.0; 2],
        elastic: None,
    };

    /// Whether it is the identity.
    pub fn is_identity(&self) -> bool {
        *self == Self::IDENTITY
    }

    /// The source position (row, column) of each pixel of a square image, without `margin` pixels
    /// on every side.
    pub fn sources(&self, size: usize, margin: usize) -> Vec<[f32; 2]> {
        let centre = (size as f64 - 1.0) / 2.0;
        let (sin, cos) = self.rotation_degrees.to_radians().sin_cos();
        let mut sources = Vec::with_capacity(size * size);
        for row in margin..size - margin {
            for column in margin..size - margin {
                let y = (row as f64 - centre - self.shift[0]) / self.scale;
                let x = (column as f64 - centre - self.shift[1]) / self.scale;
                // Rows increase downwards, so this is counter-clockwise as displayed.
                let (mut y, mut x) = (cos * y + sin * x, cos * x - sin * y);
                if let Some(elastic) = &self.elastic {
                    let [dy, dx] = elastic.at([y, x]);
                    (y, x) = (y + dy, x + dx);
                }
                let y = if self.flip_vertical { -y } else { y };
                let x = if self.flip_horizontal { -x } else { x };
                sources.push([(y + centre) as f32, (x + centre) as f32]);
            }
        }
        sources
    }
}

/// The image at every source position, interpolated linearly; 0 outside.
pub fn resample(image: &[f32], channels: usize, sources: &[[f32; 2]], size: usize) -> Vec<f32> {
    let mut out = vec![0.0; sources.len() * channels];
    let last = size as f32 - 1.0;
    for (&[row, column], out) in sources.iter().zip(out.chunks_exact_mut(channels)) {
        if !(0.0..=last).contains(&row) || !(0.0..=last).contains(&column) {
            continue;
        }
        let (r, c) = (row as usize, column as usize);
        let (wr, wc) = (row - r as f32, column - c as f32);
        let (r1, c1) = ((r + 1).min(size - 1), (c + 1).min(size - 1));
        for (at, weight) in [
            ((r, c), (1.0 - wr) * (1.0 - wc)),
            ((r, c1), (1.0 - wr) * wc),
            ((r1, c), wr * (1.0 - wc)),
            ((r1, c1), wr * wc),
        ] {
            let pixel = &image[(at.0 * size + at.1) * channels..];
            out.iter_mut()
                .zip(pixel)
                .for_each(|(o, v)| *o += weight * v);
        }
    }
    out
}

/// The value of the pixel nearest to every source position; the default outside.
pub fn pick<T: Copy + Default>(values: &[T], sources: &[[f32; 2]], size: usize) -> Vec<T> {
    let last = size as f32 - 1.0;
    let at = |v: f32| (0.0..=last).contains(&v).then(|| v.round() as usize);
    let pick = |&[row, column]: &[f32; 2]| match (at(row), at(column)) {
        (Some(row), Some(column)) => values[row * size + column],
        _ => T::default(),
    };
    sources.iter().map(pick).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(spatial: &Spatial) -> Vec<u8> {
        pick(&[1, 2, 3, 4], &spatial.sources(2, 0), 2)
    }

    #[test]
    fn flips_and_quarter_turns_of_four_pixels() {
        // 1 2
        // 3 4
        assert_eq!(
            picked(&Spatial {
                flip_horizontal: true,
                ..Spatial::IDENTITY
            }),
            [2, 1, 4, 3]
        );
        assert_eq!(
            picked(&Spatial {
                flip_vertical: true,
                ..Spatial::IDENTITY
            }),
            [3, 4, 1, 2]
        );
        let turned = Spatial {
            rotation_degrees: 90.0,
            ..Spatial::IDENTITY
        }
        .sources(2, 0);
        let turned: Vec<[f32; 2]> = turned.into_iter().map(|p| p.map(f32::round)).collect();
        assert_eq!(pick(&[1, 2, 3, 4], &turned, 2), [2, 4, 1, 3]);
    }

    #[test]
    fn a_shift_moves_the_image_towards_higher_rows() {
        let sources = Spatial {
            shift: [1.0, 0.0],
            ..Spatial::IDENTITY
        }
        .sources(3, 0);
        assert_eq!(
            pick(&[1, 2, 3, 4, 5, 6, 7, 8, 9], &sources, 3),
            [0, 0, 0, 1, 2, 3, 4, 5, 6]
        );
        let image: Vec<f32> = (1u8..10).map(f32::from).collect();
        assert_eq!(
            resample(&image, 1, &sources, 3),
            [0., 0., 0., 1., 2., 3., 4., 5., 6.]
        );
    }
}
