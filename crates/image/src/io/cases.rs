//! The files of one case, and the study they hold.

use std::path::{Path, PathBuf};
use std::thread;

use crate::geometry::Grid;
use crate::label::Label;
use crate::sequence::{PerSequence, Sequence};
use crate::study::{Study, same_place};

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
    /// The geometry fields of the first sequence's file, whose grid is that of the study:
    /// [`write_labels`](super::write_labels) needs them to write a label map with exactly the same
    /// geometry.
    pub placement: Placement,
    /// The fill values at the borders of images; the study holds 0 in their place.
    pub fills: Vec<Fill>,
}

/// The images of a case, if there are any.
type Images = PerSequence<Option<Placed<f32>>>;
/// The reference labels of a case, if there are any.
type Reference = Option<Placed<Label>>;

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

    /// Reads the images and labels of the case in parallel, and checks that they share one grid. A
    /// fill value at the border of an image (padding, the default of a resampling, the outside of a
    /// circular field of view) becomes 0. Missing sequences are no error here: see
    /// [`Self::require_all`].
    ///
    /// # Errors
    /// The error of [`read_image`] or [`read_label_map`] for the first invalid file;
    /// [`IoError::TwoFiles`] for two files of reference labels; [`IoError::Study`] if two files
    /// differ in shape or position.
    pub fn load(&self) -> Result<LoadedCase, IoError> {
        let (images, reference) = self.read_files();
        let (images, reference) = (images?, reference?);
        self.check_places(&images, reference.as_ref())?;
        self.study(images, reference)
    }

    /// Reads the case for its images. Reference labels that cannot be read or are not on the grid
    /// of the images are left out, and the reason is returned.
    ///
    /// # Errors
    /// As for [`Self::load`], for the images only.
    pub fn load_images(&self) -> Result<(LoadedCase, Option<IoError>), IoError> {
        let (images, reference) = self.read_files();
        let images = images?;
        self.check_places(&images, None)?;
        let checked = reference
            .and_then(|labels| self.check_places(&images, labels.as_ref()).map(|()| labels));
        let (reference, left_out) =
            checked.map_or_else(|error| (None, Some(error)), |labels| (labels, None));
        Ok((self.study(images, reference)?, left_out))
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
            let PerSequence { bssfp, lge, t2 } =
                images.map(|reading| reading.map(read).transpose());
            let images = || {
                Ok(PerSequence {
                    bssfp: bssfp?,
                    lge: lge?,
                    t2: t2?,
                })
            };
            (images(), reference)
        })
    }

    fn study(
        &self,
        images: Images,
        reference: Option<Placed<Label>>,
    ) -> Result<LoadedCase, IoError> {
        let placement = images
            .iter()
            .find_map(|(_, image)| Some(image.as_ref()?.placement));
        let mut images = images.map(|image| image.map(|i| i.volume));
        let mut fills = Vec::new();
        for sequence in Sequence::ALL {
            fills.extend(
                images[sequence]
                    .as_mut()
                    .map(|image| remove_fills(sequence, image))
                    .into_iter()
                    .flatten(),
            );
        }
        let study =
            Study::new(&self.id, images, reference.map(|r| r.volume)).map_err(IoError::Study)?;
        let placement = placement.unwrap_or_else(|| Placement::of_grid(study.grid()));
        Ok(LoadedCase {
            study,
            placement,
            fills,
        })
    }

    /// Checks the voxel size of each file, and compares the grids of the files; errors name the
    /// files.
    fn check_places(
        &self,
        images: &Images,
        reference: Option<&Placed<Label>>,
    ) -> Result<(), IoError> {
        let grids = images
            .iter()
            .filter_map(|(s, image)| Some((self.image(s)?, *image.as_ref()?.volume.grid())));
        let labels = self.reference().zip(reference.map(|r| *r.volume.grid()));
        let files: Vec<(&Path, Grid)> = grids.chain(labels).collect();
        for (path, grid) in &files {
            let voxels = grid.world_from_voxel().check_scanner();
            voxels.map_err(|problem| IoError::file(path, Flaw::Geometry(problem)))?;
        }
        let mut named = files
            .into_iter()
            .map(|(path, grid)| (path.display().to_string(), grid));
        let Some((first, expected)) = named.next() else {
            return Ok(());
        };
        for (path, grid) in named {
            same_place((&first, &expected), (&path, &grid)).map_err(IoError::Study)?;
        }
        Ok(())
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

/// The result of a reading thread; a panic in it is resumed here.
fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
