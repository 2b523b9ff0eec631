//! The rotation of a q-form: a unit quaternion, of which the header holds (b, c, d), and the sign of the third axis.

use crate::geometry::Affine;

use super::error::Flaw;

/// The largest excess over 1 of the squared length of (b, c, d) that counts as rounding.
const QUATERNION_EXCESS: f64 = 1e-3;
/// Below this value of `1 - b² - c² - d²`, the quaternion's `a` is 0, a half turn (`nifti1_io.c`,
/// `nifti_quatern_to_mat44`).
const HALF_TURN: f64 = 1e-7;
/// The largest cosine between two axes that count as orthogonal.
const RIGHT_ANGLE: f64 = 1e-5;
/// The rotation matrix of a quaternion's (b, c, d).
///
/// Source: `nifti1_io.c`, `nifti_quatern_to_mat44`.
///
/// # Errors
/// [`Flaw::Quaternion`] for one that is longer than 1, or NaN.
pub(super) fn rotation(quaternion: [f32; 3]) -> Result<[[f64; 3]; 3], Flaw> {
    let [mut b, mut c, mut d] = quaternion.map(f64::from);
    let length2 = b * b + c * c + d * d;
    if length2.is_nan() || length2 > 1.0 + QUATERNION_EXCESS {
        return Err(Flaw::Quaternion(quaternion));
    }
    let mut a = 0.0;
    if 1.0 - length2 < HALF_TURN {
        [b, c, d] = [b, c, d].map(|v| v / length2.sqrt());
    } else {
        a = (1.0 - length2).sqrt();
    }
    Ok([
        [
            a * a + b * b - c * c - d * d,
            2.0 * (b * c - a * d),
            2.0 * (b * d + a * c),
        ],
        [
            2.0 * (b * c + a * d),
            a * a + c * c - b * b - d * d,
            2.0 * (c * d - a * b),
        ],
        [
            2.0 * (b * d - a * c),
            2.0 * (c * d + a * b),
            a * a + d * d - b * b - c * c,
        ],
    ])
}

/// The directions of a grid's orthogonal axes, with the third mirrored if that makes them a
/// rotation.
pub(super) struct Rotation {
    /// `columns[axis]` is the direction of `axis` in world coordinates.
    columns: [[f64; 3]; 3],
    mirrored: bool,
}

impl Rotation {
    /// The rotation of an affine; `None` if its axes are not orthogonal.
    pub(super) fn of(affine: &Affine) -> Option<Self> {
        let spacing = affine.spacing().mm();
        let mut columns = [0, 1, 2].map(|axis| affine.column(axis).map(|v| v / spacing[axis]));
        let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        let [i, j, k] = columns;
        if [dot(i, j), dot(i, k), dot(j, k)]
            .iter()
            .any(|cosine| cosine.abs() > RIGHT_ANGLE)
        {
            return None;
        }
        let normal = [
            i[1] * j[2] - i[2] * j[1],
            i[2] * j[0] - i[0] * j[2],
            i[0] * j[1] - i[1] * j[0],
        ];
        let mirrored = dot(normal, k) < 0.0;
        if mirrored {
            columns[2] = k.map(|v| -v);
        }
        Some(Self { columns, mirrored })
    }

    /// The quaternion's (b, c, d), with `a >= 0`, and the q-form's `qfac`.
    ///
    /// Source: `nifti1_io.c`, `nifti_mat44_to_quatern`.
    pub(super) fn quaternion(&self) -> ([f32; 3], f32) {
        let r = |row: usize, column: usize| self.columns[column][row];
        // Four times the square of a, b, c and d; the largest is a safe divisor.
        let squares = [
            1.0 + r(0, 0) + r(1, 1) + r(2, 2),
            1.0 + r(0, 0) - r(1, 1) - r(2, 2),
            1.0 - r(0, 0) + r(1, 1) - r(2, 2),
            1.0 - r(0, 0) - r(1, 1) + r(2, 2),
        ];
        let largest = (0..4).fold(
            0,
            |best, n| if squares[n] > squares[best] { n } else { best },
        );
        let (twice, sums) = (
            squares[largest].sqrt(),
            [r(1, 0) + r(0, 1), r(2, 0) + r(0, 2), r(2, 1) + r(1, 2)],
        );
        let turns = [r(2, 1) - r(1, 2), r(0, 2) - r(2, 0), r(1, 0) - r(0, 1)];
        let four = match largest {
            0 => [twice * twice, turns[0], turns[1], turns[2]],
            1 => [turns[0], twice * twice, sums[0], sums[1]],
            2 => [turns[1], sums[0], twice * twice, sums[2]],
            _ => [turns[2], sums[1], sums[2], twice * twice],
        };
        let [a, b, c, d] = four.map(|v| v / (2.0 * twice));
        let sign = if a < 0.0 { -1.0 } else { 1.0 };
        (
            [b, c, d].map(|v| (sign * v) as f32),
            if self.mirrored { -1.0 } else { 1.0 },
        )
    }
}
