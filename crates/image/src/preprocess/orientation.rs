//! Volumes turned so that slices of every scanner lie alike.

use crate::geometry::{Affine, Grid};
use crate::volume::Volume;

/// A slice axis has at least this many times the spacing of the others; closer ones are told by their order.
const THICKER: f64 = 1.5;

/// How much of a step along an in-plane axis has to go up or down before the axis is taken for the vertical one.
const STEEP: f64 = 0.35;

/// Which axis of a stored volume each axis of the turned one is, and whether it runs the other way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orientation {
    axes: [usize; 3],
    flipped: [bool; 3],
}

impl Orientation {
    /// The orientation of the training data: `k` counts slices, `j` runs towards the head, `i` to the left and back.
    ///
    /// In-plane axes of a header that tells no head (a plain identity, say) are left as they are.
    pub fn canonical(grid: &Grid) -> Self {
        let slice = slice_axis(grid);
        let plane: Vec<usize> = (0..3).filter(|a| *a != slice).collect();
        let direction = |axis: usize| {
            let (column, mm) = (grid.world_from_voxel().column(axis), grid.spacing().mm()[axis]);
            column.map(|v| v / mm)
        };
        let up = |axis: usize| direction(axis)[2];
        let (i, j) = if up(plane[0]).abs() > up(plane[1]).abs() { (plane[1], plane[0]) } else { (plane[0], plane[1]) };
        if up(j).abs() < STEEP {
            return Self { axes: [plane[0], plane[1], slice], flipped: [false; 3] };
        }
        let [right, front, _] = direction(i);
        Self { axes: [i, j, slice], flipped: [right + front > 0.0, up(j) < 0.0, false] }
    }

    /// As readers are used to see it: [`Self::canonical`], with the head on top.
    pub fn display(grid: &Grid) -> Self {
        let Self { axes, flipped: [i, j, k] } = Self::canonical(grid);
        let told = (grid.world_from_voxel().column(axes[1])[2] / grid.spacing().mm()[axes[1]]).abs() >= STEEP;
        Self { axes, flipped: [i, j != told, k] }
    }

    /// The turned grid; every voxel keeps its place in the patient.
    ///
    /// # Panics
    /// Never: turning an invertible grid gives an invertible grid.
    #[expect(clippy::expect_used, reason = "turning an invertible grid gives an invertible grid")]
    pub fn grid(&self, original: &Grid) -> Grid {
        let shape = original.shape();
        let mut rows = original.world_from_voxel().rows();
        let origin = original.world_from_voxel().apply(self.stored([0; 3], shape).map(|v| v as f64));
        for (r, row) in rows.iter_mut().enumerate() {
            let steps = self.axes.map(|a| original.world_from_voxel().column(a)[r]);
            for (axis, step) in steps.into_iter().enumerate() {
                row[axis] = if self.flipped[axis] { -step } else { step };
            }
            row[3] = origin[r];
        }
        let affine = Affine::new(rows).expect("columns only change places and signs");
        Grid::new(self.axes.map(|a| shape[a]), affine).expect("the shape only changes its order")
    }

    /// Turns a volume.
    pub fn apply<T: Copy>(&self, volume: &Volume<T>) -> Volume<T> {
        let steps = steps(volume.shape());
        rearranged(volume, self.grid(volume.grid()), self.axes.map(|stored| steps[stored]), self.flipped)
    }

    /// Turns a volume back onto the grid that it came from.
    pub fn undo<T: Copy>(&self, turned: &Volume<T>, original: &Grid) -> Volume<T> {
        let steps = steps(turned.shape());
        let (mut back, mut flipped) = ([0; 3], [false; 3]);
        for (axis, &stored) in self.axes.iter().enumerate() {
            (back[stored], flipped[stored]) = (steps[axis], self.flipped[axis]);
        }
        rearranged(turned, *original, back, flipped)
    }

    /// The voxel of the stored volume that a turned one comes from.
    fn stored(&self, voxel: [usize; 3], shape: [usize; 3]) -> [usize; 3] {
        let mut stored = [0; 3];
        for (axis, &from) in self.axes.iter().enumerate() {
            stored[from] = if self.flipped[axis] { shape[from] - 1 - voxel[axis] } else { voxel[axis] };
        }
        stored
    }
}

/// How far apart in memory the neighbours along each axis lie.
fn steps([ni, nj, _]: [usize; 3]) -> [usize; 3] {
    [1, ni, ni * nj]
}

/// The values of a volume on a grid whose neighbours along each axis lie `steps` apart in it, in the other direction
/// where the axis is flipped.
fn rearranged<T: Copy>(volume: &Volume<T>, grid: Grid, steps: [usize; 3], flipped: [bool; 3]) -> Volume<T> {
    let (values, shape) = (volume.data(), grid.shape());
    let along = |axis: usize, n: usize| if flipped[axis] { shape[axis] - 1 - n } else { n } * steps[axis];
    Volume::from_fn(grid, |[i, j, k]| values[along(0, i) + along(1, j) + along(2, k)])
}

/// The axis of the thickest voxels; the last of equal ones.
fn slice_axis(grid: &Grid) -> usize {
    let mm = grid.spacing().mm();
    let thickest = (0..3).fold(2, |best, axis| if mm[axis] > mm[best] { axis } else { best });
    if mm[thickest] > THICKER * mm[2] { thickest } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Axes i, j, k as world letters, and what they become.
    fn grid(columns: [[f64; 3]; 3]) -> Grid {
        let row = |r: usize| [columns[0][r], columns[1][r], columns[2][r], 5.0];
        Grid::new([4, 5, 3], Affine::new([row(0), row(1), row(2)]).unwrap()).unwrap()
    }

    #[test]
    fn the_training_data_stay_as_they_are_and_display_puts_the_head_on_top() {
        let lsp = grid([[-0.7, 0.0, 0.0], [0.0, 0.0, 0.7], [0.0, -12.0, 0.0]]);
        let psr = grid([[0.0, -0.7, 0.0], [0.0, 0.0, 0.7], [12.0, 0.0, 0.0]]);
        for grid in [lsp, psr] {
            assert_eq!(Orientation::canonical(&grid).grid(&grid), grid);
            assert_eq!(Orientation::display(&grid).flipped, [false, true, false]);
        }
    }

    #[test]
    fn a_volume_stored_slice_first_and_upside_down_is_turned() {
        let grid = grid([[0.0, 12.0, 0.0], [0.0, 0.0, -0.7], [0.7, 0.0, 0.0]]);
        let turned = Orientation::canonical(&grid);
        assert_eq!(turned, Orientation { axes: [2, 1, 0], flipped: [true, true, false] });
        let volume = Volume::from_fn(grid, |[i, j, k]| 100 * i + 10 * j + k);
        let there = turned.apply(&volume);
        assert_eq!(there.shape(), [3, 5, 4]);
        // Turned voxel [0, 0, 1] is stored [1, 4, 2], and lies in the same place.
        assert_eq!(there[[0, 0, 1]], 142);
        let place = |g: &Grid, v| g.world_from_voxel().apply(v);
        assert_eq!(place(there.grid(), [0.0, 0.0, 1.0]), place(&grid, [1.0, 4.0, 2.0]));
    }

    #[test]
    fn a_header_that_tells_no_head_is_left_alone() {
        let grid = grid([[0.9, 0.0, 0.0], [0.0, 0.9, 0.0], [0.0, 0.0, 10.0]]);
        assert_eq!(Orientation::canonical(&grid).grid(&grid), grid);
        assert_eq!(Orientation::display(&grid), Orientation::canonical(&grid));
    }

    proptest! {
        #[test]
        fn turning_and_turning_back_changes_nothing(order in 0usize..6, signs in 0usize..8, thick in 0usize..3) {
            let axes = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]][order];
            let mut columns = [[0.0; 3]; 3];
            for (axis, column) in columns.iter_mut().enumerate() {
                let mm = if axis == thick { 10.0 } else { 0.8 };
                column[axes[axis]] = if signs >> axis & 1 == 1 { -mm } else { mm };
            }
            let grid = grid(columns);
            let volume = Volume::from_fn(grid, |[i, j, k]| 100 * i + 10 * j + k);
            for turned in [Orientation::canonical(&grid), Orientation::display(&grid)] {
                let there = turned.apply(&volume);
                prop_assert_eq!(there.spacing().mm()[2], 10.0);
                prop_assert_eq!(&turned.undo(&there, &grid), &volume);
            }
        }
    }
}
