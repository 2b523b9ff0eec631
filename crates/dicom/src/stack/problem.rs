//! Why a stack cannot be used.

/// Why a stack cannot be used. Slices are counted from 1 along the normal.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Nothing says where its images lie.
    #[error("its images have no position, orientation or pixel size")]
    NoPlane,
    /// Images have different numbers of pixels.
    #[error("its slices have {first:?} and {other:?} columns and rows")]
    Sizes {
        /// Columns and rows of the first image.
        first: [usize; 2],
        /// Those of another.
        other: [usize; 2],
    },
    /// Images have pixels of different sizes.
    #[error("its slices have pixels of {first:?} and {other:?} mm")]
    PixelSizes {
        /// The first image's, mm.
        first: [f64; 2],
        /// Another's, mm.
        other: [f64; 2],
    },
    /// Several images cannot be told apart.
    #[error("slice {slice} is there {count} times, at one position and with one time")]
    Duplicates {
        /// The slice.
        slice: usize,
        /// How many images it has.
        count: usize,
    },
    /// Slices have different numbers of repeated images.
    #[error("slice {slice} is there {count} times, others {usual} times")]
    Uneven {
        /// The slice.
        slice: usize,
        /// How many images it has.
        count: usize,
        /// How many the first one has.
        usual: usize,
    },
    /// Slices are missing.
    #[error(
        "{missing} missing after slice {after}: a gap of {gap_mm:.2} mm where slices are {distance_mm:.2} mm apart"
    )]
    Missing {
        /// How many.
        missing: usize,
        /// The slice before the gap.
        after: usize,
        /// The distance to the next one, mm.
        gap_mm: f64,
        /// The distance of the others, mm.
        distance_mm: f64,
    },
    /// Slices are not evenly spaced.
    #[error("its slices are {least_mm:.2} to {most_mm:.2} mm apart (bound: 1 % or 0.05 mm)")]
    Irregular {
        /// The least distance, mm.
        least_mm: f64,
        /// The greatest, mm.
        most_mm: f64,
    },
    /// Slices are shifted within their plane.
    #[error("slice {slice} is shifted by {shift_mm:.2} mm within its plane (bound 0.5 mm)")]
    Shifted {
        /// The slice.
        slice: usize,
        /// The shift from the first slice, mm.
        shift_mm: f64,
    },
    /// A slice of a stack of several series is turned.
    #[error("slice {slice} is turned by {degrees:.2} degrees from the first one (bound 0.3)")]
    Turned {
        /// The slice.
        slice: usize,
        /// The angle.
        degrees: f64,
    },
    /// Another series has its slices, acquired later.
    #[error("its slices were acquired again in series {0}")]
    AcquiredAgain(String),
    /// Its series has planes in too many directions, or too many kinds of images.
    #[error("its series has more than {0} orientations, image types and echo times")]
    ManyKinds(usize),
    /// One slice whose thickness is not known.
    #[error("one slice of unknown thickness")]
    NoThickness,
}
