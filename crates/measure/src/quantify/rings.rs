//! What each slice with a wall ring holds.

use myops_image::label::{LabelMap, Region};
use serde::{Deserialize, Serialize};

use super::axis::{Level, LongAxis};
use super::chords::Chord;
use super::volumes::percent;

/// A slice that holds both LV pool and wall. What is `None` could not be assessed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ring {
    /// Its index along `k`, from 0.
    pub slice: usize,
    /// Its level on the long axis.
    pub level: Level,
    /// Its wall in ml.
    pub wall_ml: f64,
    /// Scar as a percentage of its wall.
    pub scar_percent: Option<f64>,
    /// Edema and scar together as a percentage of its wall.
    pub area_at_risk_percent: Option<f64>,
    /// Mean distance from endocardium to epicardium along its chords, in mm.
    pub mean_wall_thickness_mm: Option<f64>,
    /// Mean over its chords of the percentage of the chord that is scar.
    pub mean_transmurality_percent: Option<f64>,
    /// Largest percentage of a chord that is scar.
    pub max_transmurality_percent: Option<f64>,
}

/// Measures each ring, the most basal first. Chords name rings by their position in `axis`.
pub fn rings(labels: &LabelMap, axis: &LongAxis, chords: &[Chord]) -> Vec<Ring> {
    let voxel_ml = labels.spacing().voxel_ml();
    let measure = |(at, ring): (usize, &super::axis::RingSlice)| {
        let count = |region: Region| {
            labels
                .slice(ring.slice)
                .iter()
                .filter(|l| region.contains(**l))
                .count() as f64
        };
        let wall = count(Region::WALL);
        let own: Vec<&Chord> = chords.iter().filter(|chord| chord.frame == at).collect();
        let mean = |of: fn(&Chord) -> f64| {
            (!own.is_empty())
                .then(|| own.iter().map(|chord| of(chord)).sum::<f64>() / own.len() as f64)
        };
        Ring {
            slice: ring.slice,
            level: ring.level,
            wall_ml: wall * voxel_ml,
            scar_percent: percent(count(Region::SCAR), wall),
            area_at_risk_percent: percent(count(Region::EDEMA_OR_SCAR), wall),
            mean_wall_thickness_mm: mean(|chord| chord.epicardium_mm - chord.endocardium_mm),
            mean_transmurality_percent: mean(|chord| 100.0 * chord.scar),
            max_transmurality_percent: own.iter().map(|chord| 100.0 * chord.scar).reduce(f64::max),
        }
    };
    axis.rings.iter().enumerate().map(measure).collect()
}
