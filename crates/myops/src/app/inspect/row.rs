//! One image of a case: what it is taken for, where it lies, and why.

use myops_image::geometry::{Grid, Plane};
use myops_image::orientation::Orientation;
use myops_image::phase::TakenPhase;
use myops_image::sequence::Sequence;
use myops_image::study::MOST_TILT_DEGREES;
use serde::{Serialize, Serializer};

/// Slices are taken for short-axis ones if the direction through them is within this angle of that of most hearts, degrees.
const SHORT_AXIS_DEGREES: f64 = 40.0;
/// What an image is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A sequence.
    Sequence(Sequence),
    /// The reference labels.
    Labels,
}

/// One image of a case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What it is taken for.
    pub role: Role,
    /// The file, or the series.
    pub source: String,
    /// Its slices, if they can be read.
    pub stack: Option<Stack>,
    /// How its slices lie to those of the reference; `None` for the reference itself.
    pub to_reference: Option<ToReference>,
    /// How far its edges lie from those of the reference and of the sequences before it in the order LGE, bSSFP, T2, mm: the shift between
    /// breath-holds that the headers do not tell. `None` where it was not measured.
    pub shift_mm: Option<f64>,
    /// What told that it is this image; empty in the layouts whose names say so.
    pub reason: String,
    /// Why it cannot be used, if it cannot.
    pub problem: Option<String>,
}

/// A stack of slices.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stack {
    /// Columns, rows and slices.
    pub voxels: [usize; 3],
    /// The width and height of a pixel and the distance of slices, mm.
    pub mm: [f64; 3],
    /// The plane of the slices.
    pub plane: &'static str,
    /// The number of volumes; more than one in a cine.
    pub phases: usize,
    /// The phase that would be taken of a cine, counted from 1, and why.
    pub phase: Option<TakenPhase>,
    #[serde(skip)]
    pub(super) grid: Grid,
}

/// How a stack of slices lies to the reference, by the headers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ToReference {
    /// The angle between the slices of both, degrees.
    pub angle_degrees: f64,
    /// The distance of the centres of both within the slices, mm.
    pub in_plane_mm: f64,
    /// The distance of the centres of both through the slices, mm.
    pub through_plane_mm: f64,
    /// The share of the reference's slices whose centre lies in this stack, %.
    pub covered_percent: f64,
}

impl Role {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sequence(sequence) => sequence.name(),
            Self::Labels => "labels",
        }
    }
}

/// Its name.
impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Stack {
    /// The slices of a grid, in whatever order its voxels are stored.
    pub(super) fn of(grid: Grid, phases: usize) -> Self {
        let turned = Orientation::canonical(&grid).grid(&grid);
        let rounded = |mm: f64| (mm * 1e3).round() / 1e3;
        Self {
            voxels: turned.shape(),
            mm: turned.spacing().mm().map(rounded),
            plane: plane(&grid),
            phases,
            phase: None,
            grid,
        }
    }
}

impl ToReference {
    /// How a stack lies to a reference.
    pub(super) fn of(stack: &Stack, reference: &Stack) -> Self {
        let relation = stack.grid.relation_to(&reference.grid);
        let rounded = |value: f64| (value * 10.0).round() / 10.0;
        Self {
            angle_degrees: rounded(relation.angle_degrees),
            in_plane_mm: rounded(relation.in_plane_mm),
            through_plane_mm: rounded(relation.through_plane_mm),
            covered_percent: (100.0 * relation.covered).round(),
        }
    }

    /// Why the two cannot be brought together, if they cannot.
    pub(super) fn problem(&self, reference: Sequence) -> Option<String> {
        let angle = self.angle_degrees;
        if angle > MOST_TILT_DEGREES {
            Some(format!(
                "its slices are tilted by {angle:.0} degrees to those of {reference} (bound {MOST_TILT_DEGREES:.0})"
            ))
        } else if self.covered_percent == 0.0 {
            Some(format!("it shows no slice of {reference}"))
        } else {
            None
        }
    }
}

/// The name of the plane of slices.
fn plane(grid: &Grid) -> &'static str {
    match grid.plane() {
        Plane::Axial => "axial",
        Plane::Coronal => "coronal",
        Plane::Sagittal => "sagittal",
        Plane::Oblique {
            from_long_axis_degrees,
        } if from_long_axis_degrees <= SHORT_AXIS_DEGREES => "short axis",
        Plane::Oblique { .. } => "oblique",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use myops_image::geometry::Affine;

    fn stack(normal: [f64; 3], first: [f64; 3]) -> Stack {
        // Any two directions at right angles to the normal do.
        let [a, b, c] = normal;
        let length = a.hypot(b).hypot(c);
        let n = normal.map(|v| v / length);
        let u = if c.abs() > 0.9 * length {
            [0.0, n[2], -n[1]]
        } else {
            [n[1], -n[0], 0.0]
        };
        let long = u[0].hypot(u[1]).hypot(u[2]);
        let u = u.map(|v| v / long);
        let v = [
            n[1] * u[2] - n[2] * u[1],
            n[2] * u[0] - n[0] * u[2],
            n[0] * u[1] - n[1] * u[0],
        ];
        let rows = [0, 1, 2].map(|r| [u[r], v[r], 10.0 * n[r], first[r]]);
        Stack::of(
            Grid::new([100, 100, 3], Affine::new(rows).unwrap()).unwrap(),
            1,
        )
    }

    #[test]
    fn planes_are_named() {
        for (normal, name) in [
            ([0.0, 0.1, 1.0], "axial"),
            ([0.0, 1.0, 0.0], "coronal"),
            ([-1.0, 0.0, 0.1], "sagittal"),
            ([0.6, -0.6, 0.5], "short axis"),
            ([-0.6, 0.7, -0.3], "short axis"),
            ([0.6, 0.6, 0.5], "oblique"),
        ] {
            assert_eq!(stack(normal, [0.0; 3]).plane, name, "{normal:?}");
        }
    }

    #[test]
    fn what_cannot_be_brought_together_is_told_with_the_bound() {
        let lge = stack([0.0, 0.0, 1.0], [0.0; 3]);
        let told = |other: &Stack| ToReference::of(other, &lge).problem(Sequence::Lge);
        assert_eq!(told(&lge), None);
        assert_eq!(told(&stack([0.0, 0.4, 1.0], [0.0; 3])), None);
        let tilted = stack([0.0, 1.0, 1.0], [0.0; 3]);
        assert_eq!(
            told(&tilted).unwrap(),
            "its slices are tilted by 45 degrees to those of LGE (bound 30)"
        );
        let beyond = stack([0.0, 0.0, 1.0], [0.0, 0.0, 200.0]);
        assert_eq!(told(&beyond).unwrap(), "it shows no slice of LGE");
    }
}
