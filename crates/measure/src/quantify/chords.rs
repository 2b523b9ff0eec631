//! The wall along rays from the centre of the left ventricle, and how far scar reaches through it.

use std::f64::consts::TAU;

use myops_image::label::{LabelMap, Region};
use serde::{Deserialize, Serialize};

use super::orientation::{Frame, Orientation};
use super::pieces::Pieces;

/// Rays in each slice.
pub const CHORDS_PER_SLICE: usize = 100;
/// Samples on a ray for each in-plane voxel.
const SAMPLES_PER_VOXEL: f64 = 5.0;
/// Wall this far behind the end of the wall is a stray piece and no part of it, in mm.
const STRAY_MM: f64 = 5.0;

/// One ray through the wall.
#[derive(Debug, Clone)]
pub struct Chord {
    /// The position of its frame in [`Orientation::frames`].
    pub frame: usize,
    /// Its angle from the anterior RV insertion over the septum.
    pub phi: f64,
    /// Distance of the endocardium from the centre.
    pub endocardium_mm: f64,
    /// Distance of the epicardium from the centre.
    pub epicardium_mm: f64,
    /// Fraction of the wall on the ray that is scar, 0 to 1.
    pub scar: f64,
    /// The scar pieces on it.
    pub pieces: Vec<OnChord>,
}

/// One scar piece on one ray.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OnChord {
    /// The number of the piece.
    pub id: u32,
    /// The fraction of the wall on the ray that it takes, 0 to 1.
    pub fraction: f64,
    /// The mean depth of that part, 0 at the endocardium and 1 at the epicardium.
    pub depth: f64,
    /// The fraction that it takes of the inner, middle and outer third of the wall.
    pub thirds: [f64; 3],
}

/// Follows [`CHORDS_PER_SLICE`] rays in each ring; those that meet no wall are left out.
pub fn chords(labels: &LabelMap, orientation: &Orientation, scars: &Pieces) -> Vec<Chord> {
    let mut chords = Vec::new();
    for (at, frame) in orientation.frames.iter().enumerate() {
        chords.extend((0..CHORDS_PER_SLICE).filter_map(|n| {
            let phi = (n as f64 + 0.5) / CHORDS_PER_SLICE as f64 * TAU;
            follow(labels, scars, frame, at, phi)
        }));
    }
    chords
}

fn follow(labels: &LabelMap, scars: &Pieces, frame: &Frame, at: usize, phi: f64) -> Option<Chord> {
    let ([ni, nj, _], [x, y, _]) = (labels.shape(), labels.spacing().mm());
    let step_mm = x.min(y) / SAMPLES_PER_VOXEL;
    let (mut ids, mut endocardium_mm, mut epicardium_mm) = (Vec::new(), 0.0, 0.0);
    for n in 0_u32.. {
        let radius_mm = f64::from(n) * step_mm;
        let [i, j] = frame.point(phi, radius_mm).map(f64::round);
        if i < 0.0 || j < 0.0 || i >= ni as f64 || j >= nj as f64 {
            break;
        }
        let voxel = [i as usize, j as usize, frame.ring.slice];
        if !ids.is_empty() && radius_mm > epicardium_mm + STRAY_MM {
            break;
        }
        if Region::WALL.contains(labels[voxel]) {
            if ids.is_empty() {
                endocardium_mm = radius_mm - step_mm / 2.0;
            }
            epicardium_mm = radius_mm + step_mm / 2.0;
            ids.push(scars.ids[voxel]);
        }
    }
    let scar = ids.iter().filter(|id| **id > 0).count() as f64 / ids.len() as f64;
    let pieces = pieces_on(&ids);
    (!ids.is_empty()).then_some(Chord {
        frame: at,
        phi,
        endocardium_mm,
        epicardium_mm,
        scar,
        pieces,
    })
}

/// Measures each piece among the samples of wall on a ray, which are given from inside to outside.
fn pieces_on(ids: &[u32]) -> Vec<OnChord> {
    let mut present: Vec<u32> = ids.iter().copied().filter(|id| *id > 0).collect();
    present.sort_unstable();
    present.dedup();
    let n = ids.len() as f64;
    let measure = |id: u32| {
        let (mut count, mut depths, mut thirds, mut sizes) = (0.0, 0.0, [0.0; 3], [0.0_f64; 3]);
        for (at, sample) in ids.iter().enumerate() {
            let depth = (at as f64 + 0.5) / n;
            let third = ((3.0 * depth) as usize).min(2);
            sizes[third] += 1.0;
            if *sample == id {
                count += 1.0;
                depths += depth;
                thirds[third] += 1.0;
            }
        }
        let thirds = [0, 1, 2].map(|t| thirds[t] / sizes[t].max(1.0));
        OnChord {
            id,
            fraction: count / n,
            depth: depths / count,
            thirds,
        }
    };
    present.into_iter().map(measure).collect()
}

/// How far scar reaches through the wall, over all chords of all rings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transmurality {
    /// Chords that meet wall; there are 100 rays in each slice with a wall ring.
    pub chords: usize,
    /// Mean distance from endocardium to epicardium along the chords, in mm.
    pub mean_wall_thickness_mm: f64,
    /// Percentage of chords without scar.
    pub none_percent: f64,
    /// Percentage of chords of which scar takes up to 25 %.
    pub to_25_percent: f64,
    /// Percentage of chords of which scar takes more than 25 and up to 50 %.
    pub to_50_percent: f64,
    /// Percentage of chords of which scar takes more than 50 and up to 75 %.
    pub to_75_percent: f64,
    /// Percentage of chords of which scar takes more than 75 %.
    pub to_100_percent: f64,
}

impl Transmurality {
    /// Sums chords up; `None` without chords.
    pub fn of(chords: &[Chord]) -> Option<Self> {
        let n = chords.len() as f64;
        let share = |low: f64, high: f64| {
            100.0
                * chords
                    .iter()
                    .filter(|c| c.scar > low && c.scar <= high)
                    .count() as f64
                / n
        };
        let thickness_mm: f64 = chords
            .iter()
            .map(|c| c.epicardium_mm - c.endocardium_mm)
            .sum();
        (!chords.is_empty()).then(|| Self {
            chords: chords.len(),
            mean_wall_thickness_mm: thickness_mm / n,
            none_percent: share(f64::NEG_INFINITY, 0.0),
            to_25_percent: share(0.0, 0.25),
            to_50_percent: share(0.25, 0.5),
            to_75_percent: share(0.5, 0.75),
            to_100_percent: share(0.75, f64::INFINITY),
        })
    }
}
