//! Scar by signal thresholds inside the wall, which clinicians compare segmentations with.

use myops_image::label::{Label, LabelMap, Region};
use myops_image::volume::Volume;
use serde::{Deserialize, Serialize};

use super::volumes::percent;

/// The fewest voxels of healthy myocardium that give a remote signal.
const FEWEST_REMOTE: usize = 20;
/// Bins of the histogram that Otsu's threshold is found on.
const BINS: usize = 256;

/// One threshold and what lies above it inside the wall.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// The method: `2 SD`, `3 SD`, `5 SD`, `6 SD`, `FWHM` or `Otsu`.
    pub method: String,
    /// The threshold, in the unit of the LGE image.
    pub signal: f64,
    /// Wall above the threshold in ml.
    pub above_ml: f64,
    /// Wall above the threshold as a percentage of the wall.
    pub above_percent: f64,
}

/// The remote signal and the thresholds that follow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Mean LGE signal of healthy myocardium.
    pub remote_mean: f64,
    /// Standard deviation (n - 1) of that signal.
    pub remote_sd: f64,
    /// Each method: mean of remote myocardium plus 2, 3, 5 and 6 standard deviations (Flett et al., JACC Imaging
    /// 2010), half of the maximum of the scar (FWHM; Amado et al., JACC 2004), Otsu's threshold of the wall (1979).
    pub methods: Vec<Threshold>,
}

impl Thresholds {
    /// Thresholds the wall, over all slices together; `None` with fewer than 20 voxels of healthy myocardium.
    ///
    /// The maximum of FWHM is that of the wall labelled scar, or, where none is, of wall above 5 SD; there is no FWHM
    /// where neither exists or where the wall has negative signal, of which no half is meant. Both maps have one shape.
    pub fn of(labels: &LabelMap, lge: &Volume<f32>) -> Option<Self> {
        let signals = |region: Region| -> Vec<f64> {
            let both = labels.data().iter().zip(lge.data());
            both.filter(|(l, v)| region.contains(**l) && v.is_finite()).map(|(_, v)| f64::from(*v)).collect()
        };
        let (wall, remote) = (signals(Region::WALL), signals(Region::HEALTHY_MYOCARDIUM));
        if remote.len() < FEWEST_REMOTE {
            return None;
        }
        let n = remote.len() as f64;
        let remote_mean = remote.iter().sum::<f64>() / n;
        let remote_sd = (remote.iter().map(|v| (v - remote_mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        let mut found: Vec<(String, f64)> =
            [2.0, 3.0, 5.0, 6.0].map(|sd| (format!("{sd} SD"), remote_mean + sd * remote_sd)).to_vec();
        let scar: Vec<f64> = signals(Region::SCAR);
        let bright: Vec<f64> = wall.iter().copied().filter(|v| *v > remote_mean + 5.0 * remote_sd).collect();
        let enhanced = if labels.data().contains(&Label::Scar) { scar } else { bright };
        let nonnegative = wall.iter().all(|v| *v >= 0.0);
        let brightest = enhanced.into_iter().reduce(f64::max).filter(|_| nonnegative);
        found.extend(brightest.map(|most| ("FWHM".to_owned(), most / 2.0)));
        found.extend(otsu(&wall).map(|signal| ("Otsu".to_owned(), signal)));
        let voxel_ml = labels.spacing().voxel_ml();
        let threshold = |(method, signal): (String, f64)| {
            let above = wall.iter().filter(|v| **v > signal).count() as f64;
            let above_percent = percent(above, wall.len() as f64).unwrap_or(0.0);
            Threshold { method, signal, above_ml: above * voxel_ml, above_percent }
        };
        Some(Self { remote_mean, remote_sd, methods: found.into_iter().map(threshold).collect() })
    }
}

/// The threshold between two classes with the largest variance between them; `None` where all values are one.
fn otsu(values: &[f64]) -> Option<f64> {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let width = (values.iter().copied().fold(f64::NEG_INFINITY, f64::max) - low) / BINS as f64;
    if width.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) {
        return None;
    }
    let mut bins = [(0.0, 0.0); BINS];
    for value in values {
        let bin = &mut bins[(((value - low) / width) as usize).min(BINS - 1)];
        *bin = (bin.0 + 1.0, bin.1 + value);
    }
    let total = bins.iter().fold((0.0, 0.0), |t, b| (t.0 + b.0, t.1 + b.1));
    let (mut below, mut best) = ((0.0, 0.0), (0.0, None));
    for (n, bin) in bins[..BINS - 1].iter().enumerate() {
        below = (below.0 + bin.0, below.1 + bin.1);
        let above = (total.0 - below.0, total.1 - below.1);
        let between = below.0 * above.0 * (below.1 / below.0 - above.1 / above.0).powi(2);
        if between > best.0 {
            best = (between, Some(low + width * (n + 1) as f64));
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use myops_image::geometry::{Affine, Grid, Spacing};

    use super::*;

    fn wall_with_signal() -> (LabelMap, Volume<f32>) {
        let grid = Grid::new([100, 1, 1], Affine::from_spacing(Spacing::new_mm([1.0; 3]).unwrap())).unwrap();
        let labels = Volume::from_fn(grid, |[i, ..]| if i < 80 { Label::Myocardium } else { Label::Scar });
        // Remote 90 and 110 in turn: mean 100, SD just above 10; scar 145, 155 and 220.
        let lge = Volume::from_fn(grid, |[i, ..]| match i {
            0..80 => 90.0 + 20.0 * (i % 2) as f32,
            80..85 => 145.0,
            85..90 => 155.0,
            _ => 220.0,
        });
        (labels, lge)
    }

    #[test]
    fn each_method_finds_its_part_of_the_wall() {
        let (labels, lge) = wall_with_signal();
        let thresholds = Thresholds::of(&labels, &lge).unwrap();
        assert_eq!(thresholds.remote_mean, 100.0);
        assert!((thresholds.remote_sd - 10.063).abs() < 0.001);
        let found: Vec<_> = thresholds.methods.iter().map(|t| (t.method.as_str(), t.above_percent)).collect();
        let expected = [("2 SD", 20.0), ("3 SD", 20.0), ("5 SD", 15.0), ("6 SD", 10.0), ("FWHM", 20.0), ("Otsu", 10.0)];
        assert_eq!(found[..4], expected[..4]);
        assert_eq!((found[4].0, thresholds.methods[4].signal), ("FWHM", 110.0));
        assert_eq!(found[4..], expected[4..]);
        assert_eq!(thresholds.methods[0].above_ml, 0.02);
    }

    #[test]
    fn without_remote_myocardium_there_are_no_thresholds() {
        let (labels, lge) = wall_with_signal();
        assert_eq!(Thresholds::of(&labels.map(|_| Label::Scar), &lge), None);
        let negative = Thresholds::of(&labels, &lge.map(|v| v - 200.0)).unwrap();
        assert!(negative.methods.iter().all(|t| t.method != "FWHM"));
        assert_eq!(otsu(&[3.0, 3.0]), None);
    }
}
