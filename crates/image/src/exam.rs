//! One patient's images as they are read: turned to canonical axes, each sequence on a grid of its
//! own.
//!
//! ```
//! use myops_image::exam::Acquisition;
//! use myops_image::geometry::{Affine, GeometryError, Grid, Spacing};
//! use myops_image::volume::Volume;
//!
//! // A file whose slices lie along the first axis.
//! let affine = Affine::from_spacing(Spacing::new_mm([10.0, 0.8, 0.8])?);
//! let file = Volume::filled(Grid::new([6, 256, 240], affine)?, 0.0);
//! let lge = Acquisition::new("LGE", file.clone())?;
//! assert_eq!(lge.volume().shape(), [256, 240, 6]);
//! assert_eq!(*lge.storage().stored(lge.volume()), file);
//! # Ok::<(), GeometryError>(())
//! ```

use std::borrow::Cow;

use crate::geometry::{GeometryError, Grid};
use crate::label::{Label, LabelMap};
use crate::orientation::Orientation;
use crate::patient::Patient;
use crate::resample::Slab;
use crate::sequence::{PerSequence, Sequence};
use crate::volume::Volume;

/// One patient: up to three sequences, each on the grid of its acquisition, with reference labels if
/// they are known.
#[derive(Debug, Clone, PartialEq)]
pub struct Exam {
    /// The case's name.
    pub id: String,
    /// The image of each sequence, if there is one.
    pub images: PerSequence<Option<Acquisition<f32>>>,
    /// The reference labels, if they are known.
    pub reference: Option<Acquisition<Label>>,
    /// What the images say about the patient, if they do.
    pub patient: Option<Patient>,
}

impl Exam {
    /// Combines volumes that may be stored in any order; they are named after their sequences.
    ///
    /// # Errors
    /// [`GeometryError`] if the voxels of a volume are not plausible for a scanner.
    pub fn new(
        id: impl Into<String>,
        mut images: PerSequence<Option<Volume<f32>>>,
        reference: Option<LabelMap>,
    ) -> Result<Self, GeometryError> {
        let acquired = |sequence: Sequence| {
            let image = images[sequence].take();
            image
                .map(|image| Acquisition::new(sequence.name(), image))
                .transpose()
        };
        Ok(Self {
            id: id.into(),
            images: PerSequence::from_fn(acquired).transpose()?,
            reference: reference
                .map(|labels| Acquisition::new("reference labels", labels))
                .transpose()?,
            patient: None,
        })
    }
}

/// A volume turned to canonical axes (slices from apex to base, rows towards the head, columns to
/// the left: [`Orientation::canonical`]), and how it was stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Acquisition<T> {
    volume: Volume<T>,
    storage: Storage,
}

impl<T: Copy> Acquisition<T> {
    /// Turns a volume as it was stored; errors call it `name`.
    ///
    /// # Errors
    /// [`GeometryError`] if its voxels are not plausible for a scanner.
    pub fn new(name: impl Into<String>, volume: Volume<T>) -> Result<Self, GeometryError> {
        let grid = *volume.grid();
        grid.world_from_voxel().check_scanner()?;
        let turn = Orientation::canonical(&grid);
        Ok(Self {
            volume: turn.store(volume, &turn.grid(&grid)),
            storage: Storage {
                name: name.into(),
                grid,
                turn,
                thickness_mm: None,
            },
        })
    }

    /// The same with slices of a known thickness, mm; without it they are taken to follow on one another without a gap.
    #[must_use]
    pub fn with_thickness(mut self, mm: f64) -> Self {
        self.storage.thickness_mm = Some(mm);
        self
    }

    /// The volume on canonical axes.
    pub fn volume(&self) -> &Volume<T> {
        &self.volume
    }

    /// How it was stored.
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// The volume on canonical axes.
    pub fn into_volume(self) -> Volume<T> {
        self.volume
    }
}

/// The thickness of a slice where only the distance of slices is known, mm, at most.
pub(crate) const THICKEST_MM: f64 = 8.0;

/// How a volume was stored before it was turned to canonical axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Storage {
    name: String,
    grid: Grid,
    turn: Orientation,
    thickness_mm: Option<f64>,
}

impl Storage {
    /// What errors call the volume: its file, or its sequence.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The grid in the order of storage.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The orientation that turned the stored volume to canonical axes.
    pub fn turn(&self) -> Orientation {
        self.turn
    }

    /// What was imaged about the centre of each slice: its thickness, or the distance of slices where that is not known.
    pub fn slab(&self) -> Slab {
        let distance_mm = self.turn.grid(&self.grid).spacing().mm()[2];
        Slab::of(self.thickness_mm.unwrap_or(distance_mm))
    }

    /// What an image shows about the centre of each slice: its thickness; where that is not known, the distance of slices, and
    /// 8 mm at most, since slices that lie further apart have gaps.
    pub fn shown(&self) -> Slab {
        let known = self.thickness_mm.is_some();
        let most_mm = if known { f64::INFINITY } else { THICKEST_MM };
        Slab::of(self.slab().mm().min(most_mm))
    }

    /// A volume on canonical axes in the order of storage.
    ///
    /// # Panics
    /// If its shape is not that of the turned volume.
    pub fn stored<'a, T: Copy>(&self, volume: &'a Volume<T>) -> Cow<'a, Volume<T>> {
        self.turn.inverse().apply_onto(volume, &self.grid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Affine;

    #[test]
    fn an_acquisition_is_on_canonical_axes_and_goes_back_into_the_order_of_its_file() {
        // Slices along the first axis from base to apex, rows to the left, columns to the feet.
        let affine = Affine::new([
            [0.0, -0.8, 0.0, 30.0],
            [12.0, 0.0, 0.0, -40.0],
            [0.0, 0.0, -0.8, 50.0],
        ])
        .unwrap();
        let file = Volume::from_fn(Grid::new([2, 5, 4], affine).unwrap(), |[i, j, k]| {
            100 * i + 10 * j + k
        });
        let acquired = Acquisition::new("x", file.clone()).unwrap();
        let volume = acquired.volume();
        assert_eq!(volume.shape(), [5, 4, 2]);
        assert_eq!(
            Orientation::canonical(volume.grid()),
            Orientation::UNCHANGED
        );
        // The lowest pixel at the right of the slice nearest to the apex.
        assert_eq!(volume[[0, 0, 0]], file[[1, 0, 3]]);
        assert_eq!(*acquired.storage().stored(volume), file);
    }
}
