//! The position of voxels in the patient: spacing, affine and grid.

mod affine;
mod grid;
mod spacing;

pub use affine::Affine;
pub use grid::Grid;
pub use spacing::Spacing;

/// Why numbers are no valid geometry.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GeometryError {
    /// A spacing is zero, negative or not a number.
    #[error("voxel spacing {0:?} mm: each of the three must be finite and greater than 0")]
    Spacing([f64; 3]),
    /// The affine maps voxels onto a plane, a line or a point, or holds a number that is not finite.
    #[error(
        "affine is singular: its determinant is {0}, and voxels would collapse onto one another"
    )]
    Singular(f64),
    /// A side of the voxels is outside the range of scanners.
    #[error("voxel size {0:?} mm out of range: each side must be 0.01 to 100 mm")]
    NoScanner([f64; 3]),
    /// The axes of the voxels are not at right angles.
    #[error("the affine shears voxels to {0:.3} of a box's volume (bound 0.99)")]
    Sheared(f64),
    /// A grid has an axis without voxels.
    #[error("grid of {0:?} voxels: each axis needs at least one")]
    Empty([usize; 3]),
}

impl GeometryError {
    /// Advice on how to correct it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Spacing(_) => {
                "correct the voxel size (pixdim) in the header: volumes in ml depend on it"
            }
            Self::Singular(_) => {
                "correct the affine (s-form) in the header, or set its code to 0 where the q-form is right"
            }
            Self::NoScanner(_) => {
                "correct the voxel size in the header or its unit (xyzt_units): volumes in ml depend on it"
            }
            Self::Sheared(_) => {
                "resample the stack to right angles first: a tilted gantry, or slices shifted against one another, shear it"
            }
            Self::Empty(_) => "give an image with voxels",
        }
    }
}
