//! A volume on the voxels of another stack of slices, by where both lie in the patient.
//!
//! Slices are slabs. A slice of the target shows what the slabs that overlap it show, each by its share of the overlap; where
//! less than half of its thickness was imaged, nothing is made up. Within the plane, values are interpolated linearly.
//!
//! ```
//! use myops_image::geometry::{Affine, GeometryError, Grid};
//! use myops_image::resample::{Slab, onto};
//! use myops_image::volume::Volume;
//!
//! let stack = |slices, distance_mm: f64, first_mm: f64| {
//!     Grid::new([4, 4, slices], Affine::new([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, distance_mm, first_mm]])?)
//! };
//! // Slices every 10 mm, from 0 mm on, and 5 mm thick; a target with slices at 0, 5 and 10 mm.
//! let thick = Volume::from_fn(stack(2, 10.0, 0.0)?, |[_, _, k]| k as f32 + 1.0);
//! let (there, imaged) = onto(&thick, Slab::of(5.0), &stack(3, 5.0, 0.0)?, Slab::of(4.0));
//! assert_eq!(imaged, [true, false, true]);
//! assert_eq!([there[[1, 1, 0]], there[[1, 1, 1]], there[[1, 1, 2]]], [1.0, 0.0, 2.0]);
//! # Ok::<(), GeometryError>(())
//! ```

use rayon::prelude::*;

use crate::geometry::Grid;
use crate::volume::Volume;

/// The least share of a target slice's thickness that has to be imaged.
const LEAST_COVER: f64 = 0.5;
/// The least share of a slice's pixels within the field of view that has to be imaged.
const LEAST_PIXELS: f64 = 0.5;

/// The thickness of the slices of a stack, mm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slab(f64);

impl Slab {
    /// Slices of a thickness in mm.
    pub fn of(mm: f64) -> Self {
        Self(mm)
    }

    /// The thickness, mm.
    pub fn mm(self) -> f64 {
        self.0
    }
}

/// A volume whose `k` counts slices, on the voxels of a target whose `k` counts slices too; and for each slice of the target,
/// whether it was imaged. Where it was not, or beyond the field of view, values are 0.
pub fn onto(
    volume: &Volume<f32>,
    thickness: Slab,
    target: &Grid,
    target_thickness: Slab,
) -> (Volume<f32>, Vec<bool>) {
    let way = Way::between(volume.grid(), thickness, target, target_thickness);
    let [ni, nj, _] = target.shape();
    let mut out = Volume::filled(*target, 0.0);
    let imaged = out
        .data_mut()
        .par_chunks_exact_mut(ni * nj)
        .enumerate()
        .map(|(k, slice)| {
            let (mut within, mut seen) = (0_usize, 0_usize);
            for (pixel, out) in slice.iter_mut().enumerate() {
                match way.value(volume, [pixel % ni, pixel / ni, k]) {
                    Sample::Outside => {}
                    Sample::Between => within += 1,
                    Sample::Imaged(value) => {
                        within += 1;
                        seen += 1;
                        *out = value;
                    }
                }
            }
            let imaged = seen > 0 && seen as f64 >= LEAST_PIXELS * within as f64;
            if !imaged {
                slice.fill(0.0);
            }
            imaged
        })
        .collect::<Vec<_>>();
    (out, imaged)
}

/// The voxel of a stack whose slab holds the centre of each voxel of a target, or `outside` where there is none: for labels,
/// which cannot be interpolated.
pub fn nearest<T: Copy + Send + Sync>(
    volume: &Volume<T>,
    thickness: Slab,
    target: &Grid,
    outside: T,
) -> Volume<T> {
    let step = Step::between(volume.grid(), target);
    let shape = volume.shape();
    let half = thickness.mm() / volume.spacing().mm()[2] / 2.0;
    let [ni, nj, _] = target.shape();
    let mut out = Volume::filled(*target, outside);
    out.data_mut()
        .par_chunks_exact_mut(ni * nj)
        .enumerate()
        .for_each(|(k, slice)| {
            for (pixel, out) in slice.iter_mut().enumerate() {
                let place = step.apply([pixel % ni, pixel / ni, k]);
                let voxel = place.map(|v| (v + 0.5).floor());
                let inside = (0..3).all(|a| voxel[a] >= 0.0 && voxel[a] < shape[a] as f64);
                if inside && (place[2] - voxel[2]).abs() <= half + ROUNDING {
                    *out = volume[voxel.map(|v| v as usize)];
                }
            }
        });
    out
}

/// What positions may be off by rounding in headers, in slices.
const ROUNDING: f64 = 1e-3;

/// The affine map from the voxels of a target to those of a stack.
struct Step([[f64; 4]; 3]);

impl Step {
    fn between(stack: &Grid, target: &Grid) -> Self {
        let at = |voxel| {
            let place = target.world_from_voxel().apply(voxel);
            stack.world_from_voxel().voxel_at(place)
        };
        let first = at([0.0; 3]);
        let beside = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(at);
        Self([0, 1, 2].map(|axis| {
            let [i, j, k] = beside.map(|place| place[axis] - first[axis]);
            [i, j, k, first[axis]]
        }))
    }

    fn apply(&self, [i, j, k]: [usize; 3]) -> [f64; 3] {
        let [i, j, k] = [i, j, k].map(|v| v as f64);
        self.0.map(|r| r[0] * i + r[1] * j + r[2] * k + r[3])
    }
}

/// The way from a target's voxels into a stack.
struct Way {
    step: Step,
    shape: [usize; 3],
    /// Half the thickness of a slice of the stack, in its slice distances.
    half: f64,
    /// The same for the target.
    target_half: f64,
    /// Positions along rows and columns whose mean a pixel of the target is, so that small pixels are not skipped.
    places: Vec<[f64; 2]>,
}

/// What a stack shows of a voxel of the target.
enum Sample {
    /// It lies beyond the field of view of every slice.
    Outside,
    /// It lies in the field of view, between or beyond the slices.
    Between,
    /// Its value.
    Imaged(f32),
}

impl Way {
    fn between(stack: &Grid, thickness: Slab, target: &Grid, target_thickness: Slab) -> Self {
        let step = Step::between(stack, target);
        let distance_mm = stack.spacing().mm()[2];
        let size = |axis: usize| {
            let covered = step.0[0][axis].hypot(step.0[1][axis]);
            covered.round().max(1.0) as usize
        };
        let [columns, rows] = [size(0), size(1)];
        let middle = |n: usize, of: usize| (n as f64 + 0.5) / of as f64 - 0.5;
        let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        let places = places
            .map(|(row, column)| {
                let (y, x) = (middle(row, rows), middle(column, columns));
                [0, 1].map(|axis| step.0[axis][0] * x + step.0[axis][1] * y)
            })
            .collect();
        Self {
            step,
            shape: stack.shape(),
            half: thickness.mm() / distance_mm / 2.0,
            target_half: target_thickness.mm() / distance_mm / 2.0,
            places,
        }
    }

    fn value(&self, volume: &Volume<f32>, voxel: [usize; 3]) -> Sample {
        let [u, v, w] = self.step.apply(voxel);
        let inside = |x: f64, n: usize| (-0.5..=n as f64 - 0.5).contains(&x);
        if !inside(u, self.shape[0]) || !inside(v, self.shape[1]) {
            return Sample::Outside;
        }
        let (mut cover, mut sum) = (0.0, 0.0);
        let reach = self.half + self.target_half;
        let first = (w - reach).ceil().max(0.0) as usize;
        for s in first..self.shape[2] {
            let apart = (w - s as f64).abs();
            if s as f64 > w + reach {
                break;
            }
            let overlap = (reach - apart).min(2.0 * self.half.min(self.target_half));
            if overlap > ROUNDING * self.target_half {
                cover += overlap;
                sum += overlap * self.in_plane(volume.slice(s), [u, v]);
            }
        }
        if cover + ROUNDING < 2.0 * LEAST_COVER * self.target_half {
            Sample::Between
        } else {
            Sample::Imaged((sum / cover) as f32)
        }
    }

    /// The mean of the values about a position in a slice, interpolated linearly; the border's pixels go on beyond it.
    fn in_plane(&self, slice: &[f32], [u, v]: [f64; 2]) -> f64 {
        let [ni, nj, _] = self.shape;
        let at = |x: f64, n: usize| {
            let x = x.clamp(0.0, (n - 1) as f64);
            let low = x.floor();
            (low as usize, (low as usize + 1).min(n - 1), x - low)
        };
        let value = |[du, dv]: &[f64; 2]| {
            let (i0, i1, x) = at(u + du, ni);
            let (j0, j1, y) = at(v + dv, nj);
            let pixel = |i: usize, j: usize| f64::from(slice[j * ni + i]);
            (1.0 - y) * ((1.0 - x) * pixel(i0, j0) + x * pixel(i1, j0))
                + y * ((1.0 - x) * pixel(i0, j1) + x * pixel(i1, j1))
        };
        self.places.iter().map(value).sum::<f64>() / self.places.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Affine;

    fn grid(shape: [usize; 3], spacing: [f64; 3], origin: [f64; 3]) -> Grid {
        let row = |a: usize| {
            let mut row = [0.0, 0.0, 0.0, origin[a]];
            row[a] = spacing[a];
            row
        };
        Grid::new(shape, Affine::new([row(0), row(1), row(2)]).unwrap()).unwrap()
    }

    /// A stack turned by an angle about its first axis, through a point.
    fn tilted(grid: &Grid, degrees: f64, about: [f64; 3]) -> Grid {
        let (s, c) = degrees.to_radians().sin_cos();
        let rows = grid.world_from_voxel().rows();
        let mut out = rows;
        for column in 0..4 {
            let at = |r: usize| rows[r][column] - if column == 3 { about[r] } else { 0.0 };
            let (y, z) = (at(1), at(2));
            let back = |r: usize| if column == 3 { about[r] } else { 0.0 };
            out[1][column] = c * y - s * z + back(1);
            out[2][column] = s * y + c * z + back(2);
        }
        Grid::new(grid.shape(), Affine::new(out).unwrap()).unwrap()
    }

    /// A linear function of the place in the patient.
    fn field(grid: &Grid) -> Volume<f32> {
        Volume::from_fn(*grid, |voxel| {
            let [x, y, z] = grid.world_from_voxel().apply(voxel.map(|v| v as f64));
            (3.0 * x - 2.0 * y + 0.5 * z + 100.0) as f32
        })
    }

    #[test]
    fn the_same_grid_gives_the_same_values() {
        let grid = grid([7, 5, 3], [0.7, 0.7, 12.0], [3.0, -4.0, 5.0]);
        let image = Volume::from_fn(grid, |[i, j, k]| (i * j + 10 * k) as f32);
        let slab = Slab::of(12.0);
        let (again, imaged) = onto(&image, slab, &grid, slab);
        assert_eq!(imaged, [true; 3]);
        assert_eq!(again, image);
        assert_eq!(nearest(&image, slab, &grid, -1.0), image);
    }

    #[test]
    fn in_the_plane_a_linear_field_keeps_its_values() {
        let from = grid([40, 40, 2], [1.25, 1.25, 8.0], [0.0, 0.0, 0.0]);
        let to = grid([50, 50, 2], [0.75, 0.75, 8.0], [5.0, 6.0, 0.0]);
        let (out, imaged) = onto(&field(&from), Slab::of(8.0), &to, Slab::of(8.0));
        assert_eq!(imaged, [true; 2]);
        let expected = field(&to);
        for (a, b) in out.data().iter().zip(expected.data()) {
            assert!((a - b).abs() < 1e-4, "{a} {b}");
        }
    }

    #[test]
    fn slabs_count_by_their_overlap_and_gaps_stay_empty() {
        // Slices 6 mm thick at 0, 10, 20 mm hold 1, 2, 3.
        let from = grid([3, 3, 3], [1.0, 1.0, 10.0], [0.0; 3]);
        let image = Volume::from_fn(from, |[_, _, k]| k as f32 + 1.0);
        let at = |z: f64, thick: f64| {
            let to = grid([3, 3, 1], [1.0, 1.0, thick], [0.0, 0.0, z]);
            let (out, imaged) = onto(&image, Slab::of(6.0), &to, Slab::of(thick));
            imaged[0].then(|| out[[1, 1, 0]])
        };
        assert_eq!(at(0.0, 4.0), Some(1.0));
        assert_eq!(at(2.0, 4.0), Some(1.0));
        // Half of it is still imaged, then less.
        assert_eq!(at(3.0, 4.0), Some(1.0));
        assert_eq!(at(3.5, 4.0), None);
        assert_eq!(at(5.0, 4.0), None);
        assert_eq!(at(-3.5, 4.0), None);
        // 16 mm about 5 mm: 6 mm of the first and 6 mm of the second.
        assert_eq!(at(5.0, 16.0), Some(1.5));
        // 10 mm about 7 mm: 1 mm of the first, 5 mm of the second.
        let value = at(7.0, 10.0).unwrap();
        assert!((value - (1.0 + 2.0 * 5.0) / 6.0).abs() < 1e-5, "{value}");
    }

    #[test]
    fn a_tilted_stack_is_read_where_its_planes_lie() {
        let from = grid([64, 64, 40], [1.0, 1.0, 2.0], [-32.0, -32.0, -40.0]);
        let to = grid([40, 40, 3], [1.0, 1.0, 8.0], [-20.0, -20.0, -8.0]);
        for degrees in [3.0, 8.0, 20.0] {
            let from = tilted(&from, degrees, [0.0; 3]);
            let (out, imaged) = onto(&field(&from), Slab::of(2.0), &to, Slab::of(2.0));
            assert_eq!(imaged, [true; 3], "{degrees}");
            let expected = field(&to);
            let worst = out.data().iter().zip(expected.data());
            let worst = worst.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            // Half a slice of 2 mm at most, at a slope of .5 and that of the tilt.
            assert!(worst < 2.0, "{degrees} {worst}");
        }
    }

    #[test]
    fn labels_come_from_the_slab_that_holds_them() {
        let from = grid([4, 4, 2], [1.0, 1.0, 10.0], [0.0; 3]);
        let labels = Volume::from_fn(from, |[i, _, k]| 10 * (k as i32 + 1) + i as i32);
        let to = grid([8, 4, 5], [0.5, 1.0, 4.0], [-0.25, 0.0, 0.0]);
        let out = nearest(&labels, Slab::of(8.0), &to, 0);
        // At 0, 4, 8, 12 and 16 mm: the first slab ends at 4 mm, the second at 14.
        let values = [0, 1, 2, 3, 4].map(|k| out[[2, 1, k]]);
        assert_eq!(values, [11, 11, 21, 21, 0]);
        assert_eq!([0, 1, 7].map(|i| out[[i, 0, 0]]), [10, 10, 13]);
    }
}
