//! Where each scar lies and which layer of the wall it takes.

use myops_image::label::LabelMap;
use myops_image::volume::Volume;
use serde::{Deserialize, Serialize};

use super::chords::{CHORDS_PER_SLICE, Chord, OnChord};
use super::orientation::Orientation;
use super::pieces::Pieces;
use super::volumes::MYOCARDIUM_G_PER_ML;

/// The layer of the wall that a scar takes, as an LGE report names it.
///
/// It rests on how much of the inner, middle and outer third of the wall the scar takes along the chords that meet it.
/// It reaches a surface where it takes at least half as much of that third as of the third it takes most of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// It reaches the endocardium alone: the pattern of infarction.
    Subendocardial,
    /// It reaches neither surface.
    MidWall,
    /// It reaches the epicardium alone.
    Subepicardial,
    /// It reaches both surfaces and takes half of the wall or more.
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
    /// Its mean depth along the chords that meet it, from 0 at the endocardium to 100 at the epicardium; `None` where
    /// none does.
    pub mean_depth_percent: Option<f64>,
    /// Mean percentage of the wall that it takes along the chords that meet it; `None` where none does.
    pub transmurality_percent: Option<f64>,
    /// Percentage of all chords of its slices that it meets; `None` outside wall rings.
    pub circumference_percent: Option<f64>,
    /// The layer of the wall; `None` where no chord meets it.
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
            let on: Vec<&OnChord> = chords
                .iter()
                .flat_map(|c| &c.pieces)
                .filter(|on| on.id == id)
                .collect();
            let sum = |of: &dyn Fn(&OnChord) -> f64| on.iter().map(|on| of(on)).sum::<f64>();
            let fractions = sum(&|on| on.fraction);
            let met = |value: f64| (!on.is_empty()).then_some(value);
            let extent = fractions / on.len() as f64;
            let thirds = [0, 1, 2].map(|third| sum(&|on| on.thirds[third]));
            let rings = orientation
                .frames
                .iter()
                .filter(|f| slices.contains(&f.ring.slice))
                .count();
            let volume_ml = *voxels as f64 * voxel_ml;
            ScarPiece {
                volume_ml,
                mass_g: volume_ml * MYOCARDIUM_G_PER_ML,
                segments: segments_of(&pieces.ids, id, segments),
                slices,
                mean_depth_percent: met(100.0 * sum(&|on| on.depth * on.fraction) / fractions),
                transmurality_percent: met(100.0 * extent),
                circumference_percent: (rings > 0)
                    .then(|| 100.0 * on.len() as f64 / (rings * CHORDS_PER_SLICE) as f64),
                distribution: (!on.is_empty()).then(|| distribution(thirds, extent)),
            }
        })
        .collect();
    found.sort_by(|a, b| b.volume_ml.total_cmp(&a.volume_ml));
    found
}

/// Names the layer from what the scar takes of each third, in any unit, and from the fraction of the wall it takes.
fn distribution(thirds: [f64; 3], extent: f64) -> Distribution {
    let most = thirds.into_iter().fold(0.0, f64::max);
    let [inner, _, outer] = thirds;
    match (2.0 * inner >= most, 2.0 * outer >= most) {
        (true, true) if extent >= 0.5 => Distribution::Transmural,
        (true, true) if inner < outer => Distribution::Subepicardial,
        (true, _) => Distribution::Subendocardial,
        (false, true) => Distribution::Subepicardial,
        (false, false) => Distribution::MidWall,
    }
}

fn slices_of(ids: &Volume<u32>, id: u32) -> Vec<usize> {
    (0..ids.shape()[2])
        .filter(|k| ids.slice(*k).contains(&id))
        .collect()
}

fn segments_of(ids: &Volume<u32>, id: u32, segments: &Volume<u8>) -> Vec<u8> {
    let mut met = [false; 18];
    for (_, segment) in ids
        .data()
        .iter()
        .zip(segments.data())
        .filter(|(piece, _)| **piece == id)
    {
        met[usize::from(*segment)] = true;
    }
    (1..=17).filter(|n| met[usize::from(*n)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirds_and_extent_name_the_layer() {
        assert_eq!(
            distribution([1.0, 0.8, 0.0], 0.6),
            Distribution::Subendocardial
        );
        assert_eq!(distribution([0.2, 0.9, 0.3], 0.4), Distribution::MidWall);
        assert_eq!(
            distribution([0.0, 0.1, 1.0], 0.35),
            Distribution::Subepicardial
        );
        assert_eq!(distribution([0.6, 0.9, 0.6], 0.7), Distribution::Transmural);
        assert_eq!(
            distribution([0.5, 0.2, 0.4], 0.37),
            Distribution::Subendocardial
        );
    }
}
