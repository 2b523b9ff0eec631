//! Scar by thresholds of the LGE signal inside the wall, which clinicians compare segmentations with.

mod absence;
mod method;

use myops_image::label::{Label, LabelMap};
use myops_image::volume::Volume;
use serde::{Deserialize, Serialize};

pub use method::Method;

use self::absence::{Absence, LEAST_CORE_ML};
use super::otsu::otsu;
use super::remote::{Remote, SMALLEST_MM2};
use super::volumes::percent;
use super::wall::{WallVoxel, in_plane, wall_voxels};
use crate::finding::Finding;
use crate::percentile::percentile;

/// Wall this near (mm) to a blood pool may be bright with blood: it counts only beside bright wall that is deeper.
const BLOOD_RIM_MM: f64 = 1.5;
/// How near (mm) that has to be.
const BESIDE_CORE_MM: f64 = 2.5;
/// The percentile of the scar's signal that stands for its maximum, which a single voxel of noise or blood would set.
const BRIGHTEST_PERCENTILE: f64 = 95.0;
/// The fewest voxels of scar off the rim that give the maximum; with fewer, all labelled scar does.
const FEWEST_CORE_VOXELS: usize = 20;
/// A threshold nearer to the remote mean than this many SD does not tell scar from remote myocardium.
const TELLING_SD: f64 = 2.0;
/// Scar above 5 SD and labelled scar contradict each other where one is more than this many times the other ...
const CONTRADICTING_RATIO: f64 = 2.0;
/// ... and they differ by at least this percentage of the wall.
const CONTRADICTING_PERCENT: f64 = 10.0;

/// What lies above one threshold inside the wall, or why there is no such threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// How it was found.
    pub method: Method,
    /// The threshold in the unit of the LGE image; that of the mean wall voxel where it differs between slices.
    pub signal: Option<f64>,
    /// Wall above the threshold in ml.
    pub above_ml: Option<f64>,
    /// Wall above the threshold as a percentage of the wall.
    pub above_percent: Option<f64>,
    /// Why there is none; `None` where there is one.
    pub absent_because: Option<String>,
}

/// Remote myocardium and the thresholds that follow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Remote myocardium; `None` without LGE, or where too little of the wall is healthy and far from injury.
    pub remote: Option<Remote>,
    /// Every method, in the order of [`Method::ALL`].
    pub methods: Vec<Threshold>,
}

impl Thresholds {
    /// Thresholds the wall, each slice by its own remote myocardium or that of the nearest slice which has some; what
    /// a reader has to know of it comes with it. Both maps have one shape.
    pub fn of(labels: &LabelMap, lge: &Volume<f32>) -> (Self, Vec<Finding>) {
        let wall = wall_voxels(labels, lge);
        let remote = match Remote::of(labels, &wall) {
            Ok(remote) => remote,
            Err(largest_mm2) => {
                let none = Self::absent(Absence::SmallRemote(largest_mm2));
                return (
                    none,
                    vec![Finding::NoRemoteMyocardium {
                        largest_mm2,
                        needed_mm2: SMALLEST_MM2,
                    }],
                );
            }
        };
        if remote.slices.iter().any(|slice| slice.sd == 0.0) {
            return (
                Self {
                    remote: Some(remote),
                    ..Self::absent(Absence::FlatRemote)
                },
                Vec::new(),
            );
        }
        let thresholding = Thresholding {
            labels,
            wall,
            remote,
        };
        let methods: Vec<Threshold> = Method::ALL
            .iter()
            .map(|method| thresholding.by(*method))
            .collect();
        let findings = thresholding.contradiction(&methods).into_iter().collect();
        (
            Self {
                remote: Some(thresholding.remote),
                methods,
            },
            findings,
        )
    }

    /// There is no LGE image.
    pub fn without_lge() -> Self {
        Self::absent(Absence::NoLge)
    }

    /// The LGE image lies on other voxels than the labels.
    pub fn on_other_voxels() -> Self {
        Self::absent(Absence::OtherVoxels)
    }

    /// The LGE image is shifted relative to the labels, which were drawn on a corrected one.
    pub fn on_shifted_lge() -> Self {
        Self::absent(Absence::ShiftedLge)
    }

    fn absent(because: Absence) -> Self {
        Self {
            remote: None,
            methods: Method::ALL
                .iter()
                .map(|method| Threshold::absent(*method, because))
                .collect(),
        }
    }
}

impl Threshold {
    fn absent(method: Method, because: Absence) -> Self {
        let absent_because = Some(because.to_string());
        Self {
            method,
            signal: None,
            above_ml: None,
            above_percent: None,
            absent_because,
        }
    }
}

/// Why there is no threshold at all; `None` where there is one, or where reasons differ.
pub fn common_absence(thresholds: &[Threshold]) -> Option<&str> {
    let first = thresholds.first()?.absent_because.as_deref()?;
    thresholds
        .iter()
        .all(|t| t.absent_because.as_deref() == Some(first))
        .then_some(first)
}

/// The wall of a case and what it is compared with.
struct Thresholding<'a> {
    labels: &'a LabelMap,
    wall: Vec<WallVoxel>,
    remote: Remote,
}

impl Thresholding<'_> {
    fn by(&self, method: Method) -> Threshold {
        let found = match method {
            Method::Sd2 => Ok(self.remote_plus(2.0)),
            Method::Sd3 => Ok(self.remote_plus(3.0)),
            Method::Sd5 => Ok(self.remote_plus(5.0)),
            Method::Sd6 => Ok(self.remote_plus(6.0)),
            Method::Fwhm => self.half_maximum(),
            Method::Otsu => self.otsu(),
        };
        let signals = match found {
            Ok(signals) => signals,
            Err(because) => return Threshold::absent(method, because),
        };
        let n = self.wall.len() as f64;
        let above = self.above(&signals).len() as f64;
        Threshold {
            method,
            signal: Some(signals.iter().sum::<f64>() / n),
            above_ml: Some(above * self.labels.spacing().voxel_ml()),
            above_percent: percent(above, n),
            absent_because: None,
        }
    }

    /// The threshold at each voxel of the wall, from the mean and the standard deviation of its remote myocardium.
    fn each(&self, threshold: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        let mut signals = Vec::with_capacity(self.wall.len());
        for voxels in self.wall.chunk_by(|a, b| a.slice == b.slice) {
            if let Some(remote) = self.remote.beside(voxels[0].slice) {
                signals.extend(std::iter::repeat_n(
                    threshold(remote.mean, remote.sd),
                    voxels.len(),
                ));
            }
        }
        signals
    }

    fn remote_plus(&self, deviations: f64) -> Vec<f64> {
        self.each(|mean, sd| mean + deviations * sd)
    }

    /// Half way from the remote mean to the maximum: the half of it where remote myocardium is nulled, and as meant where
    /// signals have a sign (PSIR).
    fn half_maximum(&self) -> Result<Vec<f64>, Absence> {
        let mut core = self.core()?;
        core.sort_unstable_by(f64::total_cmp);
        let maximum = percentile(&core, BRIGHTEST_PERCENTILE);
        if (maximum - self.remote.mean) / 2.0 < TELLING_SD * self.remote.sd {
            return Err(Absence::FaintScar);
        }
        Ok(self.each(|mean, _| f64::midpoint(mean, maximum)))
    }

    /// The signals of the labelled scar off the rim, or of wall above 5 SD where none is labelled.
    fn core(&self) -> Result<Vec<f64>, Absence> {
        let scar = || self.wall.iter().filter(|v| v.label == Label::Scar);
        let core: Vec<f64> = scar()
            .filter(|v| v.blood_mm >= BLOOD_RIM_MM)
            .map(|v| v.signal)
            .collect();
        if core.len() >= FEWEST_CORE_VOXELS {
            return Ok(core);
        }
        let all: Vec<f64> = scar().map(|v| v.signal).collect();
        if !all.is_empty() {
            return Ok(all);
        }
        let bright = self.above(&self.remote_plus(5.0));
        if (bright.len() as f64) * self.labels.spacing().voxel_ml() < LEAST_CORE_ML {
            return Err(Absence::NoCore);
        }
        Ok(bright.into_iter().map(|n| self.wall[n].signal).collect())
    }

    fn otsu(&self) -> Result<Vec<f64>, Absence> {
        let signals: Vec<f64> = self.wall.iter().map(|v| v.signal).collect();
        let telling = self.remote.mean + TELLING_SD * self.remote.sd;
        let signal = otsu(&signals)
            .filter(|signal| *signal >= telling)
            .ok_or(Absence::OneClass)?;
        Ok(vec![signal; signals.len()])
    }

    /// The voxels of the wall above their threshold; those in the rim beside blood only where deeper ones are near.
    fn above(&self, signals: &[f64]) -> Vec<usize> {
        let bright: Vec<usize> = (0..self.wall.len())
            .filter(|n| self.wall[*n].signal > signals[*n])
            .collect();
        let (rim, core): (Vec<usize>, Vec<usize>) = bright
            .into_iter()
            .partition(|n| self.wall[*n].blood_mm < BLOOD_RIM_MM);
        let mut deep = vec![false; self.labels.data().len()];
        core.iter().for_each(|n| deep[self.wall[*n].at] = true);
        let places: Vec<usize> = rim.iter().map(|n| self.wall[*n].at).collect();
        let to_core = in_plane(self.labels, &|at| deep[at], &places);
        let beside = rim
            .into_iter()
            .zip(to_core)
            .filter(|(_, mm)| *mm <= BESIDE_CORE_MM)
            .map(|(n, _)| n);
        core.into_iter().chain(beside).collect()
    }

    fn contradiction(&self, methods: &[Threshold]) -> Option<Finding> {
        let threshold_ml = methods.iter().find(|t| t.method == Method::Sd5)?.above_ml?;
        let voxel_ml = self.labels.spacing().voxel_ml();
        let scar_ml = self.wall.iter().filter(|v| v.label == Label::Scar).count() as f64 * voxel_ml;
        let wall_ml = self.wall.len() as f64 * voxel_ml;
        let (less, more) = (threshold_ml.min(scar_ml), threshold_ml.max(scar_ml));
        let contradicts = more > CONTRADICTING_RATIO * less
            && 100.0 * (more - less) >= CONTRADICTING_PERCENT * wall_ml;
        contradicts.then_some(Finding::ThresholdContradictsLabels {
            threshold_ml,
            scar_ml,
        })
    }
}

#[cfg(test)]
mod tests;
