//! Voxel grids: shape and position in the patient.

use std::ops::Range;

use super::{Affine, GeometryError, Spacing};

/// Slices are thicker than pixels are wide by more than this factor. If no axis has such voxels,
/// the number of voxels determines the slice axis.
const THICKER: f64 = 1.5;

/// A box of voxels at a position in the patient: its shape `[i, j, k]` and the affine of its
/// voxels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    shape: [usize; 3],
    world_from_voxel: Affine,
}

impl Grid {
    /// Creates a grid of `shape` voxels.
    ///
    /// # Errors
    /// [`GeometryError::Empty`] if an axis has no voxel.
    pub fn new(shape: [usize; 3], world_from_voxel: Affine) -> Result<Self, GeometryError> {
        if shape.contains(&0) {
            return Err(GeometryError::Empty(shape));
        }
        Ok(Self {
            shape,
            world_from_voxel,
        })
    }

    /// The number of voxels along `i`, `j`, `k`.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// The number of voxels.
    pub fn voxels(&self) -> usize {
        self.shape.iter().product()
    }

    /// The number of voxels with one index `k`.
    pub fn voxels_per_slice(&self) -> usize {
        self.shape[0] * self.shape[1]
    }

    /// The affine of the voxels.
    pub fn world_from_voxel(&self) -> &Affine {
        &self.world_from_voxel
    }

    /// The spacing of the voxels.
    pub fn spacing(&self) -> Spacing {
        self.world_from_voxel.spacing()
    }

    /// The axis that counts slices: the axis along which voxels are clearly thickest; else the axis
    /// with the fewest voxels; else the last axis.
    pub fn slice_axis(&self) -> usize {
        let (mm, voxels) = (self.spacing().mm(), self.shape);
        let alone = |stands_out: &dyn Fn(usize, usize) -> bool| {
            (0..3).find(|&axis| (0..3).all(|other| other == axis || stands_out(axis, other)))
        };
        let thickest = alone(&|axis, other| mm[axis] > THICKER * mm[other]);
        thickest
            .or_else(|| alone(&|axis, other| voxels[axis] < voxels[other]))
            .unwrap_or(2)
    }

    /// The voxels in a box of indices, where they are.
    ///
    /// # Panics
    /// If the box has no voxel or reaches beyond the grid.
    pub fn part(&self, within: &[Range<usize>; 3]) -> Self {
        let inside = within
            .iter()
            .zip(self.shape)
            .all(|(range, n)| !range.is_empty() && range.end <= n);
        assert!(inside, "{within:?} is no part of {:?} voxels", self.shape);
        let [i, j, k] = within;
        let first = [i.start as f64, j.start as f64, k.start as f64];
        Self {
            shape: [i.len(), j.len(), k.len()],
            world_from_voxel: self.world_from_voxel.counted_from(first),
        }
    }

    /// The position in memory of voxel `[i, j, k]`: `i` runs fastest.
    #[inline]
    pub fn index(&self, [i, j, k]: [usize; 3]) -> usize {
        i + self.shape[0] * (j + self.shape[1] * k)
    }

    /// The largest distance (mm) between the positions of the same voxel in two grids of the same
    /// shape. It occurs at a corner.
    pub fn displacement_mm(&self, other: &Grid) -> f64 {
        let last = self.shape.map(|n| (n - 1) as f64);
        (0..8)
            .map(|corner| {
                let voxel = [0, 1, 2].map(|axis| {
                    if corner >> axis & 1 == 1 {
                        last[axis]
                    } else {
                        0.0
                    }
                });
                let (a, b) = (
                    self.world_from_voxel.apply(voxel),
                    other.world_from_voxel.apply(voxel),
                );
                a.iter()
                    .zip(b)
                    .map(|(a, b)| (a - b).powi(2))
                    .sum::<f64>()
                    .sqrt()
            })
            .fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(spacing_mm: [f64; 3]) -> Grid {
        Grid::new(
            [3, 4, 2],
            Affine::from_spacing(Spacing::new_mm(spacing_mm).unwrap()),
        )
        .unwrap()
    }

    #[test]
    fn i_runs_fastest() {
        assert_eq!(grid([1.0; 3]).index([2, 0, 0]), 2);
        assert_eq!(grid([1.0; 3]).index([0, 1, 0]), 3);
        assert_eq!(grid([1.0; 3]).index([0, 0, 1]), 12);
    }

    #[test]
    fn slices_are_counted_along_the_axis_of_thick_voxels() {
        let axes = [[1.0, 1.0, 9.0], [9.0, 1.0, 1.0], [1.0, 9.0, 1.0]];
        assert_eq!(
            axes.map(|spacing_mm| grid(spacing_mm).slice_axis()),
            [2, 0, 1]
        );
    }

    #[test]
    fn displacement_is_that_of_the_worst_corner() {
        // Two voxels of 1.5 mm instead of 1 mm along i: the last column lies 1 mm further out.
        assert!((grid([1.0; 3]).displacement_mm(&grid([1.5, 1.0, 1.0])) - 1.0).abs() < 1e-12);
        assert_eq!(grid([1.0; 3]).displacement_mm(&grid([1.0; 3])), 0.0);
    }
}
