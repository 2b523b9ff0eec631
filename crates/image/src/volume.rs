//! Voxel values on a grid.
//!
//! ```
//! use myops_image::geometry::{Affine, GeometryError, Grid, Spacing};
//! use myops_image::volume::Volume;
//!
//! let affine = Affine::from_spacing(Spacing::new_mm([1.0, 1.0, 10.0])?);
//! let volume = Volume::from_fn(Grid::new([4, 3, 2], affine)?, |[i, j, k]| 100 * k + 10 * j + i);
//! assert_eq!(volume[[3, 2, 1]], 123);
//! assert_eq!(volume.slice(0)[..5], [0, 1, 2, 3, 10]);
//! # Ok::<(), GeometryError>(())
//! ```

use std::ops::Range;

use crate::geometry::{Grid, Spacing};

/// One value for each voxel of one grid; `i` runs fastest in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Volume<T> {
    grid: Grid,
    data: Vec<T>,
}

/// The number of values differs from the number of voxels.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{values} values for a grid of {voxels} voxels")]
pub struct LengthError {
    /// Values given.
    pub values: usize,
    /// Voxels of the grid.
    pub voxels: usize,
}

impl<T> Volume<T> {
    /// Creates a volume from its grid and values, in the order of [`Self::data`].
    ///
    /// # Errors
    /// [`LengthError`] if their number differs from the number of voxels.
    pub fn new(grid: Grid, data: Vec<T>) -> Result<Self, LengthError> {
        if data.len() == grid.voxels() {
            Ok(Self { grid, data })
        } else {
            Err(LengthError {
                values: data.len(),
                voxels: grid.voxels(),
            })
        }
    }

    /// Computes each voxel from its index `[i, j, k]`.
    pub fn from_fn(grid: Grid, mut value: impl FnMut([usize; 3]) -> T) -> Self {
        let [ni, ..] = grid.shape();
        Self::from_rows(grid, |j, k, row| {
            row.extend((0..ni).map(|i| value([i, j, k])));
        })
    }

    /// Makes a volume of its rows; `extend` adds that at `j` and `k` to the values.
    pub(crate) fn from_rows(grid: Grid, mut extend: impl FnMut(usize, usize, &mut Vec<T>)) -> Self {
        let [_, nj, nk] = grid.shape();
        let mut data = Vec::with_capacity(grid.voxels());
        for (k, j) in (0..nk).flat_map(|k| (0..nj).map(move |j| (k, j))) {
            extend(j, k, &mut data);
        }
        debug_assert_eq!(
            data.len(),
            grid.voxels(),
            "each row has a value for every voxel"
        );
        Self { grid, data }
    }

    /// The grid of the voxels.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The number of voxels along `i`, `j`, `k`.
    pub fn shape(&self) -> [usize; 3] {
        self.grid.shape()
    }

    /// The spacing of the voxels.
    pub fn spacing(&self) -> Spacing {
        self.grid.spacing()
    }

    /// All values, `i` fastest, then `j`, then `k`.
    pub fn data(&self) -> &[T] {
        &self.data
    }

    /// All values, mutable.
    pub fn data_mut(&mut self) -> &mut [T] {
        &mut self.data
    }

    /// The values of slice `k`, row after row (`j`), each row along `i`.
    ///
    /// # Panics
    /// If there is no slice `k`.
    pub fn slice(&self, k: usize) -> &[T] {
        let n = self.grid.voxels_per_slice();
        &self.data[k * n..(k + 1) * n]
    }

    /// The values of slice `k`, mutable.
    ///
    /// # Panics
    /// If there is no slice `k`.
    pub fn slice_mut(&mut self, k: usize) -> &mut [T] {
        let n = self.grid.voxels_per_slice();
        &mut self.data[k * n..(k + 1) * n]
    }

    /// Applies a function to each value.
    pub fn map<U>(&self, value: impl FnMut(&T) -> U) -> Volume<U> {
        Volume {
            grid: self.grid,
            data: self.data.iter().map(value).collect(),
        }
    }
}

impl<T: Copy> Volume<T> {
    /// A volume with the same value in each voxel.
    pub fn filled(grid: Grid, value: T) -> Self {
        Self {
            data: vec![value; grid.voxels()],
            grid,
        }
    }
}

impl<T: Copy> Volume<T> {
    /// The voxels in a box of indices, where they are.
    ///
    /// ```
    /// use myops_image::geometry::{Affine, GeometryError, Grid, Spacing};
    /// use myops_image::volume::Volume;
    ///
    /// let affine = Affine::from_spacing(Spacing::new_mm([1.0, 1.0, 10.0])?);
    /// let volume = Volume::from_fn(Grid::new([4, 3, 2], affine)?, |[i, j, k]| 100 * k + 10 * j + i);
    /// let part = volume.part(&[1..3, 2..3, 0..2]);
    /// assert_eq!(part.data(), [21, 22, 121, 122]);
    /// assert_eq!(part.grid().world_from_voxel().apply([0.0; 3]), [1.0, 2.0, 0.0]);
    /// # Ok::<(), GeometryError>(())
    /// ```
    ///
    /// # Panics
    /// If the box has no voxel or reaches beyond the volume.
    pub fn part(&self, within: &[Range<usize>; 3]) -> Self {
        let [columns, rows, slices] = within;
        Self::from_rows(self.grid.part(within), |j, k, row| {
            let from = self
                .grid
                .index([columns.start, rows.start + j, slices.start + k]);
            row.extend_from_slice(&self.data[from..from + columns.len()]);
        })
    }
}

impl<T> std::ops::Index<[usize; 3]> for Volume<T> {
    type Output = T;
    #[inline]
    fn index(&self, voxel: [usize; 3]) -> &T {
        &self.data[self.grid.index(voxel)]
    }
}

impl<T> std::ops::IndexMut<[usize; 3]> for Volume<T> {
    #[inline]
    fn index_mut(&mut self, voxel: [usize; 3]) -> &mut T {
        let index = self.grid.index(voxel);
        &mut self.data[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Affine;

    #[test]
    fn a_slice_is_rows_of_i() {
        let grid = Grid::new(
            [2, 3, 2],
            Affine::from_spacing(Spacing::new_mm([1.0; 3]).unwrap()),
        )
        .unwrap();
        let volume = Volume::from_fn(grid, |[i, j, k]| 100 * k + 10 * j + i);
        assert_eq!(volume.slice(1), [100, 101, 110, 111, 120, 121]);
        assert_eq!(volume[[1, 2, 0]], 21);
        assert_eq!(
            Volume::new(grid, vec![0; 11]),
            Err(LengthError {
                values: 11,
                voxels: 12
            })
        );
    }
}
