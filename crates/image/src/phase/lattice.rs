//! Edges of a cine's phases and of another image, compared at places in the slices of that image.

use rayon::prelude::*;

use crate::geometry::Grid;
use crate::volume::Volume;

/// The distance of the places in a slice at which images are compared, mm.
const STEP_MM: f64 = 2.0;
/// The largest distance of a place from the middle of its slice, along rows and columns, mm.
const REACH_MM: f64 = 80.0;
/// The largest number of slices that are compared.
const MOST_SLICES: usize = 8;
/// Values are means of this many by this many positions about a place.
const FINE: usize = 3;
/// The largest shift between two breath-holds that is tried, in steps.
const SHIFT_STEPS: i64 = 3;
/// Places count by the motion within this many steps.
const ABOUT: usize = 5;
/// Of phases that differ in likeness by less than this share, the first is taken.
const SAME_SHARE: f64 = 1e-3;

/// Places in the slices of an image, with its values there.
#[derive(Debug, Clone)]
pub struct Lattice {
    /// Columns and rows of places in each slice.
    columns: usize,
    rows: usize,
    /// World coordinates of the first place of each slice, and the steps along columns and rows.
    first: Vec<[f64; 3]>,
    steps: [[f64; 3]; 2],
    values: Vec<f32>,
}

impl Lattice {
    /// Places about the middle of the slices of an image, in whatever order its voxels are stored.
    pub fn over(image: &Volume<f32>) -> Self {
        let grid = image.grid();
        let slice = grid.slice_axis();
        let [a, b] = match slice {
            0 => [1, 2],
            1 => [0, 2],
            _ => [0, 1],
        };
        let (shape, mm) = (grid.shape(), grid.spacing().mm());
        let half = |axis: usize| REACH_MM.min(mm[axis] * (shape[axis] as f64 - 1.0) / 2.0);
        let places = |axis: usize| 2 * (half(axis) / STEP_MM) as usize + 1;
        let step = |axis: usize| {
            grid.world_from_voxel()
                .column(axis)
                .map(|v| v * STEP_MM / mm[axis])
        };
        let (columns, rows, steps) = (places(a), places(b), [step(a), step(b)]);
        let first = slices(shape[slice]).map(|k| {
            let mut voxel = shape.map(|n| (n as f64 - 1.0) / 2.0);
            voxel[slice] = k as f64;
            let back = [(columns - 1) as f64 / 2.0, (rows - 1) as f64 / 2.0];
            moved(
                grid.world_from_voxel().apply(voxel),
                steps,
                back.map(|n| -n),
            )
        });
        let mut lattice = Self {
            columns,
            rows,
            first: first.collect(),
            steps,
            values: Vec::new(),
        };
        lattice.values = lattice.sample(image);
        lattice
    }

    /// The values of an image at the places: NaN where it shows nothing.
    pub fn sample(&self, image: &Volume<f32>) -> Vec<f32> {
        let fine = |n: usize| (n as f64 + 0.5) / FINE as f64 - 0.5;
        let row = |row: usize| {
            let first = self.first[row / self.rows];
            (0..self.columns).map(move |column| {
                let about = (0..FINE * FINE).map(|n| {
                    let place = [
                        column as f64 + fine(n % FINE),
                        (row % self.rows) as f64 + fine(n / FINE),
                    ];
                    value_at(image, moved(first, self.steps, place))
                });
                about.sum::<f32>() / (FINE * FINE) as f32
            })
        };
        (0..self.rows * self.first.len())
            .into_par_iter()
            .flat_map_iter(row)
            .collect()
    }

    /// The phase most like the image, counted from 0, of phases whose values at the places are given; `None` if they show
    /// nothing of the image.
    pub fn most_like(&self, phases: &[Vec<f32>]) -> Option<usize> {
        let motion = self.blurred(&motion(phases));
        let own = self.gradients(&self.values);
        let likeness = |values: &Vec<f32>| {
            let other = self.gradients(values);
            let shifts = (-SHIFT_STEPS..=SHIFT_STEPS)
                .flat_map(|y| (-SHIFT_STEPS..=SHIFT_STEPS).map(move |x| [x, y]));
            shifts
                .filter_map(|shift| self.likeness(&own, &other, &motion, shift))
                .reduce(f64::max)
        };
        let likeness: Vec<Option<f64>> = phases.par_iter().map(likeness).collect();
        let best = likeness.iter().flatten().copied().reduce(f64::max)?;
        likeness
            .iter()
            .position(|l| l.is_some_and(|l| l >= best - SAME_SHARE * best.abs()))
    }

    /// The likeness of two gradient fields where the second is shifted by some steps, -1 to 1.
    fn likeness(
        &self,
        own: &Gradients,
        other: &Gradients,
        motion: &[f32],
        [x, y]: [i64; 2],
    ) -> Option<f64> {
        let (columns, rows) = (self.columns as i64, self.rows as i64);
        let (mut sum, mut weights) = (0.0, 0.0);
        for slice in 0..self.first.len() {
            for row in 0.max(-y)..rows.min(rows - y) {
                let at = |row: i64| slice * self.columns * self.rows + row as usize * self.columns;
                let (here, there) = (at(row), at(row + y));
                for column in 0.max(-x)..columns.min(columns - x) {
                    let (p, q) = (here + column as usize, there + (column + x) as usize);
                    let weight = motion[q];
                    let ([a, b], [c, d]) = (own.field[p], other.field[q]);
                    let (own_square, other_square) = (a * a + b * b, c * c + d * d);
                    let along = a * c + b * d;
                    let lengths = (own_square + own.edge) * (other_square + other.edge);
                    let alike = (2.0 * along * along - own_square * other_square) / lengths;
                    if alike.is_finite() && weight.is_finite() {
                        sum += f64::from(weight * alike);
                        weights += f64::from(weight);
                    }
                }
            }
        }
        (weights > 0.0).then(|| sum / weights)
    }

    /// The means about each place of a slice, of what is not NaN.
    fn blurred(&self, values: &[f32]) -> Vec<f32> {
        let (columns, rows) = (self.columns, self.rows);
        let mean = |at: usize| {
            let (column, row) = (at % columns, at / columns % rows);
            let about = |n: usize, all: usize| n.saturating_sub(ABOUT)..(n + ABOUT + 1).min(all);
            let first = at - row * columns - column;
            let (mut sum, mut count) = (0.0, 0.0);
            for row in about(row, rows) {
                for column in about(column, columns) {
                    let value = values[first + row * columns + column];
                    if value.is_finite() {
                        sum += value;
                        count += 1.0;
                    }
                }
            }
            sum / count
        };
        (0..values.len()).into_par_iter().map(mean).collect()
    }

    /// Differences between neighbours along columns and rows; NaN at the border and where a neighbour is.
    fn gradients(&self, values: &[f32]) -> Gradients {
        let mut field = vec![[f32::NAN; 2]; values.len()];
        let (mut sum, mut count) = (0.0, 0.0);
        for (at, gradient) in field.iter_mut().enumerate() {
            let (column, row) = (at % self.columns, at / self.columns % self.rows);
            if column == 0 || row == 0 || column + 1 == self.columns || row + 1 == self.rows {
                continue;
            }
            *gradient = [
                values[at + 1] - values[at - 1],
                values[at + self.columns] - values[at - self.columns],
            ];
            let square = gradient[0] * gradient[0] + gradient[1] * gradient[1];
            if square.is_finite() {
                sum += f64::from(square.sqrt());
                count += 1.0;
            }
        }
        let mean = (sum / f64::max(count, 1.0)) as f32;
        Gradients {
            field,
            edge: (mean * mean).max(f32::MIN_POSITIVE),
        }
    }
}

/// The gradients of an image at the places.
struct Gradients {
    field: Vec<[f32; 2]>,
    /// The squared length from which a gradient counts as an edge: that of the mean.
    edge: f32,
}

/// The indices of the slices that are compared.
fn slices(all: usize) -> impl Iterator<Item = usize> {
    let some = all.min(MOST_SLICES);
    (0..some).map(move |n| (2 * n + 1) * all / (2 * some))
}

fn moved(place: [f64; 3], steps: [[f64; 3]; 2], by: [f64; 2]) -> [f64; 3] {
    [0, 1, 2].map(|axis| place[axis] + by[0] * steps[0][axis] + by[1] * steps[1][axis])
}

/// How much the phases differ at each place: the standard deviation of their values, each phase scaled to a mean of 1.
fn motion(phases: &[Vec<f32>]) -> Vec<f32> {
    let scale = |values: &Vec<f32>| {
        let shown = values.iter().filter(|v| v.is_finite());
        let (sum, count) = shown.fold((0.0, 0.0), |(s, n), v| (s + f64::from(v.abs()), n + 1.0));
        if sum > 0.0 { (count / sum) as f32 } else { 1.0 }
    };
    let scales: Vec<f32> = phases.iter().map(scale).collect();
    let places = phases.first().map_or(0, Vec::len);
    let count = phases.len() as f32;
    let at = |place: usize| {
        let values = || {
            phases
                .iter()
                .zip(&scales)
                .map(|(phase, scale)| phase[place] * scale)
        };
        let mean = values().sum::<f32>() / count;
        let square = values().map(|v| (v - mean).powi(2)).sum::<f32>() / count;
        // Where nothing moves, everything counts a little.
        square.sqrt() + 1e-6
    };
    (0..places).into_par_iter().map(at).collect()
}

/// The value of an image at a place in the patient, interpolated linearly; NaN outside its voxels.
fn value_at(image: &Volume<f32>, world: [f64; 3]) -> f32 {
    let grid: &Grid = image.grid();
    let shape = grid.shape();
    let voxel = grid.world_from_voxel().voxel_at(world);
    let inside = |axis: usize| (-0.5..=shape[axis] as f64 - 0.5).contains(&voxel[axis]);
    if !(0..3).all(inside) {
        return f32::NAN;
    }
    let low = [0, 1, 2].map(|axis| voxel[axis].clamp(0.0, (shape[axis] - 1) as f64));
    let share = low.map(|v| (v - v.floor()) as f32);
    let low = low.map(|v| v as usize);
    (0..8)
        .map(|corner| {
            let far = [0, 1, 2].map(|axis| corner >> axis & 1 == 1);
            let weight: f32 = (0..3)
                .map(|axis| {
                    if far[axis] {
                        share[axis]
                    } else {
                        1.0 - share[axis]
                    }
                })
                .product();
            let at =
                [0, 1, 2].map(|axis| (low[axis] + usize::from(far[axis])).min(shape[axis] - 1));
            // A value that does not count must not spoil the others by being no number.
            if weight > 0.0 {
                weight * image[at]
            } else {
                0.0
            }
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Affine, Spacing};

    fn grid(shape: [usize; 3], mm: [f64; 3], first: [f64; 3]) -> Grid {
        let mut rows = Affine::from_spacing(Spacing::new_mm(mm).unwrap()).rows();
        (0..3).for_each(|r| rows[r][3] = first[r]);
        Grid::new(shape, Affine::new(rows).unwrap()).unwrap()
    }

    /// A bright ring about (10, -5) mm that is thinner towards the apex, with texture that does not move.
    fn heart(grid: Grid, radius_mm: f64, contrast: [f32; 3]) -> Volume<f32> {
        Volume::from_fn(grid, |voxel| {
            let [x, y, z] = grid.world_from_voxel().apply(voxel.map(|v| v as f64));
            let from = (x - 10.0).hypot(y + 5.0);
            let radius = radius_mm - z / 10.0;
            let texture = ((x / 9.0).sin() * (y / 7.0).cos() * 10.0) as f32;
            let tissue = if from < radius {
                contrast[0]
            } else if from < radius + 9.0 {
                contrast[1]
            } else {
                contrast[2]
            };
            tissue + texture
        })
    }

    #[test]
    fn the_phase_of_the_other_sequence_is_found_on_another_grid_with_another_contrast_and_shifted()
    {
        let lge = grid([140, 130, 6], [1.1, 1.1, 8.0], [-72.0, -70.0, 0.0]);
        for shift_mm in [0.0, 3.0, -5.0] {
            let cine = grid(
                [90, 100, 14],
                [1.8, 1.8, 4.0],
                [-80.0 + shift_mm, -85.0, -6.0],
            );
            let lattice = Lattice::over(&heart(lge, 19.0, [150.0, 15.0, 60.0]));
            let radius = |n: usize| 25.0 - 8.0 * (std::f64::consts::PI * n as f64 / 20.0).sin();
            let phases: Vec<_> = (0..20)
                .map(|n| {
                    // The cine lies elsewhere by the shift, and its header does not tell.
                    let moved = heart(cine, radius(n), [200.0, 60.0, 90.0]);
                    let header = grid(cine.shape(), [1.8, 1.8, 4.0], [-80.0, -85.0, -6.0]);
                    let scale = 1.0 - 0.01 * n as f32;
                    let data = moved.data().iter().map(|v| v * scale).collect();
                    lattice.sample(&Volume::new(header, data).unwrap())
                })
                .collect();
            let found = lattice.most_like(&phases).unwrap();
            assert!(
                (radius(found) - 19.0).abs() < 1.0,
                "{found}: {} mm",
                radius(found)
            );
        }
    }

    #[test]
    fn of_phases_that_do_not_differ_the_first_is_taken_and_of_none_nothing() {
        let grid = grid([60, 60, 3], [2.0, 2.0, 8.0], [-60.0, -60.0, 0.0]);
        let lattice = Lattice::over(&heart(grid, 20.0, [150.0, 15.0, 60.0]));
        let phase = |scale: f32| {
            let image = heart(grid, 22.0, [200.0, 60.0, 90.0]);
            // Twelve bits, as scanners store them.
            lattice.sample(&image.map(|v| (v * 15.0 * scale).round()))
        };
        assert_eq!(
            lattice.most_like(&[phase(1.0), phase(0.8), phase(0.9)]),
            Some(0)
        );
        assert_eq!(lattice.most_like(&[]), None);
        let elsewhere = vec![f32::NAN; lattice.values.len()];
        assert_eq!(lattice.most_like(&[elsewhere.clone(), elsewhere]), None);
    }

    #[test]
    fn a_value_between_voxels_is_interpolated_and_one_outside_is_none() {
        let image = Volume::from_fn(grid([2, 2, 2], [2.0, 2.0, 8.0], [0.0; 3]), |[i, j, k]| {
            (i + 10 * j + 100 * k) as f32
        });
        assert_eq!(value_at(&image, [1.0, 0.0, 2.0]), 25.5);
        assert_eq!(value_at(&image, [2.9, 2.0, 8.0]), 111.0);
        assert!(value_at(&image, [3.1, 0.0, 0.0]).is_nan());
    }
}
