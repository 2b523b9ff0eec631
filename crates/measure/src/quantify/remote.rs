//! Remote myocardium: the healthy part of the wall whose LGE signal scar is compared with.

use myops_image::label::{Label, LabelMap};
use serde::{Deserialize, Serialize};

use super::wall::WallVoxel;

/// The least distance (mm) of remote myocardium from the endocardium and from the epicardium: blood and fat blur as far
/// into the wall as the pixels are acquired, 1.3 to 1.8 mm in clinical LGE.
const FROM_BORDER_MM: f64 = 1.5;
/// The same as a share of the local thickness of the wall, so that the middle 40 % are left.
const FROM_BORDER: f64 = 0.3;
/// The least distance (mm) of remote myocardium from edema and scar of its slice, and from where those of the slices
/// above and below lie.
const FROM_INJURY_MM: f64 = 10.0;
const FROM_INJURY_BESIDE_MM: f64 = 5.0;
/// The smallest region of a slice that gives a mean and a standard deviation: mm², and voxels.
pub const SMALLEST_MM2: f64 = 50.0;
const FEWEST_VOXELS: usize = 20;
/// Signals this many times the scaled median absolute deviation from the median are no remote myocardium.
const OUTLYING: f64 = 3.0;
/// The standard deviation of a normal distribution in median absolute deviations.
const SD_IN_MAD: f64 = 1.4826;

/// The remote myocardium of one slice: one connected region in the middle of the wall.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemoteSlice {
    /// Its index along `k`, from 0.
    pub slice: usize,
    /// Voxels of the region, without outlying ones.
    pub voxels: usize,
    /// Their area in mm².
    pub area_mm2: f64,
    /// Mean of their LGE signal.
    pub mean: f64,
    /// Standard deviation (n - 1) of their LGE signal.
    pub sd: f64,
}

/// The remote myocardium of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Remote {
    /// The slices that have some.
    pub slices: Vec<RemoteSlice>,
    /// Voxels of all of them.
    pub voxels: usize,
    /// Their volume in ml.
    pub volume_ml: f64,
    /// Mean of their LGE signal.
    pub mean: f64,
    /// Standard deviation of their LGE signal about the mean of their slice.
    pub sd: f64,
}

impl Remote {
    /// The largest connected region of each slice that is healthy, in the middle of the wall and away from edema and
    /// scar.
    ///
    /// # Errors
    /// The area (mm²) of the largest where none is large enough.
    pub fn of(labels: &LabelMap, wall: &[WallVoxel]) -> Result<Self, f64> {
        let ([x, y, _], voxel_ml) = (labels.spacing().mm(), labels.spacing().voxel_ml());
        let mut largest_mm2 = 0.0_f64;
        let mut slices = Vec::new();
        for voxels in wall.chunk_by(|a, b| a.slice == b.slice) {
            let candidates: Vec<&WallVoxel> = voxels.iter().filter(|v| is_remote(v)).collect();
            let region = largest_piece(&candidates, labels.shape()[0]);
            let area_mm2 = region.len() as f64 * x * y;
            largest_mm2 = largest_mm2.max(area_mm2);
            if area_mm2 >= SMALLEST_MM2 && region.len() >= FEWEST_VOXELS {
                let signals = without_outliers(region.iter().map(|v| v.signal).collect());
                let (mean, sd) = mean_and_sd(&signals);
                let n = signals.len();
                slices.push(RemoteSlice {
                    slice: voxels[0].slice,
                    voxels: n,
                    area_mm2: n as f64 * x * y,
                    mean,
                    sd,
                });
            }
        }
        if slices.is_empty() {
            return Err(largest_mm2);
        }
        let voxels: usize = slices.iter().map(|s| s.voxels).sum();
        let mean = slices.iter().map(|s| s.mean * s.voxels as f64).sum::<f64>() / voxels as f64;
        let squares: f64 = slices
            .iter()
            .map(|s| s.sd.powi(2) * (s.voxels - 1) as f64)
            .sum();
        let sd = (squares / (voxels - slices.len()) as f64).sqrt();
        Ok(Self {
            voxels,
            volume_ml: voxels as f64 * voxel_ml,
            mean,
            sd,
            slices,
        })
    }

    /// The remote myocardium that a slice is compared with: its own, or that of the nearest slice that has some.
    pub fn beside(&self, slice: usize) -> Option<&RemoteSlice> {
        self.slices
            .iter()
            .min_by_key(|own| own.slice.abs_diff(slice))
    }
}

fn is_remote(voxel: &WallVoxel) -> bool {
    let (inner, outer) = (voxel.endocardium_mm, voxel.epicardium_mm);
    let from_border_mm = FROM_BORDER_MM.max(FROM_BORDER * (inner + outer));
    voxel.label == Label::Myocardium
        && inner.is_finite()
        && inner.min(outer) >= from_border_mm
        && voxel.injury_mm >= FROM_INJURY_MM
        && voxel.injury_beside_mm >= FROM_INJURY_BESIDE_MM
}

/// The most voxels of one slice that hang together by faces, edges or corners; `ni` columns are in a row.
fn largest_piece<'a>(voxels: &[&'a WallVoxel], ni: usize) -> Vec<&'a WallVoxel> {
    let mut seen = vec![false; voxels.len()];
    let mut largest = Vec::new();
    for start in 0..voxels.len() {
        if seen[start] {
            continue;
        }
        seen[start] = true;
        let (mut piece, mut open) = (Vec::new(), vec![start]);
        while let Some(n) = open.pop() {
            piece.push(voxels[n]);
            let [i, j] = [voxels[n].at % ni, voxels[n].at / ni];
            for row in j.saturating_sub(1)..j + 2 {
                let first = voxels.partition_point(|v| v.at < row * ni + i.saturating_sub(1));
                let near = |v: &&&WallVoxel| v.at <= row * ni + (i + 1).min(ni - 1);
                let beside = first..first + voxels[first..].iter().take_while(near).count();
                open.extend(beside.filter(|next| !std::mem::replace(&mut seen[*next], true)));
            }
        }
        if piece.len() > largest.len() {
            largest = piece;
        }
    }
    largest
}

/// The values near the median (Hampel's identifier): what is left of blood or an edge would widen a standard deviation.
fn without_outliers(values: Vec<f64>) -> Vec<f64> {
    let middle = median(values.clone());
    let spread = SD_IN_MAD * median(values.iter().map(|v| (v - middle).abs()).collect());
    if spread == 0.0 {
        return values;
    }
    values
        .into_iter()
        .filter(|v| (v - middle).abs() <= OUTLYING * spread)
        .collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
}

fn mean_and_sd(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (
        mean,
        (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt(),
    )
}

#[cfg(test)]
mod tests {
    use super::super::phantom::{PIXEL_MM, Site, View, draw};
    use super::super::wall::wall_voxels;
    use super::*;
    use myops_image::volume::Volume;

    fn scar_before(degrees: f64) -> LabelMap {
        draw(View::default(), |s| {
            if s.degrees < degrees {
                Label::Scar
            } else {
                Label::Myocardium
            }
        })
    }

    fn of(labels: &LabelMap, lge: &Volume<f32>) -> Result<Remote, f64> {
        Remote::of(labels, &wall_voxels(labels, lge))
    }

    #[test]
    fn remote_myocardium_is_mid_wall_and_far_from_injury() {
        // The signal tells where a voxel lies: degrees from the insertion, and depth as a fraction.
        let (degrees, depth) = (
            std::cell::RefCell::new(Vec::new()),
            std::cell::RefCell::new(Vec::new()),
        );
        let labels = draw(View::default(), |s: Site| {
            degrees.borrow_mut().push(s.degrees);
            depth.borrow_mut().push(s.depth);
            if s.degrees < 90.0 {
                Label::Scar
            } else {
                Label::Myocardium
            }
        });
        let wall = wall_voxels(&labels, &Volume::filled(*labels.grid(), 1.0));
        let (degrees, depth) = (degrees.into_inner(), depth.into_inner());
        assert_eq!(wall.len(), depth.len(), "both in the order of memory");
        let mut taken = 0;
        for ((voxel, degrees), depth) in wall
            .iter()
            .zip(degrees)
            .zip(depth)
            .filter(|((v, ..), _)| is_remote(v))
        {
            taken += 1;
            assert!((0.2..0.8).contains(&depth), "{voxel:?} lies at {depth}");
            // The wall's middle has a radius of 19 to 27 mm: 10 mm are 20 degrees at least.
            assert!(
                (108.0..342.0).contains(&degrees),
                "{voxel:?} lies at {degrees} degrees"
            );
        }
        assert!(taken > 1000, "{taken}");
    }

    #[test]
    fn mean_and_deviation_are_those_of_each_slice() {
        let labels = scar_before(90.0);
        // Slice k has 100 k - 5 and 100 k + 5 in turn, and one slice some blood.
        let lge = Volume::from_fn(*labels.grid(), |[i, j, k]| {
            let blood = if k == 2 && i % 16 == 3 && j % 3 == 0 {
                500.0
            } else {
                0.0
            };
            100.0 * k as f32 - 5.0 + 10.0 * ((i + j) % 2) as f32 + blood
        });
        let remote = of(&labels, &lge).unwrap();
        assert_eq!(
            remote.slices.iter().map(|s| s.slice).collect::<Vec<_>>(),
            [0, 1, 2, 3, 4, 5]
        );
        for slice in &remote.slices {
            assert!(
                (slice.mean - 100.0 * slice.slice as f64).abs() < 1.0,
                "{slice:?}"
            );
            assert!((slice.sd - 5.0).abs() < 0.1, "{slice:?}");
            assert_eq!(slice.area_mm2, slice.voxels as f64 * PIXEL_MM * PIXEL_MM);
        }
        assert!(
            (remote.sd - 5.0).abs() < 0.1,
            "the slices' means do not widen it: {}",
            remote.sd
        );
        assert_eq!(
            remote.voxels,
            remote.slices.iter().map(|s| s.voxels).sum::<usize>()
        );
    }

    #[test]
    fn a_slice_without_any_takes_the_nearest_and_a_case_without_any_says_how_much_there_was() {
        let lge = |labels: &LabelMap| {
            Volume::from_fn(*labels.grid(), |[i, j, _]| ((i * 7 + j * 3) % 5) as f32)
        };
        let labels = scar_before(90.0);
        // All of the first slice is scar, and with it what lies opposite in the second.
        let first = labels.grid().voxels_per_slice();
        let mut basal = labels.clone();
        let scarred = |l: &mut Label| {
            if *l == Label::Myocardium {
                *l = Label::Scar;
            }
        };
        basal.data_mut()[..first].iter_mut().for_each(scarred);
        let remote = of(&basal, &lge(&basal)).unwrap();
        assert_eq!(remote.slices[0].slice, 2);
        assert_eq!(remote.beside(0).unwrap().slice, 2);
        let all = scar_before(300.0);
        assert!(of(&all, &lge(&all)).unwrap_err() < SMALLEST_MM2);
        assert_eq!(
            of(&labels.map(|_| Label::Scar), &lge(&labels)).unwrap_err(),
            0.0
        );
    }
}
