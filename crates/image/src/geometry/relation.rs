//! How two stacks of slices lie to one another, by their headers.

use super::Grid;

/// How a stack of slices lies to another, the reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Relation {
    /// The angle between the slices of both, 0 to 90 degrees.
    pub angle_degrees: f64,
    /// The distance of the centres of both, within the slices of the reference, mm.
    pub in_plane_mm: f64,
    /// The distance of the centres of both, through the slices of the reference, mm.
    pub through_plane_mm: f64,
    /// The share of the slices of the reference whose centre lies in the stack (0 to 1). Each slice of the stack counts as
    /// thick as its slices are apart.
    pub covered: f64,
}

impl Grid {
    /// The direction through the slices, of length 1.
    pub fn normal(&self) -> [f64; 3] {
        let axis = self.slice_axis();
        let length = self.spacing().mm()[axis];
        self.world_from_voxel().column(axis).map(|v| v / length)
    }

    /// The centre of the voxels in the patient, mm.
    pub fn centre(&self) -> [f64; 3] {
        let middle = self.shape().map(|n| (n as f64 - 1.0) / 2.0);
        self.world_from_voxel().apply(middle)
    }

    /// How this stack lies to a reference.
    ///
    /// ```
    /// use myops_image::geometry::{Affine, GeometryError, Grid};
    ///
    /// let stack = |first_mm: f64| {
    ///     let rows = [[1.0, 0.0, 0.0, 2.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 10.0, first_mm]];
    ///     Grid::new([64, 64, 4], Affine::new(rows)?)
    /// };
    /// let relation = stack(20.0)?.relation_to(&stack(0.0)?);
    /// assert_eq!((relation.angle_degrees, relation.in_plane_mm), (0.0, 0.0));
    /// assert_eq!((relation.through_plane_mm, relation.covered), (20.0, 0.5));
    /// # Ok::<(), GeometryError>(())
    /// ```
    pub fn relation_to(&self, reference: &Grid) -> Relation {
        let normal = reference.normal();
        let cosine = dot(self.normal(), normal).abs().min(1.0);
        let apart = minus(self.centre(), reference.centre());
        let through = dot(apart, normal);
        let in_plane = minus(apart, normal.map(|n| n * through));
        let slice = reference.slice_axis();
        let slices = reference.shape()[slice];
        let covered = (0..slices).filter(|k| {
            let mut voxel = reference.shape().map(|n| (n as f64 - 1.0) / 2.0);
            voxel[slice] = *k as f64;
            self.holds(reference.world_from_voxel().apply(voxel))
        });
        Relation {
            angle_degrees: cosine.acos().to_degrees(),
            in_plane_mm: dot(in_plane, in_plane).sqrt(),
            through_plane_mm: through.abs(),
            covered: covered.count() as f64 / slices as f64,
        }
    }

    /// Whether a place in the patient (mm) lies in the voxels.
    fn holds(&self, place: [f64; 3]) -> bool {
        let from_centre = minus(place, self.centre());
        (0..3).all(|axis| {
            let mm = self.spacing().mm()[axis];
            let along = dot(from_centre, self.world_from_voxel().column(axis)) / (mm * mm);
            along.abs() <= self.shape()[axis] as f64 / 2.0
        })
    }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn minus(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [0, 1, 2].map(|axis| a[axis] - b[axis])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Affine;

    #[test]
    fn a_tilted_stack_beside_another_is_described() {
        let (sin, cos) = 0.5_f64.sin_cos();
        let rows = [
            [1.0, 0.0, 0.0, 3.0],
            [0.0, cos, -10.0 * sin, 4.0],
            [0.0, sin, 10.0 * cos, 0.0],
        ];
        // The first voxel of each is its centre.
        let one = |rows| Grid::new([1, 1, 1], Affine::new(rows).unwrap()).unwrap();
        let straight = [
            [10.0, 0.0, 0.0, 0.0],
            [0.0, 10.0, 0.0, 0.0],
            [0.0, 0.0, 20.0, 7.0],
        ];
        let relation = one(rows).relation_to(&one(straight));
        assert!((relation.angle_degrees.to_radians() - 0.5).abs() < 1e-12);
        assert_eq!(
            (relation.in_plane_mm, relation.through_plane_mm),
            (5.0, 7.0)
        );
        assert_eq!(relation.covered, 0.0);
        assert_eq!(one(straight).relation_to(&one(straight)).covered, 1.0);
    }
}
