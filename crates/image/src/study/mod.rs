//! One patient's images, on one grid of canonical axes.
//!
//! Sequences that were stored on the same voxels are taken as they are. Others are brought onto the stack of slices of one of
//! them by where they lie in the patient ([`crate::resample`]); a slice that a sequence did not image has that sequence
//! missing.
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

mod error;
mod gather;
mod place;
mod unseen;

use std::borrow::Cow;

use crate::exam::{Acquisition, Exam, Storage};
use crate::geometry::Grid;
use crate::label::{Label, LabelMap};
use crate::scheme::LabelScheme;
use crate::sequence::{PerSequence, Sequence};
use crate::volume::Volume;
use gather::{Acquired, Gathered};
use unseen::is_blank;

pub use error::{Apart, MOST_FROM_AXIS_DEGREES, MOST_TILT_DEGREES, SAME_PLACE_MM, StudyError};
pub use place::same_place;

/// One patient: up to three sequences on one grid, with reference labels if they are known.
///
/// All volumes are on canonical axes: `k` counts slices from apex to base, `j` points to the head,
/// `i` to the left. [`Self::stored`] puts a volume back into the order of the files.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    id: String,
    images: PerSequence<Option<Volume<f32>>>,
    reference: Option<LabelMap>,
    scheme: LabelScheme,
    grid: Grid,
    stack: Sequence,
    acquired: PerSequence<Option<Acquired>>,
}

/// The sequences whose stack may be that of a study, in the order of preference: scar is drawn on LGE, edema on T2.
pub const STACKS: [Sequence; 3] = [Sequence::Lge, Sequence::T2, Sequence::Bssfp];

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

    /// Brings all sequences of an exam onto one stack of slices: that on whose voxels the reference labels were drawn, where
    /// there are any; else that of the first of [`STACKS`] that is there.
    ///
    /// # Errors
    /// As for [`Self::on_stack`]; also if reference labels lie on the voxels of no image.
    pub fn of(exam: Exam) -> Result<Self, StudyError> {
        Self::on_stack(None, exam)
    }

    /// Brings all sequences of an exam onto the stack of slices of one of them; without a choice as [`Self::of`] does.
    ///
    /// # Errors
    /// [`StudyError`] if there is no image, or not of that sequence; if another shows nothing of it or is tilted by more than
    /// [`MOST_TILT_DEGREES`], its slices are those of a long-axis view, every image is saturated, or the reference labels are not
    /// on its voxels.
    pub fn on_stack(choice: Option<Sequence>, exam: Exam) -> Result<Self, StudyError> {
        let Some(stack) = choice.or_else(|| usual_stack(&exam)) else {
            return Err(StudyError::NoImage(exam.id));
        };
        let Some(first) = exam.images[stack].as_ref() else {
            return Err(StudyError::NoStack { id: exam.id, stack });
        };
        gather::check_short_axis(first.storage())?;
        let gathered = exam.images.as_ref().map(|image| {
            let image = image.as_ref();
            image.map(|image| gather::gather(first, image)).transpose()
        });
        let gathered = gathered.transpose()?;
        let shows = |gathered: &Gathered| gathered.acquired.imaged.contains(&true);
        if !gathered.iter().any(|(_, g)| g.as_ref().is_some_and(shows)) {
            let what = first.storage().name().into();
            return Err(StudyError::Saturated { what });
        }
        let mut study = Self {
            id: exam.id,
            grid: *first.volume().grid(),
            stack,
            acquired: gathered
                .as_ref()
                .map(|g| Some(g.as_ref()?.acquired.clone())),
            images: gathered.map(|g| Some(g.filter(shows)?.volume)),
            reference: None,
            scheme: LabelScheme::ALL,
        };
        study.set_reference(exam.reference)?;
        Ok(study)
    }

    /// Puts labels that were drawn on the study's voxels, in any order of storage, on its grid.
    ///
    /// # Errors
    /// [`StudyError::Shape`] or [`StudyError::Place`] where they were drawn on others, naming them and the study's stack.
    pub fn on_grid<T: Copy>(&self, drawn: Acquisition<T>) -> Result<Volume<T>, StudyError> {
        let turned = gather::same_voxels(self.storage(), drawn.storage())?;
        Ok(turned.store(drawn.into_volume(), &self.grid))
    }

    /// Sets the reference labels, or removes them.
    ///
    /// # Errors
    /// As for [`Self::on_grid`]; the study keeps the labels that it had.
    pub fn set_reference(&mut self, labels: Option<Acquisition<Label>>) -> Result<(), StudyError> {
        self.reference = labels.map(|labels| self.on_grid(labels)).transpose()?;
        Ok(())
    }

    /// The sequence whose stack of slices is that of the study.
    pub fn stack(&self) -> Sequence {
        self.stack
    }

    /// How the images of the stack were stored, whose grid is that of the study.
    ///
    /// # Panics
    /// Never: the sequence of the stack is there.
    #[expect(clippy::expect_used, reason = "the constructor takes no other stack")]
    pub fn storage(&self) -> &Storage {
        self.storage_of(self.stack)
            .expect("the sequence of the stack is there")
    }

    /// How the image of a sequence was stored, if there is one.
    pub fn storage_of(&self, sequence: Sequence) -> Option<&Storage> {
        Some(&self.acquired[sequence].as_ref()?.storage)
    }

    /// Puts a volume on the study's grid back into the storage order of the file of its stack.
    ///
    /// # Panics
    /// If the volume's shape is not that of the study.
    pub fn stored<'a, T: Copy>(&self, volume: &'a Volume<T>) -> Cow<'a, Volume<T>> {
        self.storage().stored(volume)
    }

    /// The labels of each voxel of a sequence's own image, in the order of its file; background where the study has no slice.
    /// `None` if there is no such sequence.
    ///
    /// # Panics
    /// If the shape of `labels` is not that of the study.
    pub fn stored_on(&self, sequence: Sequence, labels: &LabelMap) -> Option<LabelMap> {
        let storage = self.storage_of(sequence)?;
        Some(gather::labels_on(storage, self.storage(), labels))
    }

    /// The case's name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The grid that all images share.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The image of a sequence, if there is one that is not saturated throughout.
    pub fn image(&self, sequence: Sequence) -> Option<&Volume<f32>> {
        self.images[sequence].as_ref()
    }

    /// The image of each sequence, if there is one that is not saturated throughout. Slices that a sequence did not image, or in
    /// which it is saturated, are 0.
    pub fn images(&self) -> &PerSequence<Option<Volume<f32>>> {
        &self.images
    }

    /// For each slice whether a sequence was imaged there, and is neither saturated nor, unlike others, blank; empty if there is
    /// no such sequence.
    pub fn imaged(&self, sequence: Sequence) -> &[bool] {
        match &self.acquired[sequence] {
            Some(acquired) => &acquired.imaged,
            None => &[],
        }
    }

    /// For each slice whether a sequence is saturated there: a quarter or more of its pixels have the largest value of the image.
    /// Empty if there is no such sequence.
    pub fn saturated(&self, sequence: Sequence) -> &[bool] {
        match &self.acquired[sequence] {
            Some(acquired) => &acquired.saturated,
            None => &[],
        }
    }

    /// The reference labels, if they are known.
    pub fn reference(&self) -> Option<&LabelMap> {
        self.reference.as_ref()
    }

    /// Which tissues the reference labels tell apart: all six, unless [`Self::with_scheme`] said otherwise.
    pub fn scheme(&self) -> &LabelScheme {
        &self.scheme
    }

    /// The same with reference labels that tell only some tissues apart.
    #[must_use]
    pub fn with_scheme(mut self, scheme: LabelScheme) -> Self {
        self.scheme = scheme;
        self
    }

    /// The voxels of a sequence, if there is one.
    pub(crate) fn image_mut(&mut self, sequence: Sequence) -> Option<&mut Volume<f32>> {
        self.images[sequence].as_mut()
    }

    /// The sequences that are missing or saturated throughout, in channel order.
    pub fn missing(&self) -> Vec<Sequence> {
        Sequence::ALL
            .into_iter()
            .filter(|s| self.images[*s].is_none())
            .collect()
    }
}

/// The sequence on whose voxels the reference labels were drawn, else the first of [`STACKS`] that is there.
fn usual_stack(exam: &Exam) -> Option<Sequence> {
    let there = STACKS.into_iter().filter(|s| exam.images[*s].is_some());
    let drawn_on = |sequence: &Sequence| {
        let image = exam.images[*sequence].as_ref();
        let storages = image.zip(exam.reference.as_ref());
        storages.is_some_and(|(image, labels)| {
            gather::same_voxels(image.storage(), labels.storage()).is_ok()
        })
    };
    there
        .clone()
        .find(drawn_on)
        .or_else(|| there.clone().next())
}

/// Whether each slice is blank: no image has two different values in it. Empty if there is no image.
///
/// All images must share one grid whose `k` counts slices, as those of [`Study::images`] do.
pub fn blank_slices(images: &PerSequence<Option<Volume<f32>>>) -> Vec<bool> {
    let images = || images.iter().filter_map(|(_, image)| image.as_ref());
    let slices = images().next().map_or(0, |image| image.shape()[2]);
    (0..slices)
        .map(|k| images().all(|image| is_blank(image, k)))
        .collect()
}

#[cfg(test)]
mod tests;
