//! One case to work on, from files or from an exam.

use std::path::Path;

use myops_dicom::source::Source;
use myops_image::io::{CaseFiles, IoError, LoadedCase};
use myops_image::sequence::{PerSequence, Sequence};
use myops_image::study::Study;

use super::exam::ExamCase;
use crate::app::error::Error;
use crate::app::files::fingerprint::{self, Fingerprint, Fingerprints};

/// One case to work on, before its images are read.
#[derive(Debug)]
pub struct CaseInput {
    kind: Kind,
    /// The sequence on whose slices it is labelled, if one is asked for.
    stack: Option<Sequence>,
    /// What its files were when it was planned, if it was.
    planned: Option<Fingerprints>,
}

/// Where the images of a case are.
#[derive(Debug)]
pub enum Kind {
    /// In NIfTI files.
    Files(CaseFiles),
    /// In the series of a DICOM exam.
    Exam(ExamCase),
}

/// A case whose images were read.
#[derive(Debug)]
pub struct LoadedInput {
    /// The images.
    pub case: LoadedCase,
    /// The DICOM series that each image is from.
    pub sources: PerSequence<Option<Source>>,
    /// Why the reference labels were left out, if they were.
    pub left_out: Option<String>,
}

impl CaseInput {
    /// A case, labelled on the slices of `stack`, or of the usual sequence.
    pub fn new(kind: Kind, stack: Option<Sequence>) -> Self {
        Self {
            kind,
            stack,
            planned: None,
        }
    }

    /// The same case, of files that were [such](Self::ends) when it was planned.
    #[must_use]
    pub fn planned(self, planned: Fingerprints) -> Self {
        Self {
            planned: Some(planned),
            ..self
        }
    }

    /// The sequence on whose slices it is labelled, if one is asked for.
    pub fn stack(&self) -> Option<Sequence> {
        self.stack
    }

    /// The case's name.
    pub fn id(&self) -> &str {
        match &self.kind {
            Kind::Files(files) => files.id(),
            Kind::Exam(exam) => exam.id(),
        }
    }

    /// Where its images are.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The NIfTI files of the case.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let files = match &self.kind {
            Kind::Files(files) => Some(files.files()),
            Kind::Exam(_) => None,
        };
        files.into_iter().flatten()
    }

    /// The sequences that it has.
    pub fn sequences(&self) -> Vec<Sequence> {
        let there = |sequence: &Sequence| match &self.kind {
            Kind::Files(files) => files.image(*sequence).is_some(),
            Kind::Exam(exam) => exam.rows()[*sequence].is_some(),
        };
        Sequence::ALL.into_iter().filter(there).collect()
    }

    /// Fingerprints of what is read, by sequence; that of the slices that are asked for says so.
    ///
    /// # Errors
    /// Where a file cannot be read, or the exam's series are not certain.
    pub fn fingerprints(&self) -> Result<Fingerprints, Error> {
        self.fingerprints_by(Fingerprint::of_file)
    }

    /// Fingerprints of the ends of the files, by the names that [`Self::fingerprints`] has; of an exam, those of its images' UIDs.
    ///
    /// # Errors
    /// As for [`Self::fingerprints`].
    pub fn ends(&self) -> Result<Fingerprints, Error> {
        self.fingerprints_by(Fingerprint::of_ends)
    }

    /// Refuses a case whose files are not those that were planned.
    ///
    /// # Errors
    /// Names the images whose files differ.
    pub fn check_planned(&self) -> Result<(), Error> {
        let Some(planned) = &self.planned else {
            return Ok(());
        };
        let found = self.ends()?;
        let changed = fingerprint::differences(planned, &found);
        if changed.is_empty() {
            return Ok(());
        }
        Err(Error::InputChanged {
            case: self.id().into(),
            what: changed.join(", "),
        })
    }

    fn fingerprints_by(
        &self,
        of: fn(&Path) -> Result<Fingerprint, IoError>,
    ) -> Result<Fingerprints, Error> {
        let prints = match &self.kind {
            Kind::Files(files) => fingerprint::of_case(files, of)?,
            Kind::Exam(exam) => exam
                .identity()?
                .into_iter()
                .map(|(sequence, uids)| {
                    (
                        sequence.name().into(),
                        Fingerprint::of_bytes(uids.as_bytes()),
                    )
                })
                .collect(),
        };
        let named = |what: String| match self.stack {
            Some(stack) if what.starts_with(stack.name()) => {
                format!("{what}, whose slices are labelled")
            }
            _ => what,
        };
        Ok(prints
            .into_iter()
            .map(|(what, print)| (named(what), print))
            .collect())
    }

    /// Reads the images.
    ///
    /// # Errors
    /// Where one cannot be read, or they cannot be brought together.
    pub fn load(&self) -> Result<LoadedInput, Error> {
        match &self.kind {
            Kind::Files(files) => {
                let (case, left_out) = files.load_images(self.stack)?;
                Ok(LoadedInput {
                    case,
                    sources: PerSequence::default(),
                    left_out: left_out.map(|error| error.to_string()),
                })
            }
            Kind::Exam(exam) => {
                let (mut loaded, phase) = exam.load()?;
                let patient = loaded.exam.patient.take();
                Ok(LoadedInput {
                    case: LoadedCase {
                        study: Study::on_stack(self.stack, loaded.exam)?,
                        placements: PerSequence::default(),
                        fills: Vec::new(),
                        phase,
                        patient,
                    },
                    sources: loaded.sources,
                    left_out: None,
                })
            }
        }
    }
}
