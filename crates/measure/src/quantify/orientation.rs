//! Where each short-axis slice has its centre, its septum and its anterior RV insertion.

use std::f64::consts::TAU;

use myops_image::geometry::Affine;
use myops_image::label::{LabelMap, Region};

use super::axis::{LongAxis, RingSlice};
use super::patient;
use super::pieces::Pieces;

/// RV pool this near to the wall touches it, in mm: the septum's endocardium lies between.
const CONTACT_MM: f64 = 3.0;
/// The fewest RV voxels from which a slice's insertions are read.
const FEWEST_VOXELS: usize = 10;
/// The least difference in how far anterior the two insertions lie, as a fraction of their distance, that tells them
/// apart.
const TELLING_DIFFERENCE: f64 = 0.2;

/// Polar coordinates of one slice about the centre of the left ventricle.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// The slice and its level.
    pub ring: RingSlice,
    /// The centroid of LV pool and wall, as `[i, j]`.
    centre: [f64; 2],
    /// Voxel spacing along `i` and `j`.
    spacing_mm: [f64; 2],
    /// The in-plane angle at which `phi` is 0.
    origin: f64,
    /// +1 where in-plane angles and `phi` grow together, else -1.
    turn: f64,
    /// `phi` of the middle of the septum.
    pub septum: f64,
}

impl Frame {
    /// The angle of a voxel, 0 to 2 pi, from the anterior RV insertion over the septum.
    pub fn phi(&self, i: usize, j: usize) -> f64 {
        let x = (i as f64 - self.centre[0]) * self.spacing_mm[0];
        let y = (j as f64 - self.centre[1]) * self.spacing_mm[1];
        (self.turn * (y.atan2(x) - self.origin)).rem_euclid(TAU)
    }

    /// The point at an angle and a distance (mm) from the centre, as a fractional `[i, j]`.
    pub fn point(&self, phi: f64, radius_mm: f64) -> [f64; 2] {
        let angle = self.turn * phi + self.origin;
        [
            self.centre[0] + radius_mm * angle.cos() / self.spacing_mm[0],
            self.centre[1] + radius_mm * angle.sin() / self.spacing_mm[1],
        ]
    }
}

/// The frames of all slices with a wall ring, and how they were found.
#[derive(Debug)]
pub struct Orientation {
    /// One frame for each ring, the most basal first.
    pub frames: Vec<Frame>,
    /// Whether RV insertions were found, so that segments can be named; otherwise `phi` starts along `i`.
    pub known: bool,
    /// Whether the anterior insertion rests on how pictures are usually seen, not on the patient axes.
    pub assumed: bool,
    /// Whether the patient axes leave open which insertion is anterior.
    pub uncertain: bool,
    /// Slices without RV of their own.
    pub borrowed: Vec<usize>,
}

/// The angular extent of the RV on the wall, from `start` along growing in-plane angles.
#[derive(Debug, Clone, Copy)]
struct Arc {
    start: f64,
    extent: f64,
}

impl Orientation {
    /// Finds the insertions as the ends of the arc on which RV pool touches the wall, seen from the centre of the left
    /// ventricle. The anterior one is that which lies more anterior and superior in the patient; where the affine does
    /// not place the slices in the patient, each is taken for a picture of the standard view from the apex.
    pub fn of(labels: &LabelMap, axis: &LongAxis) -> Self {
        let affine = labels.grid().world_from_voxel();
        let rv = Pieces::of(labels, Region::RV_POOL);
        let mut frames: Vec<Frame> = axis
            .rings
            .iter()
            .map(|ring| frame_at(labels, *ring))
            .collect();
        let own: Vec<Option<Arc>> = frames
            .iter()
            .map(|frame| rv_arc(labels, &rv, frame))
            .collect();
        let arcs: Vec<(usize, Arc)> = own
            .iter()
            .enumerate()
            .filter_map(|(at, arc)| arc.map(|arc| (at, arc)))
            .collect();
        let assumed = !patient::shows_the_head(affine);
        let difference = anterior_difference(affine, &arcs);
        let turn = if assumed {
            patient::turn_of_the_standard_view(affine)
        } else {
            difference.signum()
        };
        for (at, frame) in frames.iter_mut().enumerate() {
            if let Some((_, arc)) = arcs.iter().min_by_key(|(other, _)| other.abs_diff(at)) {
                frame.turn = turn;
                frame.origin = if turn > 0.0 {
                    arc.start
                } else {
                    arc.start + arc.extent
                };
                frame.septum = arc.extent / 2.0;
            }
        }
        let lacking = frames
            .iter()
            .zip(&own)
            .filter(|(_, arc)| arc.is_none())
            .map(|(frame, _)| frame.ring.slice);
        Self {
            borrowed: lacking.collect(),
            known: !arcs.is_empty(),
            assumed,
            uncertain: !assumed && difference.abs() < TELLING_DIFFERENCE,
            frames,
        }
    }
}

fn frame_at(labels: &LabelMap, ring: RingSlice) -> Frame {
    let ni = labels.shape()[0];
    let mut sum = [0.0; 3];
    for (at, label) in labels.slice(ring.slice).iter().enumerate() {
        if Region::LV_POOL.contains(*label) || Region::WALL.contains(*label) {
            sum = [
                sum[0] + (at % ni) as f64,
                sum[1] + (at / ni) as f64,
                sum[2] + 1.0,
            ];
        }
    }
    let [x, y, _] = labels.spacing().mm();
    let centre = [sum[0] / sum[2], sum[1] / sum[2]];
    Frame {
        ring,
        centre,
        spacing_mm: [x, y],
        origin: 0.0,
        turn: 1.0,
        septum: 0.0,
    }
}

/// The arc over which the largest piece of the RV pool touches the wall, or, where it touches nowhere, all of it.
fn rv_arc(labels: &LabelMap, rv: &Pieces, frame: &Frame) -> Option<Arc> {
    let (id, k) = (rv.largest()?, frame.ring.slice);
    let ni = labels.shape()[0];
    let voxels: Vec<[usize; 2]> = rv
        .ids
        .slice(k)
        .iter()
        .enumerate()
        .filter(|(_, v)| **v == id)
        .map(|(at, _)| [at % ni, at / ni])
        .collect();
    let touching: Vec<[usize; 2]> = voxels
        .iter()
        .copied()
        .filter(|v| touches_wall(labels, k, *v))
        .collect();
    let seen = if touching.len() >= FEWEST_VOXELS {
        touching
    } else {
        voxels
    };
    if seen.len() < FEWEST_VOXELS {
        return None;
    }
    let mut angles: Vec<f64> = seen.iter().map(|[i, j]| frame.phi(*i, *j)).collect();
    angles.sort_unstable_by(f64::total_cmp);
    let n = angles.len();
    let gap_after = |at: usize| (angles[(at + 1) % n] - angles[at]).rem_euclid(TAU);
    let end = (0..n).max_by(|a, b| gap_after(*a).total_cmp(&gap_after(*b)))?;
    let start = angles[(end + 1) % n];
    Some(Arc {
        start,
        extent: (angles[end] - start).rem_euclid(TAU),
    })
}

fn touches_wall(labels: &LabelMap, k: usize, [i, j]: [usize; 2]) -> bool {
    let ([ni, nj, _], [x, y, _]) = (labels.shape(), labels.spacing().mm());
    // At least the next voxel, however large voxels are.
    let reach = CONTACT_MM.max(1.5 * x.max(y));
    let (di, dj) = ((reach / x) as usize, (reach / y) as usize);
    (j.saturating_sub(dj)..(j + dj + 1).min(nj)).any(|jj| {
        (i.saturating_sub(di)..(i + di + 1).min(ni)).any(|ii| {
            Region::WALL.contains(labels[[ii, jj, k]])
                && (ii.abs_diff(i) as f64 * x).hypot(jj.abs_diff(j) as f64 * y) <= reach
        })
    })
}

/// How much further anterior and superior the starts of the arcs lie than their ends, as a fraction of the chords
/// between them.
fn anterior_difference(affine: &Affine, arcs: &[(usize, Arc)]) -> f64 {
    let (mut difference, mut chords) = (0.0, 0.0);
    for (_, arc) in arcs {
        let (start, end) = (
            patient::in_plane(affine, arc.start),
            patient::in_plane(affine, arc.start + arc.extent),
        );
        difference += patient::anterior(start) - patient::anterior(end);
        chords += start
            .iter()
            .zip(end)
            .map(|(a, b)| (a - b).powi(2))
            .sum::<f64>()
            .sqrt();
    }
    if chords > 0.0 {
        difference / chords
    } else {
        0.0
    }
}
