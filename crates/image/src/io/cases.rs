//! The files of one case, and the study they hold.

use std::path::{Path, PathBuf};
use std::thread;

use crate::exam::{Acquisition, Exam};
use crate::label::Label;
use crate::sequence::{PerSequence, Sequence};
use crate::study::Study;

use super::error::{Flaw, IoError};
use super::fill::{Fill, remove_fills};
use super::label_map::read_label_map;
use super::nnunet::Channels;
use super::placement::Placement;
use super::read::{Placed, read_image};

/// The paths of one case's files, before any of them is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFiles {
    pub(super) id: String,
    pub(super) folder: PathBuf,
    pub(super) images: PerSequence<Option<PathBuf>>,
    /// More than one is an error when they are read.
    pub(super) references: Vec<PathBuf>,
    pub(super) naming: Naming,
}

/// How the files of a case are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Naming {
    /// `ID_C0`, `ID_LGE` or `ID_DE`, `ID_T2`, `ID_gd`.
    BySequence,
    /// `ID_0000`, `ID_0001`, `ID_0002`, with the sequence of each.
    ByChannel(Channels),
}

/// A case read from files.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedCase {
    /// The images and, if there is a file of them, the reference labels.
    pub study: Study,
    /// The geometry fields of each sequence's file.
    pub placements: PerSequence<Option<Placement>>,
    /// The fill values at the borders of images; the study holds 0 in their place.
    pub fills: Vec<Fill>,
}

/// The images of a case, if there are any.
type Images = PerSequence<Option<Placed<f32>>>;
/// The reference labels of a case, if there are any.
type Reference = Option<Placed<Label>>;

impl LoadedCase {
    /// The geometry fields of the file of the study's stack: [`write_labels`](super::write_labels) needs them to write a
    /// label map, put into the order of that file by [`Study::stored`], with exactly the same geometry.
    pub fn placement(&self) -> Placement {
        self.placements[self.study.stack()]
            .unwrap_or_else(|| Placement::of_grid(self.study.storage().grid()))
    }
}

impl CaseFiles {
    /// The case's name: the common part of its file names.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The folder of the images.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of a sequence, if there is one.
    pub fn image(&self, sequence: Sequence) -> Option<&Path> {
        self.images[sequence].as_deref()
    }

    /// The file of the reference labels, if there is one.
    pub fn reference(&self) -> Option<&Path> {
        self.references.first().map(PathBuf::as_path)
    }

    /// The files of all images and reference labels.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let images = self.images.iter().filter_map(|(_, file)| file.as_deref());
        images.chain(self.references.iter().map(PathBuf::as_path))
    }

    /// Whether a file is one of the images.
    pub fn holds(&self, file: &Path) -> bool {
        self.images
            .iter()
            .any(|(_, image)| image.as_deref() == Some(file))
    }

    /// The sequences without a file, in channel order.
    pub fn missing(&self) -> Vec<Sequence> {
        Sequence::ALL
            .into_iter()
            .filter(|s| self.images[*s].is_none())
            .collect()
    }

    /// Returns the case if it has all three sequences.
    ///
    /// # Errors
    /// [`IoError::MissingSequence`] for the first missing sequence, with the expected file name.
    pub fn require_all(&self) -> Result<&Self, IoError> {
        match self.missing().first() {
            None => Ok(self),
            Some(sequence) => Err(IoError::MissingSequence {
                id: self.id.clone(),
                sequence: *sequence,
                expected: self.expected_name(*sequence),
                folder: self.folder.clone(),
            }),
        }
    }

    /// Reads the images and labels of the case in parallel, and brings the images onto one grid. A
    /// fill value at the border of an image (padding, the default of a resampling, the outside of a
    /// circular field of view) becomes 0. Missing sequences are no error here: see
    /// [`Self::require_all`].
    ///
    /// # Errors
    /// The error of [`read_image`] or [`read_label_map`] for the first invalid file;
    /// [`IoError::TwoFiles`] for two files of reference labels; [`IoError::Study`] as for [`Study::of`].
    pub fn load(&self) -> Result<LoadedCase, IoError> {
        let (images, reference) = self.read_files();
        self.case(images?, reference?)
    }

    /// Reads the case for its images. Reference labels that cannot be read or are not on the grid
    /// of the images are left out, and the reason is returned.
    ///
    /// # Errors
    /// As for [`Self::load`], for the images only.
    pub fn load_images(&self) -> Result<(LoadedCase, Option<IoError>), IoError> {
        let (images, reference) = self.read_files();
        let mut case = self.case(images?, None)?;
        let left_out = reference
            .and_then(|labels| self.acquired_labels(labels))
            .and_then(|labels| case.study.set_reference(labels).map_err(IoError::Study))
            .err();
        Ok((case, left_out))
    }

    /// Reads only the reference labels, if there is a file of them.
    ///
    /// # Errors
    /// As for [`Self::load`], for that file.
    pub fn load_reference(&self) -> Result<Option<Placed<Label>>, IoError> {
        match self.references.as_slice() {
            [] => Ok(None),
            [path] => read_label_map(path).map(|(labels, _)| Some(labels)),
            [first, second, ..] => Err(IoError::TwoFiles {
                id: self.id.clone(),
                what: "reference labels",
                first: first.clone(),
                second: second.clone(),
            }),
        }
    }

    fn read_files(&self) -> (Result<Images, IoError>, Result<Reference, IoError>) {
        thread::scope(|scope| {
            let images = self.images.as_ref().map(|file| {
                // If the system cannot start another thread, this thread reads the image.
                let start =
                    |path| thread::Builder::new().spawn_scoped(scope, move || read_image(path));
                file.as_ref().map(|path| start(path).map_err(|_| path))
            });
            let reference = self.load_reference();
            let read = |reading: Result<_, _>| reading.map_or_else(read_image, joined);
            let images = images.map(|reading| reading.map(read).transpose());
            (images.transpose(), reference)
        })
    }

    /// Makes an exam of what was read, and a study of the exam; errors name the files.
    fn case(&self, mut images: Images, reference: Reference) -> Result<LoadedCase, IoError> {
        let placements = images
            .as_ref()
            .map(|image| image.as_ref().map(|image| image.placement));
        let mut fills = Vec::new();
        let acquired_image = |sequence| {
            let (path, mut image) = self.image(sequence).zip(images[sequence].take())?;
            fills.extend(remove_fills(sequence, &mut image.volume));
            Some(acquired(path, image))
        };
        let exam = Exam {
            id: self.id.clone(),
            images: PerSequence::from_fn(acquired_image)
                .map(Option::transpose)
                .transpose()?,
            reference: self.acquired_labels(reference)?,
            patient: None,
        };
        let study = Study::of(exam).map_err(IoError::Study)?;
        Ok(LoadedCase {
            study,
            placements,
            fills,
        })
    }

    fn acquired_labels(&self, labels: Reference) -> Result<Option<Acquisition<Label>>, IoError> {
        self.reference()
            .zip(labels)
            .map(|(path, labels)| acquired(path, labels))
            .transpose()
    }

    fn expected_name(&self, sequence: Sequence) -> String {
        let id = &self.id;
        match (&self.naming, sequence) {
            (Naming::ByChannel(channels), _) => {
                match channels.iter().find(|(_, s)| **s == sequence) {
                    Some((channel, _)) => format!("{id}_{channel:04}.nii.gz"),
                    None => format!("a channel named {sequence} in dataset.json"),
                }
            }
            (Naming::BySequence, Sequence::Bssfp) => format!("{id}_C0.nii.gz"),
            (Naming::BySequence, Sequence::Lge) => format!("{id}_LGE.nii.gz or {id}_DE.nii.gz"),
            (Naming::BySequence, Sequence::T2) => format!("{id}_T2.nii.gz"),
        }
    }
}

/// Turns what was read from a file to canonical axes.
fn acquired<T: Copy>(path: &Path, read: Placed<T>) -> Result<Acquisition<T>, IoError> {
    Acquisition::new(path.display().to_string(), read.volume)
        .map_err(|problem| IoError::file(path, Flaw::Geometry(problem)))
}

/// The result of a reading thread; a panic in it is resumed here.
fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
