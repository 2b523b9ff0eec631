//! The 17 segments of the American Heart Association (Cerqueira et al., Circulation 2002;105:539).

use std::f64::consts::TAU;

use myops_image::label::{Label, LabelMap, Region};
use myops_image::volume::Volume;
use serde::{Deserialize, Serialize};

use super::axis::Level;
use super::chords::Chord;
use super::orientation::{Frame, Orientation};
use super::volumes::percent;

const NAMES: [&str; 17] = [
    "basal anterior",
    "basal anteroseptal",
    "basal inferoseptal",
    "basal inferior",
    "basal inferolateral",
    "basal anterolateral",
    "mid anterior",
    "mid anteroseptal",
    "mid inferoseptal",
    "mid inferior",
    "mid inferolateral",
    "mid anterolateral",
    "apical anterior",
    "apical septal",
    "apical inferior",
    "apical lateral",
    "apex",
];

/// The coronary artery that usually supplies a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Territory {
    /// Left anterior descending artery: segments 1, 2, 7, 8, 13, 14, 17.
    #[serde(rename = "LAD")]
    Lad,
    /// Right coronary artery: segments 3, 4, 9, 10, 15.
    #[serde(rename = "RCA")]
    Rca,
    /// Left circumflex artery: segments 5, 6, 11, 12, 16.
    #[serde(rename = "LCX")]
    Lcx,
}

impl Territory {
    /// All three, in the order of tables.
    pub const ALL: [Self; 3] = [Self::Lad, Self::Rca, Self::Lcx];

    /// The usual abbreviation.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lad => "LAD",
            Self::Rca => "RCA",
            Self::Lcx => "LCX",
        }
    }

    /// The artery of a segment, 1 to 17.
    pub fn of(segment: u8) -> Self {
        match segment {
            3 | 4 | 9 | 10 | 15 => Self::Rca,
            5 | 6 | 11 | 12 | 16 => Self::Lcx,
            _ => Self::Lad,
        }
    }
}

/// One segment of the wall. What is `None` could not be assessed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// 1 to 17.
    pub number: u8,
    /// Its name.
    pub name: String,
    /// The artery that usually supplies it.
    pub territory: Territory,
    /// Whether a slice shows it. Segment 17 never counts as shown.
    pub assessed: bool,
    /// Its wall in ml.
    pub wall_ml: f64,
    /// Scar as a percentage of its wall.
    pub scar_percent: Option<f64>,
    /// Edema and scar together as a percentage of its wall.
    pub area_at_risk_percent: Option<f64>,
    /// Mean over its chords of the percentage of the chord that is scar.
    pub mean_transmurality_percent: Option<f64>,
    /// Largest percentage of a chord that is scar.
    pub max_transmurality_percent: Option<f64>,
}

/// Scar and area at risk in the segments of one artery. What is `None` could not be assessed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TerritoryBurden {
    /// The artery.
    pub territory: Territory,
    /// Wall of its assessed segments in ml.
    pub wall_ml: f64,
    /// Scar as a percentage of that wall.
    pub scar_percent: Option<f64>,
    /// Edema and scar together as a percentage of that wall.
    pub area_at_risk_percent: Option<f64>,
}

/// The number of each wall voxel's segment, 1 to 16; 0 elsewhere, and everywhere where the orientation is unknown.
pub fn segment_map(labels: &LabelMap, orientation: &Orientation) -> Volume<u8> {
    let mut map = Volume::filled(*labels.grid(), 0);
    let ni = labels.shape()[0];
    for frame in orientation.frames.iter().filter(|_| orientation.known) {
        let k = frame.ring.slice;
        for (at, (segment, label)) in map.slice_mut(k).iter_mut().zip(labels.slice(k)).enumerate() {
            if Region::WALL.contains(*label) {
                *segment = segment_at(frame, frame.phi(at % ni, at / ni));
            }
        }
    }
    map
}

/// The segment at an angle: six of 60 degrees from the anterior RV insertion, or, in apical slices, four of 90 degrees
/// of which the septal one is centred on the septum.
pub fn segment_at(frame: &Frame, phi: f64) -> u8 {
    let apical = (phi - frame.septum + TAU / 8.0).rem_euclid(TAU);
    let (sixth, quarter) = (
        (phi / TAU * 6.0) as usize % 6,
        (apical / TAU * 4.0) as usize % 4,
    );
    match frame.ring.level {
        Level::Basal => [2, 3, 4, 5, 6, 1][sixth],
        Level::Mid => [8, 9, 10, 11, 12, 7][sixth],
        Level::Apical => [14, 15, 16, 13][quarter],
    }
}

/// Measures all 17 segments.
pub fn segments(
    labels: &LabelMap,
    map: &Volume<u8>,
    chords: &[Chord],
    orientation: &Orientation,
) -> Vec<Segment> {
    let mut voxels = [[0_usize; 3]; 18];
    for (segment, label) in map.data().iter().zip(labels.data()) {
        let [wall, scar, risk] = &mut voxels[usize::from(*segment)];
        *wall += 1;
        *scar += usize::from(*label == Label::Scar);
        *risk += usize::from(Region::EDEMA_OR_SCAR.contains(*label));
    }
    let mut scarred: [Vec<f64>; 18] = Default::default();
    for chord in chords.iter().filter(|_| orientation.known) {
        scarred[usize::from(segment_at(&orientation.frames[chord.frame], chord.phi))]
            .push(100.0 * chord.scar);
    }
    let voxel_ml = labels.spacing().voxel_ml();
    (1..=17)
        .map(|number: u8| {
            let [wall, scar, risk] = voxels[usize::from(number)].map(|n| n as f64);
            let chords = &scarred[usize::from(number)];
            Segment {
                number,
                name: NAMES[usize::from(number) - 1].to_owned(),
                territory: Territory::of(number),
                assessed: wall > 0.0,
                wall_ml: wall * voxel_ml,
                scar_percent: percent(scar, wall),
                area_at_risk_percent: percent(risk, wall),
                mean_transmurality_percent: (!chords.is_empty())
                    .then(|| chords.iter().sum::<f64>() / chords.len() as f64),
                max_transmurality_percent: chords.iter().copied().reduce(f64::max),
            }
        })
        .collect()
}

/// Sums the segments of each artery up.
pub fn territories(segments: &[Segment]) -> Vec<TerritoryBurden> {
    let burden = |territory| {
        let own = || segments.iter().filter(move |s| s.territory == territory);
        let wall_ml: f64 = own().map(|s| s.wall_ml).sum();
        let part = |of: fn(&Segment) -> Option<f64>| {
            own()
                .map(|s| of(s).unwrap_or(0.0) / 100.0 * s.wall_ml)
                .sum()
        };
        TerritoryBurden {
            territory,
            wall_ml,
            scar_percent: percent(part(|s| s.scar_percent), wall_ml),
            area_at_risk_percent: percent(part(|s| s.area_at_risk_percent), wall_ml),
        }
    };
    Territory::ALL.map(burden).to_vec()
}
