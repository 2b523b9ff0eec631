//! One patient's images, on one grid of canonical axes.
//!
//! ```
//! use myops_image::geometry::{Affine, Grid, Spacing};
//! use myops_image::sequence::{PerSequence, Sequence};
//! use myops_image::{study::Study, volume::Volume};
//!
//! let affine = Affine::from_spacing(Spacing::new_mm([0.75, 0.75, 12.0])?);
//! let lge = Volume::filled(Grid::new([256, 256, 6], affine)?, 0.0);
//! let images = PerSequence { lge: Some(lge), ..PerSequence::default() };
//! assert_eq!(Study::new("p1", images, None)?.missing(), [Sequence::Bssfp, Sequence::T2]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::borrow::Cow;

use crate::exam::{Acquisition, Exam, Storage};
use crate::geometry::{GeometryError, Grid};
use crate::label::{Label, LabelMap};
use crate::orientation::Orientation;
use crate::sequence::{PerSequence, Sequence};
use crate::volume::Volume;

/// Two grids count as the same if no voxel is displaced by more than this (mm): a tenth of the
/// in-plane spacing of cardiac MR, far above the rounding of a quaternion in a header.
pub const SAME_PLACE_MM: f64 = 0.1;

/// One patient: up to three sequences on one grid, with reference labels if they are known.
///
/// All volumes are on canonical axes: `k` counts slices from apex to base, `j` points to the head,
/// `i` to the left. [`Self::stored`] puts a volume back into the order of the files.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    id: String,
    images: PerSequence<Option<Volume<f32>>>,
    reference: Option<LabelMap>,
    grid: Grid,
    storage: Storage,
}

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
    /// Two volumes have different numbers of voxels.
    #[error(
        "{what} has {shape:?} voxels where {first} has {expected:?}: the images of a case must share one grid"
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
        "{what} is displaced by {distance_mm:.1} mm relative to {first} (bound {SAME_PLACE_MM} mm): the images of a case must be aligned"
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

impl Study {
    /// Combines images and reference labels of one patient, each stored in any order.
    ///
    /// # Errors
    /// [`StudyError`] if the voxels are not plausible for a scanner; also as for [`Self::of`].
    pub fn new(
        id: impl Into<String>,
        images: PerSequence<Option<Volume<f32>>>,
        reference: Option<LabelMap>,
    ) -> Result<Self, StudyError> {
        let id = id.into();
        let exam = Exam::new(id.clone(), images, reference);
        Self::of(exam.map_err(|geometry| StudyError::Geometry { id, geometry })?)
    }

    /// Puts all volumes of an exam on the grid of its first sequence.
    ///
    /// # Errors
    /// [`StudyError`] if there is no image, or if two volumes differ in shape or position.
    pub fn of(exam: Exam) -> Result<Self, StudyError> {
        let first = exam.images.iter().find_map(|(_, image)| image.as_ref());
        let Some(first) = first else {
            return Err(StudyError::NoImage(exam.id));
        };
        let mut study = Self {
            id: exam.id,
            grid: *first.volume().grid(),
            storage: first.storage().clone(),
            images: PerSequence::default(),
            reference: None,
        };
        let placed = |image: Option<_>| image.map(|image| study.on_grid(image)).transpose();
        study.images = exam.images.map(placed).transpose()?;
        study.set_reference(exam.reference)?;
        Ok(study)
    }

    /// Puts a sequence, or labels, on the study's grid.
    ///
    /// The volume has to hold the voxels of the study, in any order of storage. This is the one place
    /// where a volume on a grid of its own (a sequence with other slices, labels drawn on another
    /// sequence) will be resampled to the study's grid instead of being refused: images by
    /// interpolation, labels from the nearest voxel.
    ///
    /// # Errors
    /// [`StudyError::Shape`] or [`StudyError::Place`], naming the volume and the study's first one.
    pub fn on_grid<T: Copy>(&self, acquired: Acquisition<T>) -> Result<Volume<T>, StudyError> {
        let storage = acquired.storage();
        let order = same_place(
            (self.storage.name(), self.storage.grid()),
            (storage.name(), storage.grid()),
        )?;
        // Both are on canonical axes, so this changes nothing, unless rounding in one of two headers
        // exchanges axes that are equally steep.
        let stored_alike = storage.turn().inverse().then(order);
        let turned = stored_alike.then(self.storage.turn());
        Ok(turned.store(acquired.into_volume(), &self.grid))
    }

    /// Sets the reference labels, or removes them.
    ///
    /// # Errors
    /// As for [`Self::on_grid`]; the study keeps the labels that it had.
    pub fn set_reference(&mut self, labels: Option<Acquisition<Label>>) -> Result<(), StudyError> {
        self.reference = labels.map(|labels| self.on_grid(labels)).transpose()?;
        Ok(())
    }

    /// How the first sequence was stored, whose grid is that of the study.
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// Puts a volume on the study's grid back into the storage order of the first sequence's file.
    ///
    /// # Panics
    /// If the volume's shape is not that of the study.
    pub fn stored<'a, T: Copy>(&self, volume: &'a Volume<T>) -> Cow<'a, Volume<T>> {
        self.storage.stored(volume)
    }

    /// The case's name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The grid that all images share.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The image of a sequence, if there is one.
    pub fn image(&self, sequence: Sequence) -> Option<&Volume<f32>> {
        self.images[sequence].as_ref()
    }

    /// The image of each sequence, if there is one.
    pub fn images(&self) -> &PerSequence<Option<Volume<f32>>> {
        &self.images
    }

    /// The reference labels, if they are known.
    pub fn reference(&self) -> Option<&LabelMap> {
        self.reference.as_ref()
    }

    /// The voxels of a sequence, if there is one.
    pub(crate) fn image_mut(&mut self, sequence: Sequence) -> Option<&mut Volume<f32>> {
        self.images[sequence].as_mut()
    }

    /// The sequences that are missing, in channel order.
    pub fn missing(&self) -> Vec<Sequence> {
        Sequence::ALL
            .into_iter()
            .filter(|s| self.images[*s].is_none())
            .collect()
    }
}

/// Whether each slice is blank: no image has two different values in it. Empty if there is no image.
///
/// All images must share one grid whose `k` counts slices, as those of [`Study::images`] do.
pub fn blank_slices(images: &PerSequence<Option<Volume<f32>>>) -> Vec<bool> {
    let images = || images.iter().filter_map(|(_, image)| image.as_ref());
    let slices = images().next().map_or(0, |image| image.shape()[2]);
    let is_blank =
        |image: &Volume<f32>, k| image.slice(k).windows(2).all(|pair| pair[0] == pair[1]);
    (0..slices)
        .map(|k| images().all(|image| is_blank(image, k)))
        .collect()
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Affine, Spacing};

    #[expect(
        clippy::unnecessary_wraps,
        reason = "a study takes images that may be missing"
    )]
    fn image(shape: [usize; 3], shift_mm: f64) -> Option<Volume<f32>> {
        let mut rows = Affine::from_spacing(Spacing::new_mm([1.0, 1.0, 10.0]).unwrap()).rows();
        rows[1][3] = shift_mm;
        Some(Volume::filled(
            Grid::new(shape, Affine::new(rows).unwrap()).unwrap(),
            1.0,
        ))
    }

    #[test]
    fn images_that_do_not_share_a_grid_are_refused_with_numbers() {
        let shapes = PerSequence {
            bssfp: image([4, 4, 2], 0.0),
            lge: image([4, 5, 2], 0.0),
            t2: None,
        };
        let error = Study::new("x", shapes, None).unwrap_err().to_string();
        assert!(
            error.starts_with("LGE has [4, 5, 2] voxels where bSSFP has [4, 4, 2]"),
            "{error}"
        );
        let places = PerSequence {
            bssfp: None,
            lge: image([4, 4, 2], 0.0),
            t2: image([4, 4, 2], 3.0),
        };
        let error = Study::new("x", places, None).unwrap_err().to_string();
        assert!(
            error.starts_with("T2 is displaced by 3.0 mm relative to LGE"),
            "{error}"
        );
        assert!(Study::new("x", PerSequence::default(), None).is_err());
    }

    #[test]
    fn voxels_that_are_no_boxes_of_a_scanner_are_refused() {
        let refused = |rows| {
            let grid = Grid::new([4, 4, 2], Affine::new(rows).unwrap()).unwrap();
            let images = PerSequence {
                bssfp: None,
                lge: Some(Volume::filled(grid, 1.0)),
                t2: None,
            };
            Study::new("x", images, None).unwrap_err().to_string()
        };
        // A shear by half a voxel leaves 1 / sqrt(1.25) of a box of the same sides.
        let sheared = refused([
            [1.0, 0.5, 0.0, 0.0],
            [0.0, 1.0, 0.0, 0.0],
            [0.0, 0.0, 10.0, 0.0],
        ]);
        assert!(
            sheared.starts_with("case x: sheared affine: voxels have 0.894 of the volume of a box with the same sides"),
            "{sheared}"
        );
        let large = refused([
            [500.0, 0.0, 0.0, 0.0],
            [0.0, 1.0, 0.0, 0.0],
            [0.0, 0.0, 10.0, 0.0],
        ]);
        assert_eq!(
            large,
            "case x: voxel size [500.0, 1.0, 10.0] mm out of range: each side must be 0.01 to 100 mm"
        );
    }

    #[test]
    fn an_image_stored_in_another_order_is_laid_on_the_first() {
        let bssfp = Volume::from_fn(*image([4, 5, 2], 0.0).unwrap().grid(), |[i, j, k]| {
            (100 * i + 10 * j + k) as f32
        });
        let mirrored = Affine::new([
            [-1.0, 0.0, 0.0, 3.0],
            [0.0, 1.0, 0.0, 0.0],
            [0.0, 0.0, 10.0, 0.0],
        ])
        .unwrap();
        let lge = Volume::from_fn(Grid::new([4, 5, 2], mirrored).unwrap(), |[i, j, k]| {
            bssfp[[3 - i, j, k]]
        });
        let first_last = Affine::new([
            [0.0, 0.0, 1.0, 0.0],
            [0.0, 1.0, 0.0, 0.0],
            [10.0, 0.0, 0.0, 0.0],
        ])
        .unwrap();
        let t2 = Volume::from_fn(Grid::new([2, 5, 4], first_last).unwrap(), |[k, j, i]| {
            bssfp[[i, j, k]]
        });
        let images = PerSequence {
            bssfp: Some(bssfp.clone()),
            lge: Some(lge),
            t2: Some(t2),
        };
        let study = Study::new("x", images, None).unwrap();
        assert!(
            study
                .images()
                .iter()
                .all(|(_, image)| image.as_ref() == Some(&bssfp))
        );
    }

    #[test]
    fn a_slice_is_blank_where_no_image_varies() {
        // Slice 0 varies in LGE alone, slice 1 in neither, slice 2 in T2 alone.
        let affine = Affine::from_spacing(Spacing::new_mm([1.0, 1.0, 10.0]).unwrap());
        let grid = Grid::new([2, 4, 3], affine).unwrap();
        let image = |slice| {
            Some(Volume::from_fn(grid, |[i, _, k]| {
                if (i, k) == (1, slice) { 7.0 } else { k as f32 }
            }))
        };
        let images = PerSequence {
            bssfp: None,
            lge: image(0),
            t2: image(2),
        };
        assert_eq!(blank_slices(&images), [false, true, false]);
        assert!(blank_slices(&PerSequence::default()).is_empty());
    }

    #[test]
    fn a_missing_sequence_is_known() {
        let images = PerSequence {
            bssfp: None,
            lge: image([4, 4, 2], 0.0),
            t2: None,
        };
        assert_eq!(
            Study::new("x", images, None).unwrap().missing(),
            [Sequence::Bssfp, Sequence::T2]
        );
    }
}
