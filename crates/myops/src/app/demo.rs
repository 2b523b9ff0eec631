//! A synthetic patient, drawn, segmented and compared with the truth.
//!
//! ```
//! use myops::app::{DemoJob, Model, Silent};
//! use myops::device::DeviceChoice;
//!
//! let place = tempfile::tempdir()?;
//! let patient = DemoJob { seed: 3, ..DemoJob::new(place.path()) }.draw(&Silent)?;
//! let model = Model::open("runet", DeviceChoice::Cpu)?;
//! let found = model.segment(patient.study())?;
//! let files = patient.write(&found, &model, &Silent)?;
//! assert!(files.report.is_file());
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

use std::path::PathBuf;

use myops_image::study::Study;
use myops_segment::Segmentation;

use super::error::Error;
use super::files::OutputFolder;
use super::input::Input;
use super::model::Model;
use super::note::Note;
use super::phantom;
use super::progress::Progress;
use super::record::{CaseFolder, ResultOptions, Setup};
use super::segment::case::{Case, write};

/// Draws a synthetic patient into a folder, where its results go too.
#[derive(Debug, Clone)]
pub struct DemoJob {
    /// The random seed, which tells one patient from another.
    pub seed: u64,
    /// The folder for the patient and the results.
    pub out: PathBuf,
}

/// A patient on the disk, read back as any other would be.
#[derive(Debug)]
pub struct DemoPatient {
    case: Case,
    out: OutputFolder,
}

/// The files of a demonstration that a user looks at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoFiles {
    /// The page with the report.
    pub report: PathBuf,
    /// The picture of every slice.
    pub picture: PathBuf,
    /// The label map.
    pub labels: PathBuf,
}

impl DemoJob {
    /// A job that draws the patient of the seed 7.
    pub fn new(out: impl Into<PathBuf>) -> Self {
        Self {
            seed: 7,
            out: out.into(),
        }
    }

    /// Draws the patient, writes its files and reads them back.
    ///
    /// # Errors
    /// Where the folder cannot be used.
    pub fn draw(&self, progress: &dyn Progress) -> Result<DemoPatient, Error> {
        let (study, truth) = phantom::patient(1, self.seed);
        let out = OutputFolder::claim(&self.out)?;
        phantom::write(&study, &truth, out.path())?;
        let input = Input::of_paths([self.out.join(study.id())]);
        let found = input.find_and_tell(progress)?;
        let case = Case::read(&found[0], progress)?;
        Ok(DemoPatient { case, out })
    }
}

impl DemoPatient {
    /// The images and the true labels.
    pub fn study(&self) -> &Study {
        self.case.study()
    }

    /// Writes the results that [`Model::segment`] gave for the patient, as those of any case.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn write(
        &self,
        found: &Segmentation,
        model: &Model,
        progress: &dyn Progress,
    ) -> Result<DemoFiles, Error> {
        let setup = Setup {
            model,
            device: model.device,
            options: ResultOptions::default(),
            out: self.out.path(),
        };
        let told = write(&self.case, found, &setup)?;
        told.told()
            .for_each(|line| progress.message(&Note::Finding(line)));
        let folder = CaseFolder::of(self.out.path(), self.study().id());
        Ok(DemoFiles {
            report: folder.report(),
            picture: folder.panel(),
            labels: folder.labels(),
        })
    }
}
