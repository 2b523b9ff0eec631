//! The map from voxel indices to patient coordinates.

use super::{GeometryError, Spacing};

/// An invertible affine map from voxel indices `[i, j, k]` to world coordinates (RAS+, mm).
///
/// Rows are world axes: `world[r] = m[r][0] i + m[r][1] j + m[r][2] k + m[r][3]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine([[f64; 4]; 3]);

impl Affine {
    /// Takes the upper three rows of the homogeneous matrix.
    ///
    /// # Errors
    /// [`GeometryError::Singular`] if the matrix is not finite or cannot be inverted. The test
    /// scales all columns to length 1, so that small voxels are accepted.
    pub fn new(rows: [[f64; 4]; 3]) -> Result<Self, GeometryError> {
        let affine = Self(rows);
        let det = affine.determinant();
        let lengths: f64 = affine.column_lengths().iter().product();
        let finite = rows.iter().flatten().all(|v| v.is_finite());
        if finite && lengths > 0.0 && (det / lengths).abs() > 1e-6 {
            Ok(affine)
        } else {
            Err(GeometryError::Singular(det))
        }
    }

    /// Axis-aligned voxels of the given spacing, the first voxel's centre at the origin.
    pub fn from_spacing(spacing: Spacing) -> Self {
        let [x, y, z] = spacing.mm();
        Self([[x, 0.0, 0.0, 0.0], [0.0, y, 0.0, 0.0], [0.0, 0.0, z, 0.0]])
    }

    /// The upper three rows of the homogeneous matrix.
    pub fn rows(&self) -> [[f64; 4]; 3] {
        self.0
    }

    /// The same voxels, counted from the one at `first`.
    pub(super) fn counted_from(self, first: [f64; 3]) -> Self {
        let origin = self.apply(first);
        let mut rows = self.0;
        rows.iter_mut()
            .zip(origin)
            .for_each(|(row, at)| row[3] = at);
        Self(rows)
    }

    /// World coordinates (mm) of a voxel position.
    pub fn apply(&self, voxel: [f64; 3]) -> [f64; 3] {
        self.0
            .map(|r| r[0] * voxel[0] + r[1] * voxel[1] + r[2] * voxel[2] + r[3])
    }

    /// The voxel position of world coordinates (mm): the inverse of [`Self::apply`].
    pub fn voxel_at(&self, world: [f64; 3]) -> [f64; 3] {
        let [a, b, c] = [0, 1, 2].map(|axis| self.column(axis));
        let from_first = [0, 1, 2].map(|r| world[r] - self.0[r][3]);
        let determinant = self.determinant();
        [cross(b, c), cross(c, a), cross(a, b)].map(|row| {
            let along: f64 = row.iter().zip(from_first).map(|(r, w)| r * w).sum();
            along / determinant
        })
    }

    /// The world step (mm) of one voxel along `axis`.
    pub fn column(&self, axis: usize) -> [f64; 3] {
        [self.0[0][axis], self.0[1][axis], self.0[2][axis]]
    }

    /// The spacing, which is the length of each column.
    ///
    /// # Panics
    /// Never: an invertible matrix has columns of positive length.
    #[expect(
        clippy::expect_used,
        reason = "the constructor refuses columns without length"
    )]
    pub fn spacing(&self) -> Spacing {
        Spacing::new_mm(self.column_lengths())
            .expect("an invertible matrix has columns of positive length")
    }

    /// Checks that the voxels are plausible for a scanner: boxes with sides of 0.01 to 100 mm.
    ///
    /// # Errors
    /// [`GeometryError::Sheared`] or [`GeometryError::NoScanner`].
    pub fn check_scanner(&self) -> Result<(), GeometryError> {
        let lengths = self.column_lengths();
        if lengths.iter().any(|mm| !(0.01..=100.0).contains(mm)) {
            return Err(GeometryError::NoScanner(lengths));
        }
        let share = (self.determinant() / lengths.iter().product::<f64>()).abs();
        if share < 0.99 {
            Err(GeometryError::Sheared(share))
        } else {
            Ok(())
        }
    }

    fn column_lengths(&self) -> [f64; 3] {
        [0, 1, 2].map(|a| self.column(a).iter().map(|v| v * v).sum::<f64>().sqrt())
    }

    fn determinant(&self) -> f64 {
        let [a, b, c] = [0, 1, 2].map(|axis| self.column(axis));
        a[0] * (b[1] * c[2] - b[2] * c[1]) - b[0] * (a[1] * c[2] - a[2] * c[1])
            + c[0] * (a[1] * b[2] - a[2] * b[1])
    }
}

fn cross(u: [f64; 3], v: [f64; 3]) -> [f64; 3] {
    [
        u[1] * v[2] - u[2] * v[1],
        u[2] * v[0] - u[0] * v[2],
        u[0] * v[1] - u[1] * v[0],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotated_affine_keeps_its_spacing() {
        let affine = Affine::new([
            [0.0, -2.0, 0.0, 5.0],
            [1.0, 0.0, 0.0, 6.0],
            [0.0, 0.0, 12.0, 7.0],
        ])
        .unwrap();
        assert_eq!(affine.spacing().mm(), [1.0, 2.0, 12.0]);
        assert_eq!(affine.apply([1.0, 1.0, 1.0]), [3.0, 7.0, 19.0]);
        assert_eq!(affine.voxel_at([3.0, 7.0, 19.0]), [1.0, 1.0, 1.0]);
    }

    #[test]
    fn parallel_columns_are_singular_and_tiny_voxels_are_not() {
        assert!(
            Affine::new([
                [1.0, 2.0, 0.0, 0.0],
                [0.0, 0.0, 0.0, 0.0],
                [0.0, 0.0, 1.0, 0.0]
            ])
            .is_err()
        );
        assert!(
            Affine::new([
                [1e-4, 0.0, 0.0, 0.0],
                [0.0, 1e-4, 0.0, 0.0],
                [0.0, 0.0, 1e-4, 0.0]
            ])
            .is_ok()
        );
        assert!(
            Affine::new([
                [f64::NAN, 0.0, 0.0, 0.0],
                [0.0, 1.0, 0.0, 0.0],
                [0.0, 0.0, 1.0, 0.0]
            ])
            .is_err()
        );
    }
}
