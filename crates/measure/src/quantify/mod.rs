//! What one segmentation means for the patient: volumes, infarct size, segments, transmurality and scar description.
//!
//! Slices lie along `k` and are short-axis slices. Read in this order: `volumes` needs voxel counts alone; `axis` orders
//! the slices, `orientation` places each of them about the left ventricle; `chords`, `segments` and `scars` measure in
//! these coordinates; `thresholds` adds the LGE signal.
//!
//! ```
//! use myops_image::geometry::{Affine, Grid, Spacing};
//! use myops_image::label::Label;
//! use myops_image::volume::Volume;
//! use myops_measure::finding::Finding;
//! use myops_measure::quantify::quantify;
//!
//! let affine = Affine::from_spacing(Spacing::new_mm([2.0, 2.0, 10.0])?);
//! let grid = Grid::new([50, 1, 1], affine)?;
//! let labels = Volume::from_fn(grid, |[i, ..]| if i < 10 { Label::Scar } else { Label::Myocardium });
//! let quantities = quantify(&labels, None);
//! assert_eq!(quantities.volumes.scar_percent, Some(20.0));
//! assert!(quantities.findings.contains(&Finding::NoLvPool));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod axis;
mod chords;
mod limits;
mod orientation;
mod otsu;
mod patient;
mod pieces;
mod remote;
mod rings;
mod scars;
mod segments;
mod thresholds;
mod volumes;
mod wall;

use std::ops::Range;

use myops_image::label::{Label, LabelMap, Region};
use myops_image::study::SAME_PLACE_MM;
use myops_image::volume::Volume;
use serde::{Deserialize, Serialize};

pub use axis::Level;
pub use chords::{CHORDS_PER_SLICE, Transmurality};
pub use limits::LIMITS;
pub use pieces::Pieces;
pub use remote::{Remote, RemoteSlice};
pub use rings::Ring;
pub use scars::{Distribution, ScarPiece};
pub use segments::{Segment, Territory, TerritoryBurden};
pub use thresholds::{Method, Threshold, Thresholds, common_absence};
pub use volumes::{MYOCARDIUM_G_PER_ML, Volumes};

use self::axis::LongAxis;
use self::chords::Chord;
use self::orientation::Orientation;
use crate::finding::Finding;

/// The number of slices from which a study is no usual short-axis stack.
const MANY_SLICES: usize = 30;
/// The fraction of rays without wall from which a ring counts as open.
const OPEN: f64 = 0.05;

/// Everything that is measured of one label map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quantities {
    /// Volumes and mass.
    pub volumes: Volumes,
    /// The slices that hold a ring of wall, from base to apex.
    pub rings: Vec<Ring>,
    /// The 17 AHA segments, in order.
    pub segments: Vec<Segment>,
    /// The three coronary territories.
    pub territories: Vec<TerritoryBurden>,
    /// How far scar reaches through the wall; `None` without a ring of wall.
    pub transmurality: Option<Transmurality>,
    /// Every connected piece of scar, the largest first.
    pub scars: Vec<ScarPiece>,
    /// Scar by thresholds of the LGE signal.
    pub thresholds: Thresholds,
    /// What a reader has to know of this case.
    pub findings: Vec<Finding>,
}

impl Quantities {
    /// Takes out all that would say how much scar there is, where none was looked for.
    pub fn leave_out_scar(&mut self) {
        (
            self.volumes.scar_percent,
            self.volumes.salvage_index,
            self.transmurality,
        ) = (None, None, None);
        for segment in &mut self.segments {
            segment.scar_percent = None;
            segment.mean_transmurality_percent = None;
            segment.max_transmurality_percent = None;
        }
        self.territories
            .iter_mut()
            .for_each(|territory| territory.scar_percent = None);
    }
}

/// Measures a label map and, where it is given on the same voxels, the LGE image.
pub fn quantify(labels: &LabelMap, lge: Option<&Volume<f32>>) -> Quantities {
    let (whole, part) = (labels, labelled_part(labels));
    let cut_off = slices_at_border(whole, &part);
    let labels = &whole.part(&part);
    let (thresholds, told) = match lge {
        None => (Thresholds::without_lge(), Vec::new()),
        Some(lge) if same_voxels(whole, lge) => Thresholds::of(labels, &lge.part(&part)),
        Some(_) => (
            Thresholds::on_other_voxels(),
            vec![Finding::LgeOnOtherVoxels],
        ),
    };
    let axis = LongAxis::of(labels);
    let orientation = Orientation::of(labels, &axis);
    let scars = Pieces::of(labels, Region::SCAR);
    let chords = chords::chords(labels, &orientation, &scars);
    let map = segments::segment_map(labels, &orientation);
    let segments = segments::segments(labels, &map, &chords, &orientation);
    let mut findings = anatomy_findings(labels, &axis);
    findings.extend(
        (!cut_off.is_empty()).then_some(Finding::LeftVentricleAtBorder { slices: cut_off }),
    );
    findings.extend(orientation_findings(&axis, &orientation, &chords));
    findings.extend(told);
    Quantities {
        volumes: Volumes::of(labels),
        territories: segments::territories(&segments),
        transmurality: Transmurality::of(&chords),
        scars: scars::scar_pieces(labels, &scars, &map, &chords, &orientation),
        rings: rings::rings(labels, &axis, &chords),
        segments,
        thresholds,
        findings,
    }
}

/// The voxels of every slice that are labelled in one, with those next to them: nothing beyond them is measured.
fn labelled_part(labels: &LabelMap) -> [Range<usize>; 3] {
    let [ni, nj, nk] = labels.shape();
    let [i, j, _] = labels.labelled_box().unwrap_or([0..1, 0..1, 0..1]);
    let wider =
        |range: Range<usize>, n: usize| range.start.saturating_sub(1)..(range.end + 1).min(n);
    [wider(i, ni), wider(j, nj), 0..nk]
}

/// The number of the AHA segment, 1 to 16, of each wall voxel in a ring; 0 elsewhere, and everywhere without RV.
pub fn aha_segments(labels: &LabelMap) -> Volume<u8> {
    segments::segment_map(labels, &Orientation::of(labels, &LongAxis::of(labels)))
}

fn same_voxels(labels: &LabelMap, lge: &Volume<f32>) -> bool {
    labels.shape() == lge.shape() && labels.grid().displacement_mm(lge.grid()) <= SAME_PLACE_MM
}

fn anatomy_findings(labels: &LabelMap, axis: &LongAxis) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (region, flag) in [
        (Region::WALL, Finding::NoWall),
        (Region::LV_POOL, Finding::NoLvPool),
        (Region::RV_POOL, Finding::NoRvPool),
    ] {
        match Pieces::of(labels, region).voxels.len() {
            0 => findings.push(flag),
            1 => {}
            pieces => findings.push(Finding::ManyPieces { region, pieces }),
        }
    }
    let slices = labels.shape()[2];
    if axis.rings.len() == 1 {
        findings.push(Finding::SingleSlice);
    }
    if slices >= MANY_SLICES {
        findings.push(Finding::ManySlices { slices });
    }
    let ring = |k: usize| axis.rings.iter().any(|ring| ring.slice == k);
    let half: Vec<usize> = (0..slices)
        .filter(|k| !ring(*k) && has_left_ventricle(labels, *k))
        .collect();
    if !half.is_empty()
        && !findings.contains(&Finding::NoWall)
        && !findings.contains(&Finding::NoLvPool)
    {
        findings.push(Finding::NoRing { slices: half });
    }
    findings
}

fn has_left_ventricle(labels: &LabelMap, k: usize) -> bool {
    labels
        .slice(k)
        .iter()
        .any(|label| is_left_ventricle(*label))
}

fn is_left_ventricle(label: Label) -> bool {
    Region::WALL.contains(label) || Region::LV_POOL.contains(label)
}

/// The slices in which the left ventricle touches the border of the image.
fn slices_at_border(labels: &LabelMap, [i, j, k]: &[Range<usize>; 3]) -> Vec<usize> {
    let [ni, nj, _] = labels.shape();
    let left = |i: usize, j: usize, k: usize| is_left_ventricle(labels[[i, j, k]]);
    let reaches = |k: &usize| {
        let in_columns = i.clone().any(|i| left(i, 0, *k) || left(i, nj - 1, *k));
        in_columns || j.clone().any(|j| left(0, j, *k) || left(ni - 1, j, *k))
    };
    k.clone().filter(reaches).collect()
}

fn orientation_findings(
    axis: &LongAxis,
    orientation: &Orientation,
    chords: &[Chord],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if axis.order_uncertain {
        findings.push(Finding::BaseApexOrderUncertain);
    }
    if orientation.known {
        if orientation.assumed {
            findings.push(Finding::AnteriorAssumed);
        }
        if orientation.uncertain {
            findings.push(Finding::AnteriorUncertain);
        }
        if !orientation.borrowed.is_empty() {
            let mut slices = orientation.borrowed.clone();
            slices.sort_unstable();
            findings.push(Finding::InsertionsBorrowed { slices });
        }
    }
    let most = CHORDS_PER_SLICE as f64 * (1.0 - OPEN);
    let open = |at: usize| (chords.iter().filter(|c| c.frame == at).count() as f64) < most;
    let opened = axis
        .rings
        .iter()
        .enumerate()
        .filter(|(at, _)| open(*at))
        .map(|(_, r)| r.slice);
    let mut slices: Vec<usize> = opened.collect();
    slices.sort_unstable();
    if !slices.is_empty() {
        findings.push(Finding::RingOpen { slices });
    }
    findings
}

#[cfg(test)]
mod phantom;
#[cfg(test)]
mod tests;
