//! The plane of slices in the patient.

use super::Grid;

/// Slices are named after a plane of the body within this angle, degrees.
const BODY_PLANE_DEGREES: f64 = 15.0;
/// The direction from apex to base of most hearts: to the right, to the back and up (RAS+).
pub(crate) const APEX_TO_BASE: [f64; 3] = [1.0, -1.0, 1.0];

/// The plane of the slices of a stack, by the direction through them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Plane {
    /// From head to feet. A header that has lost how the slices lay in the patient says this, too.
    Axial,
    /// From front to back.
    Coronal,
    /// From left to right.
    Sagittal,
    /// Any other.
    Oblique {
        /// The angle to the direction that the long axis of most hearts has, degrees: at most 26 for the short-axis stacks of the 25
        /// training cases, and about 70 to 90 for long-axis views.
        from_long_axis_degrees: f64,
    },
}

impl Grid {
    /// The plane of the slices.
    ///
    /// ```
    /// use myops_image::geometry::{Affine, GeometryError, Grid, Plane, Spacing};
    ///
    /// let affine = Affine::from_spacing(Spacing::new_mm([0.75, 0.75, 12.0])?);
    /// assert_eq!(Grid::new([256, 256, 6], affine)?.plane(), Plane::Axial);
    /// # Ok::<(), GeometryError>(())
    /// ```
    pub fn plane(&self) -> Plane {
        let normal = self.normal();
        let angle = |direction: [f64; 3]| {
            let along: f64 = normal.iter().zip(direction).map(|(n, d)| n * d).sum();
            let length = direction.iter().map(|d| d * d).sum::<f64>().sqrt();
            (along / length).abs().min(1.0).acos().to_degrees()
        };
        let body = [
            ([0.0, 0.0, 1.0], Plane::Axial),
            ([0.0, 1.0, 0.0], Plane::Coronal),
            ([1.0, 0.0, 0.0], Plane::Sagittal),
        ];
        let named = body
            .into_iter()
            .find(|(way, _)| angle(*way) <= BODY_PLANE_DEGREES);
        named.map_or(
            Plane::Oblique {
                from_long_axis_degrees: angle(APEX_TO_BASE),
            },
            |(_, plane)| plane,
        )
    }
}
