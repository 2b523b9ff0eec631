//! The files of one case, and the study they hold.

use std::path::{Path, PathBuf};
use std::thread;

use crate::exam::{Acquisition, Exam};
use crate::label::Label;
use crate::phase::{Like, Phase, TakenPhase};
use crate::sequence::{PerSequence, Sequence};
use crate::study::Study;

use super::cine::read_cine;
use super::error::{Flaw, IoError};
use super::fill::remove_fills;
use super::image_file::{ImageFile, Naming};
use super::label_map::read_numbered;
use super::label_numbers::LabelNumbers;
use super::loaded::LoadedCase;
use super::names::{check_id, stem, text_of};
use super::read::{Placed, read_image};
use super::sidecar::Sidecar;
use super::small::open_regular;

/// The paths of one case's files, before any of them is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFiles {
    pub(super) id: String,
    pub(super) folder: PathBuf,
    pub(super) images: PerSequence<Option<ImageFile>>,
    /// More than one is an error when they are read.
    pub(super) references: Vec<PathBuf>,
    pub(super) naming: Naming,
    pub(super) phase: Phase,
    /// The numbers of the reference labels, where they were given.
    pub(super) numbers: Option<LabelNumbers>,
}

/// The images of a case, if there are any.
type Images = (PerSequence<Option<Placed<f32>>>, Option<TakenPhase>);
/// The reference labels of a case, if there are any.
type Reference = Option<Placed<Label>>;

impl CaseFiles {
    /// A case of files that are named outright. More than one file of labels is an error when they are read.
    ///
    /// # Errors
    /// [`IoError::UnusableId`]; [`IoError::Read`] if a file is not there; [`IoError::SameFile`] if one is given for two
    /// sequences.
    pub fn named(
        id: impl Into<String>,
        images: PerSequence<Option<PathBuf>>,
        labels: impl IntoIterator<Item = PathBuf>,
    ) -> Result<Self, IoError> {
        let id = id.into();
        check_id(&id)?;
        let references: Vec<PathBuf> = labels.into_iter().collect();
        let mut earlier: Vec<(&'static str, &Path)> = Vec::new();
        let labelled = references
            .iter()
            .map(|path| ("reference labels", path.as_path()));
        let given = images
            .iter()
            .filter_map(|(sequence, path)| Some((sequence.name(), path.as_deref()?)));
        for (what, path) in given.chain(labelled) {
            open_regular(path)?;
            if let Some((first, _)) = earlier.iter().find(|(_, other)| *other == path) {
                return Err(IoError::SameFile {
                    path: path.into(),
                    first,
                    second: what,
                });
            }
            earlier.push((what, path));
        }
        let folder = earlier.first().and_then(|(_, path)| path.parent());
        Ok(Self {
            folder: folder.unwrap_or(Path::new("")).into(),
            id,
            images: images.map(|path| path.map(ImageFile::from)),
            references,
            naming: Naming::Described,
            phase: Phase::default(),
            numbers: None,
        })
    }

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
        self.images[sequence]
            .as_ref()
            .map(|image| image.path.as_path())
    }

    /// Why a file is taken for a sequence; `None` in the known layouts, where its name says so.
    pub fn reason(&self, sequence: Sequence) -> Option<&str> {
        self.images[sequence].as_ref()?.reason.as_deref()
    }

    /// Which phase is taken where bSSFP is a cine.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The same with another choice of the phase.
    #[must_use]
    pub fn with_phase(mut self, phase: Phase) -> Self {
        self.phase = phase;
        self
    }

    /// The same case with another name.
    #[must_use]
    pub fn with_id(self, id: impl Into<String>) -> Self {
        let id = id.into();
        Self { id, ..self }
    }

    /// The same with reference labels that have these numbers, whatever other numberings there are.
    #[must_use]
    pub fn with_numbers(mut self, numbers: LabelNumbers) -> Self {
        self.numbers = Some(numbers);
        self
    }

    /// The numbers of the reference labels, where they were given.
    pub fn numbers(&self) -> Option<&LabelNumbers> {
        self.numbers.as_ref()
    }

    /// Checks that one file can be meant for each sequence.
    ///
    /// # Errors
    /// [`IoError::TwoFiles`] if there are two, naming both.
    pub fn check_images(&self) -> Result<(), IoError> {
        for (sequence, image) in self.images.iter() {
            let rival = image
                .as_ref()
                .and_then(|image| Some((image, image.rival.as_ref()?)));
            if let Some((image, rival)) = rival {
                return Err(self.two_files(sequence.name(), &image.path, rival));
            }
        }
        Ok(())
    }

    fn two_files(&self, what: &'static str, first: &Path, second: &Path) -> IoError {
        IoError::TwoFiles {
            id: self.id.clone(),
            what,
            first: first.into(),
            second: second.into(),
        }
    }

    /// The file of the reference labels, if there is one.
    pub fn reference(&self) -> Option<&Path> {
        self.references.first().map(PathBuf::as_path)
    }

    /// All files of reference labels; more than one is an error when they are read.
    pub fn references(&self) -> &[PathBuf] {
        &self.references
    }

    /// The files of all images and reference labels.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let images = Sequence::ALL.into_iter().filter_map(|s| self.image(s));
        images.chain(self.references.iter().map(PathBuf::as_path))
    }

    /// Whether a file is one of the images.
    pub fn holds(&self, file: &Path) -> bool {
        Sequence::ALL
            .into_iter()
            .any(|sequence| self.image(sequence) == Some(file))
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
    /// circular field of view) becomes 0. Of a cine of bSSFP, one phase is read: see [`Self::with_phase`].
    /// Missing sequences are no error here: see [`Self::require_all`].
    ///
    /// # Errors
    /// The error of [`read_image`], [`read_cine`] or [`read_numbered`] for the first invalid file;
    /// [`IoError::TwoFiles`] for two files of one sequence or of reference labels; [`IoError::Study`] as for
    /// [`Study::of`].
    pub fn load(&self) -> Result<LoadedCase, IoError> {
        let (images, reference) = self.read_files();
        self.case(images?, reference?, None)
    }

    /// Reads the case for its images, on the slices of a sequence, or of the usual one ([`Study::of`]). Reference labels that cannot be read or are not on the grid
    /// of the images are left out, and the reason is returned.
    ///
    /// # Errors
    /// As for [`Self::load`], for the images only.
    pub fn load_images(
        &self,
        stack: Option<Sequence>,
    ) -> Result<(LoadedCase, Option<IoError>), IoError> {
        let (images, reference) = self.read_files();
        let mut case = self.case(images?, None, stack)?;
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
            [path] => read_numbered(path, self.numbers.as_ref()).map(|(labels, _)| Some(labels)),
            [first, second, ..] => Err(self.two_files("reference labels", first, second)),
        }
    }

    fn read_files(&self) -> (Result<Images, IoError>, Result<Reference, IoError>) {
        thread::scope(|scope| {
            let images = self.images.as_ref().map(|file| {
                // If the system cannot start another thread, this thread reads the image.
                let start =
                    |path| thread::Builder::new().spawn_scoped(scope, move || read_image(path));
                file.as_ref()
                    .map(|file| start(&file.path).map_err(|_| &file.path))
            });
            let reference = self.load_reference();
            let read = |reading: Result<_, _>| reading.map_or_else(read_image, joined);
            let images = images.map(|reading| reading.map(read).transpose());
            (self.with_phase_of_cine(images), reference)
        })
    }

    /// Reads one phase of bSSFP, if it is a cine.
    fn with_phase_of_cine(
        &self,
        images: PerSequence<Result<Option<Placed<f32>>, IoError>>,
    ) -> Result<Images, IoError> {
        self.check_images()?;
        let PerSequence { bssfp, lge, t2 } = images;
        let (lge, t2) = match &bssfp {
            Err(error) if error.is_of_many_volumes() => (lge?, t2?),
            // The first error in channel order is that of bSSFP.
            _ => {
                let images = PerSequence { bssfp, lge, t2 };
                return Ok((images.transpose()?, None));
            }
        };
        let like = Like {
            lge: lge.as_ref().map(|image| &image.volume),
            t2: t2.as_ref().map(|image| &image.volume),
        };
        let cine = self.image(Sequence::Bssfp);
        let cine = cine
            .map(|path| read_cine(path, self.phase, like))
            .transpose()?;
        let (bssfp, phase) = cine.map_or((None, None), |(image, phase)| (Some(image), phase));
        Ok((PerSequence { bssfp, lge, t2 }, phase))
    }

    /// Makes an exam of what was read, and a study of the exam; errors name the files.
    fn case(
        &self,
        (mut images, phase): Images,
        reference: Reference,
        stack: Option<Sequence>,
    ) -> Result<LoadedCase, IoError> {
        let placements = images
            .as_ref()
            .map(|image| image.as_ref().map(|image| image.placement));
        let mut fills = Vec::new();
        let acquired_image = |sequence| {
            let (path, mut image) = self.image(sequence).zip(images[sequence].take())?;
            fills.extend(remove_fills(sequence, &mut image.volume));
            let acquired = acquired(path, image);
            Some(match thickness_mm(path) {
                Some(mm) => acquired.map(|image| image.with_thickness(mm)),
                None => acquired,
            })
        };
        let exam = Exam {
            id: self.id.clone(),
            images: PerSequence::from_fn(acquired_image)
                .map(Option::transpose)
                .transpose()?,
            reference: self.acquired_labels(reference)?,
            patient: None,
        };
        let study = Study::on_stack(stack, exam).map_err(IoError::Study)?;
        Ok(LoadedCase {
            study,
            placements,
            fills,
            phase,
            patient: None,
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
            (Naming::Described, _) => format!("a file whose name tells {sequence}"),
            (Naming::BySequence, Sequence::Bssfp) => format!("{id}_C0.nii.gz"),
            (Naming::BySequence, Sequence::Lge) => format!("{id}_LGE.nii.gz or {id}_DE.nii.gz"),
            (Naming::BySequence, Sequence::T2) => format!("{id}_T2.nii.gz"),
        }
    }
}

/// The thickness of slices that the JSON file beside an image gives, mm.
fn thickness_mm(image: &Path) -> Option<f64> {
    let name = image.file_name().map(text_of)?;
    Sidecar::beside(image, stem(&name)?)?.thickness_mm
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
