//! Where each scar lies and which layer of the wall it takes.

use myops_image::label::LabelMap;
use myops_image::volume::Volume;
use serde::{Deserialize, Serialize};

use super::chords::{CHORDS_PER_SLICE, Chord};
use super::orientation::Orientation;
use super::pieces::Pieces;
use super::volumes::MYOCARDIUM_G_PER_ML;

/// The layer of the wall that a scar takes, as an LGE report names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// It starts at the endocardium: the pattern of infarction.
    Subendocardial,
    /// It keeps away from both surfaces.
    MidWall,
    /// It starts at the epicardium.
    Subepicardial,
    /// It takes three quarters of the wall or more.
    Transmural,
}

/// One connected piece of scar (26 neighbours).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScarPiece {
    /// Its volume in ml.
    pub volume_ml: f64,
    /// Its mass in g.
    pub mass_g: f64,
    /// Slices that it lies in, by index from 0.
    pub slices: Vec<usize>,
    /// AHA segments that it lies in; none where the orientation is unknown.
    pub segments: Vec<u8>,
    /// Mean depth of its voxels, from 0 at the endocardium to 100 at the epicardium; `None` outside wall rings.
    pub mean_depth_percent: Option<f64>,
    /// Mean percentage of the wall that it takes along the chords that meet it; `None` outside wall rings.
    pub transmurality_percent: Option<f64>,
    /// Percentage of all chords of its slices that it meets; `None` outside wall rings.
    pub circumference_percent: Option<f64>,
    /// The layer of the wall; `None` outside wall rings.
    pub distribution: Option<Distribution>,
}

/// Describes every piece, the largest first.
pub fn scar_pieces(
    labels: &LabelMap,
    pieces: &Pieces,
    segments: &Volume<u8>,
    chords: &[Chord],
    orientation: &Orientation,
) -> Vec<ScarPiece> {
    let voxel_ml = labels.spacing().voxel_ml();
    let mut found: Vec<ScarPiece> = (1..)
        .zip(&pieces.voxels)
        .map(|(id, voxels)| {
            let slices = slices_of(&pieces.ids, id);
            let extents: Vec<f64> =
                chords.iter().flat_map(|c| &c.pieces).filter(|(piece, _)| *piece == id).map(|(_, f)| *f).collect();
            let extent = mean(&extents);
            let depth = mean(&depths(&pieces.ids, id, chords, orientation));
            let rings = orientation.frames.iter().filter(|f| slices.contains(&f.ring.slice)).count();
            let volume_ml = *voxels as f64 * voxel_ml;
            ScarPiece {
                volume_ml,
                mass_g: volume_ml * MYOCARDIUM_G_PER_ML,
                segments: segments_of(&pieces.ids, id, segments),
                slices,
                mean_depth_percent: depth.map(|d| 100.0 * d),
                transmurality_percent: extent.map(|e| 100.0 * e),
                circumference_percent: (rings > 0)
                    .then(|| 100.0 * extents.len() as f64 / (rings * CHORDS_PER_SLICE) as f64),
                distribution: depth.zip(extent).map(|(depth, extent)| distribution(depth, extent)),
            }
        })
        .collect();
    found.sort_by(|a, b| b.volume_ml.total_cmp(&a.volume_ml));
    found
}

/// Names the layer. A scar that takes `extent` of the wall has its mean depth at `extent / 2` if it starts at the
/// endocardium, at a half if it is centred; the border lies half way between.
fn distribution(depth: f64, extent: f64) -> Distribution {
    let border = f64::midpoint(extent / 2.0, 0.5);
    match () {
        () if extent >= 0.75 => Distribution::Transmural,
        () if depth < border => Distribution::Subendocardial,
        () if depth > 1.0 - border => Distribution::Subepicardial,
        () => Distribution::MidWall,
    }
}

fn slices_of(ids: &Volume<u32>, id: u32) -> Vec<usize> {
    (0..ids.shape()[2]).filter(|k| ids.slice(*k).contains(&id)).collect()
}

fn segments_of(ids: &Volume<u32>, id: u32, segments: &Volume<u8>) -> Vec<u8> {
    let mut met = [false; 18];
    for (_, segment) in ids.data().iter().zip(segments.data()).filter(|(piece, _)| **piece == id) {
        met[usize::from(*segment)] = true;
    }
    (1..=17).filter(|n| met[usize::from(*n)]).collect()
}

/// The depth of each voxel of a piece in the wall, 0 at the endocardium and 1 at the epicardium of the nearest chord.
fn depths(ids: &Volume<u32>, id: u32, chords: &[Chord], orientation: &Orientation) -> Vec<f64> {
    let ni = ids.shape()[0];
    let mut depths = Vec::new();
    for (at, frame) in orientation.frames.iter().enumerate() {
        let own: Vec<&Chord> = chords.iter().filter(|c| c.frame == at).collect();
        for (voxel, _) in ids.slice(frame.ring.slice).iter().enumerate().filter(|(_, piece)| **piece == id) {
            let (i, j) = (voxel % ni, voxel / ni);
            let phi = frame.phi(i, j);
            let away = |c: &Chord| (c.phi - phi).abs().min(std::f64::consts::TAU - (c.phi - phi).abs());
            if let Some(chord) = own.iter().min_by(|a, b| away(a).total_cmp(&away(b))) {
                let thickness_mm = chord.epicardium_mm - chord.endocardium_mm;
                depths.push(((frame.radius_mm(i, j) - chord.endocardium_mm) / thickness_mm).clamp(0.0, 1.0));
            }
        }
    }
    depths
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_and_extent_name_the_layer() {
        assert_eq!(distribution(0.25, 0.5), Distribution::Subendocardial);
        assert_eq!(distribution(0.5, 0.3), Distribution::MidWall);
        assert_eq!(distribution(0.85, 0.3), Distribution::Subepicardial);
        assert_eq!(distribution(0.48, 0.9), Distribution::Transmural);
    }
}
