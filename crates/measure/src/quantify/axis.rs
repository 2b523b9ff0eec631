//! Which slices hold a ring of wall, and which of them are basal, mid-ventricular or apical.

use myops_image::label::{LabelMap, Region};
use serde::{Deserialize, Serialize};

use super::patient;

/// The least change of the LV pool's area from end to end, as a fraction of its mean, that tells base from apex.
const TELLING_CHANGE: f64 = 0.15;

/// The level of a slice on the long axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The third next to the valves.
    Basal,
    /// The middle third.
    Mid,
    /// The third next to the apex.
    Apical,
}

/// A slice that holds both LV pool and wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RingSlice {
    /// Its index along `k`, from 0.
    pub slice: usize,
    /// Its level.
    pub level: Level,
}

/// The slices with a wall ring, from base to apex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LongAxis {
    /// The slices, the most basal first.
    pub rings: Vec<RingSlice>,
    /// Whether neither the areas of the LV pool nor the patient axes tell the order.
    pub order_uncertain: bool,
}

impl LongAxis {
    /// Orders the slices: the end with the larger LV pool is the base. Where the areas hardly change, the patient
    /// axes decide if the affine tells them, else the areas as they are.
    pub fn of(labels: &LabelMap) -> Self {
        let count = |k: usize, region: Region| {
            labels
                .slice(k)
                .iter()
                .filter(|l| region.contains(**l))
                .count()
        };
        let mut rings: Vec<(usize, f64)> = (0..labels.shape()[2])
            .filter(|&k| count(k, Region::WALL) > 0)
            .map(|k| (k, count(k, Region::LV_POOL) as f64))
            .filter(|(_, area)| *area > 0.0)
            .collect();
        let change = relative_change(&rings);
        let areas_tell = rings.len() < 2 || change.abs() >= TELLING_CHANGE;
        let told =
            patient::counts_towards_apex(labels.grid().world_from_voxel()).filter(|_| !areas_tell);
        let order_uncertain = !areas_tell && told.is_none();
        if !told.unwrap_or(change <= 0.0) {
            rings.reverse();
        }
        let n = rings.len();
        let level = |at: usize| match (6 * at + 3) / (2 * n) {
            0 => Level::Basal,
            1 => Level::Mid,
            _ => Level::Apical,
        };
        let rings = rings.iter().enumerate().map(|(at, (slice, _))| RingSlice {
            slice: *slice,
            level: level(at),
        });
        Self {
            rings: rings.collect(),
            order_uncertain,
        }
    }
}

/// The change of area from the first to the last slice along the line of least squares, as a fraction of the mean.
fn relative_change(rings: &[(usize, f64)]) -> f64 {
    let n = rings.len() as f64;
    let (mean_k, mean) = (
        rings.iter().map(|r| r.0 as f64).sum::<f64>() / n,
        rings.iter().map(|r| r.1).sum::<f64>() / n,
    );
    let spread: f64 = rings.iter().map(|r| (r.0 as f64 - mean_k).powi(2)).sum();
    let slope = rings
        .iter()
        .map(|r| (r.0 as f64 - mean_k) * (r.1 - mean))
        .sum::<f64>()
        / spread;
    match rings {
        [first, .., last] => slope * (last.0 - first.0) as f64 / mean,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use myops_image::geometry::{Affine, Grid, Spacing};
    use myops_image::label::Label;
    use myops_image::volume::Volume;

    use super::*;

    fn levels(areas: &[usize]) -> (Vec<usize>, Vec<Level>, bool) {
        let spacing = Spacing::new_mm([1.0; 3]).unwrap();
        let grid = Grid::new([50, 1, areas.len()], Affine::from_spacing(spacing)).unwrap();
        let labels = Volume::from_fn(grid, |[i, _, k]| match i {
            0 => Label::Myocardium,
            i if i <= areas[k] => Label::LvPool,
            _ => Label::Background,
        });
        let axis = LongAxis::of(&labels);
        let (slices, levels) = axis.rings.iter().map(|r| (r.slice, r.level)).unzip();
        (slices, levels, axis.order_uncertain)
    }

    #[test]
    fn the_larger_end_is_basal() {
        use Level::{Apical, Basal, Mid};
        assert_eq!(
            levels(&[10, 20, 30]),
            (vec![2, 1, 0], vec![Basal, Mid, Apical], false)
        );
        assert_eq!(levels(&[30, 25, 20, 10]).1, [Basal, Mid, Mid, Apical]);
        assert_eq!(
            levels(&[40, 30, 25, 20, 10]).1,
            [Basal, Basal, Mid, Apical, Apical]
        );
        assert_eq!(levels(&[10, 0, 30]).0, [2, 0]);
    }

    #[test]
    fn equal_areas_leave_the_order_open() {
        assert_eq!(
            levels(&[20, 22, 20]),
            (
                vec![0, 1, 2],
                vec![Level::Basal, Level::Mid, Level::Apical],
                true
            )
        );
        assert_eq!(levels(&[7]), (vec![0], vec![Level::Mid], false));
        assert_eq!(levels(&[0, 0]).0, Vec::<usize>::new());
    }
}
