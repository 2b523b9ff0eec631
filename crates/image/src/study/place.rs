//! Whether two grids hold the same voxels.

use crate::geometry::Grid;
use crate::orientation::Orientation;

use super::error::{SAME_PLACE_MM, StudyError};

/// Checks that two named grids hold the same voxels, and returns the order that stores the second
/// like the first.
///
/// # Errors
/// [`StudyError::Shape`] or [`StudyError::Place`], naming both.
pub fn same_place(
    (first, expected): (&str, &Grid),
    (what, grid): (&str, &Grid),
) -> Result<Orientation, StudyError> {
    let (what, first) = (what.to_owned(), first.to_owned());
    match Orientation::onto(grid, expected) {
        Some((order, distance_mm)) if distance_mm <= SAME_PLACE_MM => Ok(order),
        Some((_, distance_mm)) if grid.shape() == expected.shape() => Err(StudyError::Place {
            what,
            first,
            distance_mm,
        }),
        _ => Err(StudyError::Shape {
            what,
            shape: grid.shape(),
            first,
            expected: expected.shape(),
        }),
    }
}
