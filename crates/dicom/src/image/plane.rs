//! Where a slice lies: position, orientation and spacing (DICOM PS3.3, section C.7.6.2).

use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use super::attribute::{number, numbers};

/// The largest angle between orientations of one stack, degrees.
pub const SAME_ORIENTATION_DEGREES: f64 = 0.3;
/// How far directions may be from length 1 and from a right angle.
const ORTHOGONAL: f64 = 0.01;

/// The plane of a slice in patient coordinates of DICOM (LPS), mm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plane {
    /// The centre of the first pixel.
    pub position: [f64; 3],
    /// The direction in which columns are counted, of length 1.
    pub row: [f64; 3],
    /// The direction in which rows are counted, of length 1.
    pub column: [f64; 3],
    /// The distance between columns, then between rows.
    pub spacing: [f64; 2],
    /// The thickness of the slice.
    pub thickness: Option<f64>,
    /// The distance to the next slice, as the scanner says.
    pub between: Option<f64>,
}

impl Plane {
    /// The plane that attributes give: those of a header, or of the functional groups of a frame, which hold position,
    /// orientation and measures apart.
    pub fn of(
        position: &InMemDicomObject,
        orientation: &InMemDicomObject,
        measures: &InMemDicomObject,
    ) -> Option<Self> {
        let plane = Self::new(
            numbers(position, tags::IMAGE_POSITION_PATIENT)?,
            numbers(orientation, tags::IMAGE_ORIENTATION_PATIENT)?,
            numbers(measures, tags::PIXEL_SPACING)?,
        )?;
        Some(Self {
            thickness: number(measures, tags::SLICE_THICKNESS),
            between: number(measures, tags::SPACING_BETWEEN_SLICES),
            ..plane
        })
    }

    /// The plane of Image Position (Patient), Image Orientation (Patient) and Pixel Spacing (between rows, then between
    /// columns); `None` if the orientation is no pair of directions at right angles, or a spacing is not positive.
    pub fn new(position: [f64; 3], orientation: [f64; 6], spacing: [f64; 2]) -> Option<Self> {
        let [a, b, c, d, e, f] = orientation;
        let (row, column) = (unit([a, b, c])?, unit([d, e, f])?);
        let [between_rows, between_columns] = spacing;
        let right = dot(row, column).abs() < ORTHOGONAL;
        (right && between_rows > 0.0 && between_columns > 0.0).then_some(Self {
            position,
            row,
            column,
            spacing: [between_columns, between_rows],
            thickness: None,
            between: None,
        })
    }

    /// The direction through the slice: that of a row times that of a column.
    pub fn normal(&self) -> [f64; 3] {
        let ([a, b, c], [d, e, f]) = (self.row, self.column);
        [b * f - c * e, c * d - a * f, a * e - b * d]
    }

    /// Whether rows and columns have the directions of another plane, but for rounding.
    pub fn is_turned_as(&self, other: &Self) -> bool {
        self.turned_by(other) <= SAME_ORIENTATION_DEGREES
    }

    /// How far rows or columns are turned from those of another plane, degrees.
    pub fn turned_by(&self, other: &Self) -> f64 {
        let chord = distance(self.row, other.row).max(distance(self.column, other.column));
        (2.0 * (chord / 2.0).min(1.0).asin()).to_degrees()
    }

    /// The angle between two planes, degrees from 0 to 90.
    pub fn angle_to(&self, other: &Self) -> f64 {
        dot(self.normal(), other.normal())
            .abs()
            .min(1.0)
            .acos()
            .to_degrees()
    }
}

/// The scalar product.
pub fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The distance of two points.
pub fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).powi(2))
        .sum::<f64>()
        .sqrt()
}

fn unit(direction: [f64; 3]) -> Option<[f64; 3]> {
    let length = dot(direction, direction).sqrt();
    ((length - 1.0).abs() < ORTHOGONAL).then(|| direction.map(|part| part / length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spacing_is_between_rows_first() {
        let axial = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
        let plane = Plane::new([0.0; 3], axial, [2.0, 1.5]).unwrap();
        assert_eq!(plane.spacing, [1.5, 2.0]);
        assert_eq!(plane.normal(), [0.0, 0.0, 1.0]);
        let coronal = Plane::new([0.0; 3], [1.0, 0.0, 0.0, 0.0, 0.0, -1.0], [1.0; 2]).unwrap();
        assert_eq!(coronal.normal(), [0.0, 1.0, 0.0]);
        assert_eq!(plane.angle_to(&coronal), 90.0);
        assert!(!plane.is_turned_as(&coronal));
        assert_eq!(plane.turned_by(&plane), 0.0);
        assert!((plane.turned_by(&coronal) - 90.0).abs() < 1e-9);
        let skewed = [1.0, 0.0, 0.0, 0.6, 0.8, 0.0];
        assert_eq!(Plane::new([0.0; 3], skewed, [1.0; 2]), None);
        assert_eq!(Plane::new([0.0; 3], [0.0; 6], [1.0; 2]), None);
        assert_eq!(Plane::new([0.0; 3], axial, [0.0, 1.0]), None);
    }
}
