//! Why images do not form a study.

use crate::geometry::GeometryError;
use crate::sequence::Sequence;

/// Two grids count as the same if no voxel is displaced by more than this (mm): a tenth of the
/// in-plane spacing of cardiac MR, far above the rounding of a quaternion in a header.
pub const SAME_PLACE_MM: f64 = 0.1;

/// The largest angle between the slices of two sequences of a study.
pub const MOST_TILT_DEGREES: f64 = 30.0;

/// The largest angle between the direction through short-axis slices and that of the long axis of most hearts, degrees.
pub const MOST_FROM_AXIS_DEGREES: f64 = 60.0;

/// Why images do not form a study.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StudyError {
    /// There is no image at all.
    #[error("case {0} has no image: at least one of bSSFP, LGE and T2 is needed")]
    NoImage(String),
    /// The voxels are not plausible for a scanner.
    #[error("case {id}: {geometry}")]
    Geometry {
        /// The case.
        id: String,
        /// What is wrong with them.
        geometry: GeometryError,
    },
    /// The sequence on whose stack the others should be brought is missing.
    #[error("case {id} has no {stack}, on whose slices it should be labelled")]
    NoStack {
        /// The case.
        id: String,
        /// The sequence.
        stack: Sequence,
    },
    /// Every image is saturated in every slice.
    #[error(
        "{what} is saturated: a quarter or more of the pixels of each slice have its largest value, and no other image shows anything"
    )]
    Saturated {
        /// The volume on whose slices labels should be drawn.
        what: String,
    },
    /// A sequence shows nothing of the stack of another.
    #[error("{what} shows nothing of {first}: {apart}")]
    Apart {
        /// The volume.
        what: String,
        /// The volume whose stack it should lie on.
        first: String,
        /// How they lie to one another.
        apart: Apart,
    },
    /// The slices of two volumes are not parallel.
    #[error(
        "the slices of {what} are tilted by {degrees:.0} degrees to those of {first} (bound {MOST_TILT_DEGREES}): both have to be short-axis stacks"
    )]
    Tilted {
        /// The volume.
        what: String,
        /// The volume that it was compared with.
        first: String,
        /// The angle between their planes.
        degrees: f64,
    },
    /// The slices on which labels should be drawn lie along the axis of the heart.
    #[error(
        "{what} is a long-axis stack: the direction through its slices is {degrees:.0} degrees from the long axis of most hearts (bound {MOST_FROM_AXIS_DEGREES})"
    )]
    LongAxis {
        /// The volume.
        what: String,
        /// The angle.
        degrees: f64,
    },
    /// Two volumes have different numbers of voxels.
    #[error(
        "{what} has {shape:?} voxels where {first} has {expected:?}: both must lie on the same voxels"
    )]
    Shape {
        /// The volume that differs.
        what: String,
        /// Its shape.
        shape: [usize; 3],
        /// The volume it was compared with.
        first: String,
        /// The shape of that one.
        expected: [usize; 3],
    },
    /// Two volumes are at different positions.
    #[error(
        "{what} is displaced by {distance_mm:.1} mm relative to {first} (bound {SAME_PLACE_MM} mm): both must lie on the same voxels"
    )]
    Place {
        /// The volume that differs.
        what: String,
        /// The volume it was compared with.
        first: String,
        /// The displacement at the worst corner, mm.
        distance_mm: f64,
    },
}

impl StudyError {
    /// Advice on how to correct it, if there is any.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Shape { .. } | Self::Place { .. } => {
                "give labels that were drawn on the image: resampled ones would not have the volumes that were drawn"
            }
            Self::NoStack { .. } => "give its image, or another sequence with --grid",
            Self::Apart { .. } => {
                "check that the images are of one exam of one patient, and that no program has moved the origin in a header"
            }
            Self::Tilted { .. } | Self::LongAxis { .. } => {
                "leave out long-axis stacks: only short-axis stacks are labelled"
            }
            Self::Saturated { .. } => {
                "export the image again: its values were cut off at the largest that the file could hold"
            }
            Self::Geometry { geometry, .. } => geometry.hint(),
            Self::NoImage(_) => return None,
        })
    }
}

/// How two stacks lie that show nothing of one another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Apart {
    /// The slices of one begin beyond the last of the other.
    Slices {
        /// The distance between the nearest slices, mm.
        gap_mm: f64,
    },
    /// The slices lie at one height, but the fields of view or the slabs do not meet.
    Fields {
        /// The distance of their centres, mm.
        centres_mm: f64,
    },
}

impl std::fmt::Display for Apart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Slices { gap_mm } => {
                write!(f, "the nearest slices are {gap_mm:.1} mm apart")
            }
            Self::Fields { centres_mm } => {
                write!(
                    f,
                    "the centres of the two are {centres_mm:.1} mm apart and no slice of the one lies in one of the other"
                )
            }
        }
    }
}
