//! The storage order of voxels, and the reorientation of volumes to common axes.
//!
//! ```
//! use myops_image::geometry::{Affine, GeometryError, Grid, Spacing};
//! use myops_image::orientation::Orientation;
//!
//! // Slices along the first axis; the last axis points to the head.
//! let spacing = Spacing::new_mm([10.0, 0.8, 0.8])?;
//! let stored = Grid::new([3, 20, 25], Affine::from_spacing(spacing))?;
//! assert_eq!(Orientation::canonical(&stored).grid(&stored).shape(), [20, 25, 3]);
//! # Ok::<(), GeometryError>(())
//! ```

use std::borrow::Cow;

use crate::geometry::{APEX_TO_BASE, Affine, Grid};
use crate::volume::Volume;

/// An in-plane axis counts as vertical if at least this share of its direction is along the
/// head-foot axis.
const STEEP: f64 = 0.35;

/// The six permutations of three axes.
const ORDERS: [[usize; 3]; 6] = [
    [0, 1, 2],
    [1, 0, 2],
    [0, 2, 1],
    [2, 1, 0],
    [1, 2, 0],
    [2, 0, 1],
];

/// The stored axis for each axis of the reoriented volume, and whether its direction is reversed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orientation {
    axes: [usize; 3],
    flipped: [bool; 3],
}

impl Orientation {
    /// The order of the volume itself.
    pub const UNCHANGED: Self = Self {
        axes: [0, 1, 2],
        flipped: [false; 3],
    };

    /// The array of a file as `NumPy` holds it: rows (`j` here) are its first axis, columns (`i`
    /// here) its second, slices its third; the affine is ignored. The Keras networks of the
    /// published system take images in this order.
    pub const FIRST_AXIS_AS_ROWS: Self = Self {
        axes: [1, 0, 2],
        flipped: [false; 3],
    };

    /// The orientation of the training data: `k` counts slices from apex to base, `j` points to the
    /// head, `i` to the left and posterior. The result does not depend on the order in which voxels
    /// are stored.
    ///
    /// If no in-plane axis points to the head (as in an axial stack), `i` points to the right and
    /// `j` to anterior, so that a file whose header holds the spacing alone keeps its order.
    pub fn canonical(grid: &Grid) -> Self {
        let slice = grid.slice_axis();
        let [a, b] = match slice {
            0 => [1, 2],
            1 => [0, 2],
            _ => [0, 1],
        };
        let direction = |axis: usize| {
            let (column, mm) = (
                grid.world_from_voxel().column(axis),
                grid.spacing().mm()[axis],
            );
            column.map(|v| v / mm)
        };
        let along = |axis: usize, way: [f64; 3]| {
            direction(axis)
                .iter()
                .zip(way)
                .map(|(d, w)| d * w)
                .sum::<f64>()
        };
        let up = |axis: usize| direction(axis)[2];
        let (i, j) = if up(a).abs() > up(b).abs() {
            (b, a)
        } else {
            (a, b)
        };
        let to_apex = along(slice, APEX_TO_BASE) < 0.0;
        if up(j).abs() >= STEEP {
            return Self {
                axes: [i, j, slice],
                flipped: [along(i, [1.0, 1.0, 0.0]) > 0.0, up(j) < 0.0, to_apex],
            };
        }
        let across = |axis: usize| direction(axis)[0].abs();
        let (i, j) = if across(b) > across(a) {
            (b, a)
        } else {
            (a, b)
        };
        Self {
            axes: [i, j, slice],
            flipped: [direction(i)[0] < 0.0, direction(j)[1] < 0.0, to_apex],
        }
    }

    /// The orientation for display: [`Self::canonical`] with the head on top.
    pub fn display(grid: &Grid) -> Self {
        let Self {
            axes,
            flipped: [i, j, k],
        } = Self::canonical(grid);
        let told = (grid.world_from_voxel().column(axes[1])[2] / grid.spacing().mm()[axes[1]])
            .abs()
            >= STEEP;
        Self {
            axes,
            flipped: [i, j != told, k],
        }
    }

    /// The order in which the voxels of `grid` are closest to those of `target`, and the remaining
    /// distance (mm) at the worst corner; `None` if the shapes differ in every order.
    pub fn onto(grid: &Grid, target: &Grid) -> Option<(Self, f64)> {
        let flips = |n: usize| [n & 1 == 1, n & 2 == 2, n & 4 == 4];
        ORDERS
            .into_iter()
            .flat_map(|axes| {
                (0..8).map(move |n| Self {
                    axes,
                    flipped: flips(n),
                })
            })
            .filter(|order| order.axes.map(|a| grid.shape()[a]) == target.shape())
            .map(|order| (order, order.grid(grid).displacement_mm(target)))
            .min_by(|(_, a), (_, b)| a.total_cmp(b))
    }

    /// The orientation that undoes this one.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let mut inverse = Self::UNCHANGED;
        for (axis, &from) in self.axes.iter().enumerate() {
            (inverse.axes[from], inverse.flipped[from]) = (axis, self.flipped[axis]);
        }
        inverse
    }

    /// The orientation that has the effect of this one and then of `next`.
    #[must_use]
    pub fn then(&self, next: Self) -> Self {
        let flipped = [0, 1, 2].map(|n| self.flipped[next.axes[n]] != next.flipped[n]);
        Self {
            axes: next.axes.map(|axis| self.axes[axis]),
            flipped,
        }
    }

    /// Reorients a volume; an unchanged one is borrowed.
    pub fn apply<'a, T: Copy>(&self, volume: &'a Volume<T>) -> Cow<'a, Volume<T>> {
        self.apply_onto(volume, &self.grid(volume.grid()))
    }

    /// Reorients a volume onto `target`, which is [`Self::grid`] of its grid but for rounding. An
    /// unchanged volume is borrowed, with its own grid.
    ///
    /// # Panics
    /// If the shape of `target` is not that of the reoriented volume.
    pub fn apply_onto<'a, T: Copy>(
        &self,
        volume: &'a Volume<T>,
        target: &Grid,
    ) -> Cow<'a, Volume<T>> {
        if *self == Self::UNCHANGED {
            return Cow::Borrowed(volume);
        }
        let [ni, nj, _] = volume.shape();
        let steps = self.axes.map(|from| [1, ni, ni * nj][from]);
        let (values, shape, flipped) = (volume.data(), target.shape(), self.flipped);
        let along = |axis: usize, n: usize| if flipped[axis] { shape[axis] - 1 - n } else { n } * steps[axis];
        let columns: Vec<usize> = (0..shape[0]).map(|i| along(0, i)).collect();
        Cow::Owned(Volume::from_rows(*target, |j, k, row| {
            let from = along(1, j) + along(2, k);
            row.extend(columns.iter().map(|column| values[from + column]));
        }))
    }

    /// As [`Self::apply_onto`], without a copy of an unchanged volume.
    #[must_use]
    pub fn store<T: Copy>(&self, volume: Volume<T>, target: &Grid) -> Volume<T> {
        if *self == Self::UNCHANGED {
            return volume;
        }
        self.apply_onto(&volume, target).into_owned()
    }

    /// The reoriented grid; each voxel keeps its position in the patient.
    ///
    /// # Panics
    /// Never: reordering the axes of an invertible grid gives an invertible grid.
    #[expect(
        clippy::expect_used,
        reason = "turning an invertible grid gives an invertible grid"
    )]
    pub fn grid(&self, original: &Grid) -> Grid {
        let shape = original.shape();
        let mut rows = original.world_from_voxel().rows();
        let origin = original
            .world_from_voxel()
            .apply(self.stored([0; 3], shape).map(|v| v as f64));
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

    /// The stored index of a voxel of the reoriented volume.
    fn stored(&self, voxel: [usize; 3], shape: [usize; 3]) -> [usize; 3] {
        let mut stored = [0; 3];
        for (axis, &from) in self.axes.iter().enumerate() {
            stored[from] = if self.flipped[axis] {
                shape[from] - 1 - voxel[axis]
            } else {
                voxel[axis]
            };
        }
        stored
    }
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
        // Case 3001: columns point left and back, rows up, slices from the apex to the base.
        let case = grid([
            [-0.67, -0.29, -0.06],
            [-0.16, 0.23, 0.67],
            [4.1, -10.4, 4.5],
        ]);
        for grid in [lsp, psr, case] {
            assert_eq!(Orientation::canonical(&grid).grid(&grid), grid);
            assert_eq!(Orientation::display(&grid).flipped, [false, true, false]);
        }
    }

    #[test]
    fn a_volume_stored_slice_first_and_upside_down_is_turned() {
        let grid = grid([[0.0, 12.0, 0.0], [0.0, 0.0, -0.7], [0.7, 0.0, 0.0]]);
        let turned = Orientation::canonical(&grid);
        assert_eq!(
            turned,
            Orientation {
                axes: [2, 1, 0],
                flipped: [true, true, true]
            }
        );
        let volume = Volume::from_fn(grid, |[i, j, k]| 100 * i + 10 * j + k);
        let there = turned.apply(&volume);
        assert_eq!(there.shape(), [3, 5, 4]);
        // Turned voxel [0, 0, 1] is stored [2, 4, 2], and lies in the same place.
        assert_eq!(there[[0, 0, 1]], 242);
        let place = |g: &Grid, v| g.world_from_voxel().apply(v);
        assert_eq!(
            place(there.grid(), [0.0, 0.0, 1.0]),
            place(&grid, [2.0, 4.0, 2.0])
        );
    }

    #[test]
    fn a_header_that_tells_no_head_is_left_alone() {
        let grid = grid([[0.9, 0.0, 0.0], [0.0, 0.9, 0.0], [0.0, 0.0, 10.0]]);
        assert_eq!(Orientation::canonical(&grid).grid(&grid), grid);
        assert_eq!(Orientation::display(&grid), Orientation::canonical(&grid));
    }

    /// All 48 orders in which the voxels of a grid may be stored.
    fn orders() -> impl Iterator<Item = Orientation> {
        let flips = |n: usize| [n & 1 == 1, n & 2 == 2, n & 4 == 4];
        ORDERS.into_iter().flat_map(move |axes| {
            (0..8).map(move |n| Orientation {
                axes,
                flipped: flips(n),
            })
        })
    }

    fn oblique() -> Grid {
        grid([
            [-0.67, -0.29, -0.06],
            [-0.16, 0.23, 0.67],
            [4.1, -10.4, 4.5],
        ])
    }

    #[test]
    fn the_order_of_storage_changes_nothing() {
        let axial = grid([[0.9, 0.0, 0.0], [0.0, 0.9, 0.0], [0.0, 0.0, 10.0]]);
        let thin = grid([[0.9, 0.0, 0.0], [0.0, 0.9, 0.0], [0.0, 0.0, 1.0]]);
        for grid in [oblique(), axial, thin] {
            let volume = Volume::from_fn(grid, |[i, j, k]| 100 * i + 10 * j + k);
            let expected = Orientation::canonical(&grid).apply(&volume);
            for order in orders() {
                let stored = order.apply(&volume);
                let turned = Orientation::canonical(stored.grid()).apply(&stored);
                assert_eq!(turned.data(), expected.data(), "{order:?} of {grid:?}");
                assert!(
                    turned.grid().displacement_mm(expected.grid()) < 1e-9,
                    "{order:?}"
                );
            }
        }
    }

    #[test]
    fn orientations_in_a_row_have_the_effect_of_one() {
        let volume = Volume::from_fn(oblique(), |[i, j, k]| 100 * i + 10 * j + k);
        for first in orders() {
            let once = first.apply(&volume);
            for second in orders() {
                let twice = second.apply(&once);
                assert_eq!(first.then(second).apply(&volume).data(), twice.data());
            }
        }
    }

    #[test]
    fn canonical_axes_are_turned_no_further() {
        for order in orders() {
            let canonical = Orientation::canonical(&order.grid(&oblique()));
            let turned = canonical.grid(&order.grid(&oblique()));
            assert_eq!(Orientation::canonical(&turned), Orientation::UNCHANGED);
            assert_eq!(turned.slice_axis(), 2);
        }
    }

    #[test]
    fn the_same_voxels_are_found_in_every_order_and_others_are_not() {
        let grid = oblique();
        let volume = Volume::from_fn(grid, |[i, j, k]| 100 * i + 10 * j + k);
        for order in orders() {
            let stored = order.apply(&volume);
            let (back, apart_mm) = Orientation::onto(stored.grid(), &grid).unwrap();
            assert!(apart_mm < 1e-9, "{order:?} {apart_mm}");
            assert_eq!(*back.apply_onto(&stored, &grid), volume, "{order:?}");
        }
        let mut rows = grid.world_from_voxel().rows();
        rows[0][3] += 3.0;
        let beside = Grid::new(grid.shape(), Affine::new(rows).unwrap()).unwrap();
        let (order, apart_mm) = Orientation::onto(&beside, &grid).unwrap();
        assert!(
            order == Orientation::UNCHANGED && (apart_mm - 3.0).abs() < 1e-9,
            "{order:?} {apart_mm}"
        );
        let longer = Grid::new([4, 5, 6], *grid.world_from_voxel()).unwrap();
        assert_eq!(Orientation::onto(&longer, &grid), None);
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
                let back = turned.inverse();
                prop_assert_eq!(&*back.apply_onto(&there, &grid), &volume);
                prop_assert_eq!(turned.then(back), Orientation::UNCHANGED);
            }
        }
    }
}
