//! The grid of a stack in the patient.

use myops_image::geometry::{Affine, GeometryError, Grid};
use myops_image::io::{MAX_SLICES, MAX_VOXELS};

use super::{Image, Problem, Stack};
use crate::error::DicomError;
use crate::image::Plane;

/// From patient coordinates of DICOM (left, posterior, superior) to those of this program (right, anterior, superior).
const RAS: [f64; 3] = [-1.0, -1.0, 1.0];

impl Stack {
    /// The grid of the images, one of each slice: columns, rows, and slices along the normal. Errors call the series `series`.
    ///
    /// # Errors
    /// [`DicomError`] if the images have no place in the patient, or are too many or too large.
    pub fn grid(&self, images: &[&Image], series: &str) -> Result<Grid, DicomError> {
        let frame = images.first().map(|image| &image.frame);
        let plane = frame.and_then(|frame| frame.plane);
        let (Some(frame), Some(plane), Some(distance_mm)) = (frame, plane, self.distance_mm) else {
            return Err(DicomError::Stack {
                series: series.into(),
                problem: Problem::NoPlane,
            });
        };
        let [columns, rows] = frame.size;
        let shape = [columns, rows, images.len()];
        let voxels = shape.iter().map(|&n| n as u64).product::<u64>();
        if voxels > MAX_VOXELS || images.len() > MAX_SLICES {
            return Err(DicomError::TooLarge {
                series: series.into(),
                shape,
                most_voxels: MAX_VOXELS,
                most_slices: MAX_SLICES,
            });
        }
        let grid = affine(&plane, distance_mm).and_then(|affine| {
            affine.check_scanner()?;
            Grid::new(shape, affine)
        });
        grid.map_err(|geometry| DicomError::Geometry {
            series: series.into(),
            geometry,
        })
    }
}

/// The affine of voxels whose first slice is a plane and whose others follow along its normal (DICOM PS3.3, equation
/// C.7.6.2.1-1), in RAS+ coordinates.
fn affine(plane: &Plane, distance_mm: f64) -> Result<Affine, GeometryError> {
    let [across, down] = plane.spacing;
    let normal = plane.normal();
    Affine::new([0, 1, 2].map(|axis| {
        let columns = [
            across * plane.row[axis],
            down * plane.column[axis],
            distance_mm * normal[axis],
            plane.position[axis],
        ];
        columns.map(|value| RAS[axis] * value)
    }))
}
