//! The exact sizes of a phantom's regions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::injury::InjuryKind;
use crate::label::Label;

/// The exact sizes of a phantom's regions, from its geometry: the area of each region at the centre
/// of each slice, with nine sample points per voxel, times the distance of the slices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// The kind of injury.
    pub injury: InjuryKind,
    /// Volume (ml) of each label except background, by its name.
    pub volumes_ml: BTreeMap<String, f64>,
    /// Volume (ml) of no-reflow (microvascular obstruction), a part of the scar.
    pub no_reflow_ml: f64,
    /// Scar as a percentage of the wall of the left ventricle.
    pub scar_percent_of_wall: f64,
    /// Edema that is not scar as a percentage of the wall.
    pub edema_percent_of_wall: f64,
    /// Scar as a percentage of each of the 16 segments of the American Heart Association, segment 1
    /// first; `None` for a segment that is in no slice. Levels are thirds of the length of the left
    /// ventricle.
    pub scar_percent_of_segment: [Option<f64>; 16],
    /// The numbers (from 1) of the segments that are scarred by at least 5 %, in order.
    pub scarred_segments: Vec<u8>,
}

impl Truth {
    /// The volume (ml) of a label; 0 for background.
    pub fn volume_ml(&self, label: Label) -> f64 {
        self.volumes_ml.get(label.name()).copied().unwrap_or(0.0)
    }

    /// The volume (ml) of the wall, including scar and edema.
    pub fn wall_ml(&self) -> f64 {
        [Label::Myocardium, Label::Edema, Label::Scar]
            .map(|l| self.volume_ml(l))
            .iter()
            .sum()
    }
}

/// Counts of sample points.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    labels: [u64; 6],
    no_reflow: u64,
    /// Points of each segment, and those of them that are scarred.
    segments: [(u64, u64); 16],
}

impl Tally {
    /// Counts a point that is not wall.
    pub fn pool(&mut self, label: Label) {
        self.labels[label.class()] += 1;
    }

    /// Counts a point of the wall in a segment (0 to 15).
    pub fn wall(&mut self, label: Label, segment: usize) {
        self.labels[label.class()] += 1;
        self.segments[segment].0 += 1;
        self.segments[segment].1 += u64::from(label == Label::Scar);
    }

    /// Counts a point of no-reflow, in addition to [`Self::wall`].
    pub fn no_reflow(&mut self) {
        self.no_reflow += 1;
    }

    /// Adds the points of another slice.
    pub fn add(mut self, other: &Self) -> Self {
        for (sum, n) in self.labels.iter_mut().zip(other.labels) {
            *sum += n;
        }
        self.no_reflow += other.no_reflow;
        for (sum, (all, scarred)) in self.segments.iter_mut().zip(other.segments) {
            *sum = (sum.0 + all, sum.1 + scarred);
        }
        self
    }

    /// The sizes, with a volume of `point_ml` for each point.
    pub fn truth(&self, injury: InjuryKind, point_ml: f64) -> Truth {
        let ml = |label: Label| self.labels[label.class()] as f64 * point_ml;
        let percent = |part: u64, whole: u64| {
            if whole == 0 {
                0.0
            } else {
                100.0 * part as f64 / whole as f64
            }
        };
        let of = |label: Label| self.labels[label.class()];
        let wall = of(Label::Myocardium) + of(Label::Edema) + of(Label::Scar);
        let segments = self
            .segments
            .map(|(all, scarred)| (all > 0).then(|| percent(scarred, all)));
        let scarred = (1_u8..)
            .zip(segments)
            .filter(|(_, p)| p.is_some_and(|p| p >= 5.0))
            .map(|(n, _)| n)
            .collect();
        Truth {
            injury,
            volumes_ml: Label::ALL
                .into_iter()
                .skip(1)
                .map(|l| (l.name().to_owned(), ml(l)))
                .collect(),
            no_reflow_ml: self.no_reflow as f64 * point_ml,
            scar_percent_of_wall: percent(of(Label::Scar), wall),
            edema_percent_of_wall: percent(of(Label::Edema), wall),
            scar_percent_of_segment: segments,
            scarred_segments: scarred,
        }
    }
}

/// The segment (0 to 15) at an angle from the middle of the septum (radians, anterior at a quarter turn) and a share
/// (0 to 1) of the length from the apex.
pub fn segment(angle: f32, share: f32) -> usize {
    // Around the base from the septum's middle toward anterior: anteroseptal, anterior, anterolateral, inferolateral,
    // inferior, inferoseptal; around the apex: septal, anterior, lateral, inferior.
    let turn = (angle / std::f32::consts::TAU).rem_euclid(1.0);
    let sixth = [1, 0, 5, 4, 3, 2][((turn * 6.0) as usize).min(5)];
    let fourth = [1, 0, 3, 2][(turn * 4.0 + 0.5) as usize % 4];
    match share {
        s if s < 1.0 / 3.0 => 12 + fourth,
        s if s < 2.0 / 3.0 => 6 + sixth,
        _ => sixth,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::PI;

    #[test]
    fn segments_go_around_as_the_heart_association_numbers_them() {
        // Anterior is 1, 7 and 13; inferior 4, 10 and 15; the lateral apex 16 and its septum 14.
        let number = |angle: f32, share: f32| segment(angle, share) + 1;
        assert_eq!([0.9, 0.5, 0.1].map(|s| number(PI / 2.0, s)), [1, 7, 13]);
        assert_eq!([0.9, 0.5, 0.1].map(|s| number(1.5 * PI, s)), [4, 10, 15]);
        assert_eq!(
            [number(PI, 0.1), number(0.0, 0.1), number(6.2, 0.1)],
            [16, 14, 14]
        );
        assert_eq!(
            [
                number(0.3, 0.9),
                number(-0.3, 0.9),
                number(2.8, 0.9),
                number(3.4, 0.9)
            ],
            [2, 3, 6, 5]
        );
    }

    #[test]
    fn shares_are_of_the_wall() {
        let mut tally = Tally::default();
        tally.wall(Label::Scar, 3);
        tally.no_reflow();
        tally.wall(Label::Myocardium, 3);
        tally.pool(Label::LvPool);
        let truth = tally.clone().add(&tally).truth(InjuryKind::Patchy, 0.5);
        assert_eq!(truth.volume_ml(Label::Scar), 1.0);
        assert_eq!(
            (
                truth.wall_ml(),
                truth.no_reflow_ml,
                truth.scar_percent_of_wall
            ),
            (2.0, 1.0, 50.0)
        );
        assert_eq!(truth.scarred_segments, [4]);
        assert_eq!(truth.scar_percent_of_segment[0], None);
    }
}
