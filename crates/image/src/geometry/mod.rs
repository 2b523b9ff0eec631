//! The position of voxels in the patient: spacing, affine and grid.
//!
//! ```
//! use myops_image::geometry::{Affine, GeometryError, Grid, Spacing};
//!
//! let spacing = Spacing::new_mm([0.75, 0.75, 12.0])?;
//! let grid = Grid::new([256, 256, 6], Affine::from_spacing(spacing))?;
//! assert_eq!(grid.slice_axis(), 2);
//! assert_eq!(grid.world_from_voxel().apply([4.0, 0.0, 1.0]), [3.0, 0.0, 12.0]);
//! # Ok::<(), GeometryError>(())
//! ```

mod affine;
mod grid;
mod plane;
mod relation;
mod spacing;

pub use affine::Affine;
pub use grid::Grid;
pub(crate) use plane::APEX_TO_BASE;
pub use plane::Plane;
pub use relation::Relation;
pub use spacing::Spacing;

/// Why numbers are no valid geometry.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GeometryError {
    /// A spacing is zero, negative or not a number.
    #[error("voxel spacing {0:?} mm: each of the three must be finite and greater than 0")]
    Spacing([f64; 3]),
    /// The affine maps voxels onto a plane, a line or a point, or holds a number that is not finite.
    #[error("singular affine: its determinant is {0}, so that voxels would coincide")]
    Singular(f64),
    /// A side of the voxels is outside the range of scanners.
    #[error("voxel size {0:?} mm out of range: each side must be 0.01 to 100 mm")]
    NoScanner([f64; 3]),
    /// The axes of the voxels are not at right angles.
    #[error(
        "sheared affine: voxels have {0:.3} of the volume of a box with the same sides (bound 0.99)"
    )]
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
                "resample the stack to orthogonal axes first: a tilted gantry or slices that are shifted relative to one another cause shear"
            }
            Self::Empty(_) => "give an image with voxels",
        }
    }
}
