//! The exams among files: what is in folders and archives, told by content and not by names.

mod exams;
mod find;

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::error::DicomError;
use crate::image::Instance;
use crate::read::{Archive, Flaw, Place, header, open_archive};

pub use exams::ExamFiles;

/// The most images of all exams.
const MAX_IMAGES: usize = 200_000;
/// Files that one thread reads in turn.
const FILES_AT_ONCE: usize = 64;

/// The exams among some files.
pub struct Scan {
    exams: Vec<ExamFiles>,
    passed_over: Vec<PassedOver>,
}

/// A file that is no image of an exam.
#[derive(Debug, Clone, PartialEq)]
pub struct PassedOver {
    /// The file, or the archive and its entry.
    pub place: Place,
    /// What it is.
    pub flaw: Flaw,
}

impl Scan {
    /// Searches files, folders at any depth, and zip archives. Only headers are read, on all threads of rayon's pool.
    ///
    /// # Errors
    /// [`DicomError`] if a path cannot be read, there are too many files, or none is an MR image.
    pub fn of<P: AsRef<Path>>(paths: &[P]) -> Result<Self, DicomError> {
        let paths: Vec<&Path> = paths.iter().map(AsRef::as_ref).collect();
        let places = find::places(&paths)?;
        let headers: Vec<Result<Instance, Flaw>> = places
            .par_chunks(FILES_AT_ONCE)
            .flat_map_iter(instances)
            .collect();
        let mut passed_over = Vec::new();
        let mut instances = Vec::new();
        let mut images = 0;
        let files = places.len();
        for (place, instance) in places.into_iter().zip(headers) {
            match instance {
                Ok(instance) => {
                    images += instance.frames.len();
                    instances.push((place, instance));
                }
                Err(flaw) => passed_over.push(PassedOver { place, flaw }),
            }
        }
        if images == 0 {
            let told = |passed: &PassedOver| format!("{}: {}", passed.place, passed.flaw);
            return Err(DicomError::NoImage {
                files,
                first: passed_over.first().map(told),
            });
        }
        if images > MAX_IMAGES {
            return Err(DicomError::ManyImages(MAX_IMAGES));
        }
        Ok(Self {
            exams: exams::exams(instances),
            passed_over,
        })
    }

    /// The exams (studies), in the order in which they were taken.
    pub fn exams(&self) -> &[ExamFiles] {
        &self.exams
    }

    /// The exams, by value.
    pub fn into_exams(self) -> Vec<ExamFiles> {
        self.exams
    }

    /// The files that are no MR images, and why.
    pub fn passed_over(&self) -> &[PassedOver] {
        &self.passed_over
    }
}

/// The headers of files that follow one another; an archive is opened once for all of its entries.
fn instances(places: &[Place]) -> Vec<Result<Instance, Flaw>> {
    let mut open: Option<(Arc<Path>, Archive)> = None;
    let read = |place: &'_ Place| {
        let archive = match place {
            Place::File(_) => None,
            Place::Entry { archive, .. } => {
                if open.as_ref().is_none_or(|(path, _)| path != archive) {
                    open = Some((archive.clone(), open_archive(archive)?));
                }
                open.as_mut().map(|(_, archive)| archive)
            }
        };
        Instance::of(&header(place, archive)?)
    };
    places.iter().map(read).collect()
}
