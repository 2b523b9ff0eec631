//! What is kept of a finished case beside its results.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use myops_image::io::{read_small, remove_unfinished, write_whole};
use myops_image::label::Label;
use myops_image::sequence::Sequence;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::files::fingerprint::{self, Fingerprints};
use super::files::folder;
use super::model::Model;
use crate::device::DeviceChoice;
use crate::report::{Case, Identity, PatientData, Program, SCHEMA};

/// How cases are segmented: what their results depend on beside their files, and where they go.
#[derive(Debug, Clone, Copy)]
pub struct Setup<'a> {
    /// The model.
    pub model: &'a Model,
    /// Where it is computed.
    pub device: DeviceChoice,
    /// What is written of a case.
    pub options: ResultOptions,
    /// The folder of all results.
    pub out: &'a Path,
}

/// What is written of a case beside the label map and the JSON, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ResultOptions {
    /// Whether the probability of each label is written.
    pub probabilities: bool,
    /// Whether the labels are written on the voxels of every sequence.
    pub all_grids: bool,
    /// Whether a DICOM segmentation and a structured report are written; for exams that came as DICOM.
    pub dicom: bool,
    /// Whether pictures and pages are written.
    pub pictures: Pictures,
    /// Where finished results are kept.
    pub packing: Packing,
    /// Whether results tell who was examined, where the images say it.
    pub patient_data: PatientData,
}

/// With what results are made from the files of a case.
#[derive(Debug, Clone, Copy)]
pub struct Made<'a> {
    /// The fingerprint of the weights.
    pub weights: &'a str,
    /// The name of the device.
    pub device: &'a str,
    /// Whether they tell who was examined.
    pub patient_data: PatientData,
}

/// Whether the results of a case have pictures and pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pictures {
    /// A picture of all slices, a thumbnail and a report are written.
    #[default]
    Written,
    /// They are left out: the label map and the JSON hold what they would show.
    LeftOut,
}

/// Where the results of finished cases are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Packing {
    /// In a folder for each case.
    #[default]
    Folders,
    /// In one archive, `cases.tar`.
    Archive,
}

/// Whether the results in the folder of a case are those that a run would give now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// They are.
    Current,
    /// There are none, or not all of them.
    Unfinished,
    /// They are not, for this reason.
    Outdated(String),
}

/// The files of a case that was segmented or measured, in a folder of its own.
#[derive(Debug, Clone)]
pub struct CaseFolder {
    folder: PathBuf,
    id: String,
}

/// What is kept of a finished case beside its results: all that is told of it, and which files it was made from and into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// All that is told of the case.
    #[serde(flatten)]
    pub told: Case,
    /// What was read: each sequence, and the reference labels.
    pub inputs: Fingerprints,
    /// What was written, by the names of the files.
    pub outputs: Fingerprints,
}

impl Record {
    /// Reads a record; errors call it `path`.
    ///
    /// # Errors
    /// Where it is damaged or of another version.
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self, Error> {
        let damaged = |cause| Error::NoRecord {
            path: path.into(),
            cause,
        };
        let record: Self = serde_json::from_slice(bytes).map_err(|e| damaged(e.to_string()))?;
        if record.told.schema == SCHEMA {
            Ok(record)
        } else {
            let schema = &record.told.schema;
            Err(damaged(format!("{schema} where {SCHEMA} is needed")))
        }
    }

    /// Whether a file was written, by its name.
    pub fn has_output(&self, file: &Path) -> bool {
        let name = file.file_name().and_then(OsStr::to_str);
        name.is_some_and(|name| self.outputs.contains_key(name))
    }

    /// Why a run would not give the same now, but for what the case's files hold.
    pub fn outdated(&self, inputs: &Fingerprints, setup: &Setup) -> Option<String> {
        let made = self.made_otherwise(&Made {
            weights: &setup.model.fingerprint,
            device: setup.device.name(),
            patient_data: setup.options.patient_data,
        });
        made.or_else(|| {
            let changed = fingerprint::differences(&self.inputs, inputs);
            let told = || format!("input changed since ({})", changed.join(", "));
            (!changed.is_empty()).then(told)
        })
    }

    /// Why the results are not those that this version of the program would make in such a way from the same files.
    pub fn made_otherwise(&self, asked: &Made) -> Option<String> {
        let Program { version, device } = &self.told.program;
        let device = device.as_deref().unwrap_or_default();
        let weights = self.told.model.as_ref().map(|model| &model.fingerprint[..]);
        // Where the images say nothing of the patient, both give the same.
        let told = self.told.patient.as_ref().map(Identity::asked);
        if version != env!("CARGO_PKG_VERSION") {
            Some(format!("written by myops {version}"))
        } else if weights != Some(asked.weights) {
            Some("written with other weights".into())
        } else if device != asked.device {
            Some(format!("computed on {device}"))
        } else if told.is_some_and(|told| told != asked.patient_data) {
            let with = match asked.patient_data {
                PatientData::Withheld => "with",
                PatientData::Shown => "without",
            };
            Some(format!("written {with} patient data"))
        } else {
            None
        }
    }
}

/// Files that earlier versions wrote beside the results, in the place of the record.
const OF_EARLIER_VERSIONS: [&str; 2] = ["_record.json", "_quantities.json"];

impl CaseFolder {
    /// The folder of a case below that of all results.
    pub fn of(out: &Path, id: &str) -> Self {
        Self {
            folder: out.join(id),
            id: id.into(),
        }
    }

    /// The label map's file.
    pub fn labels(&self) -> PathBuf {
        self.file("_labels.nii.gz")
    }

    /// The picture of every slice.
    pub fn panel(&self) -> PathBuf {
        self.file("_panel.png")
    }

    /// The page of the case.
    pub fn report(&self) -> PathBuf {
        self.file("_report.html")
    }

    /// The small picture for lists.
    pub fn thumbnail(&self) -> PathBuf {
        self.file("_thumbnail.png")
    }

    /// The image of how likely a label is.
    pub fn probability(&self, label: Label) -> PathBuf {
        let name = label.name().to_lowercase().replace(' ', "_");
        self.file(&format!("_probability_{name}.nii.gz"))
    }

    /// The record of the case, which says that it is finished: all that is told of it, as JSON.
    pub fn record(&self) -> PathBuf {
        self.file(".json")
    }

    fn file(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}{ending}", self.id))
    }

    /// Whether `myops segment` wrote into this folder, as far as can be told: a record that cannot be read may be its.
    pub fn is_segmented(&self) -> bool {
        let measured_alone = |record: Record| record.told.model.is_none();
        self.is_of_earlier_version()
            || self.record().is_file() && !self.read_record().is_ok_and(measured_alone)
    }

    /// Whether `myops segment` wrote this folder, and its record and all files that it names are there.
    pub fn is_whole(&self) -> bool {
        let all_there = |record: Record| {
            let mut names = record.outputs.keys();
            record.told.model.is_some() && names.all(|name| self.output(name).is_file())
        };
        self.read_record().is_ok_and(all_there)
    }

    fn is_of_earlier_version(&self) -> bool {
        self.file(OF_EARLIER_VERSIONS[0]).is_file()
    }

    /// What is told of a finished case, and its files.
    ///
    /// # Errors
    /// Where the record cannot be read, is damaged, or is of another version.
    pub fn read_record(&self) -> Result<Record, Error> {
        let path = self.record();
        Record::parse(&read_small(&path)?, &path)
    }

    /// A file that was written, by its name.
    pub fn output(&self, name: &str) -> PathBuf {
        // A record that was changed may name a file elsewhere.
        let name = Path::new(name).file_name().unwrap_or_default();
        self.folder.join(name)
    }

    /// A file of the folder as seen from the folder of all results.
    pub fn relative(&self, file: &Path) -> PathBuf {
        Path::new(&self.id).join(file.file_name().unwrap_or_default())
    }

    /// The labels on the voxels of a sequence.
    pub fn labels_on(&self, sequence: Sequence) -> PathBuf {
        let name = sequence.name().to_lowercase();
        self.file(&format!("_labels_on_{name}.nii.gz"))
    }

    /// The DICOM segmentation.
    pub fn segmentation(&self) -> PathBuf {
        self.file("_seg.dcm")
    }

    /// The DICOM structured report.
    pub fn structured_report(&self) -> PathBuf {
        self.file("_sr.dcm")
    }

    /// The files that a case with some sequences has when it is finished, but for its record.
    pub fn outputs(&self, sequences: &[Sequence], setup: &Setup) -> Vec<PathBuf> {
        let mut files = vec![self.labels()];
        if setup.options.pictures == Pictures::Written {
            files.extend(self.pictures());
        }
        if setup.options.probabilities {
            files.extend(self.probabilities());
        }
        if setup.options.all_grids {
            files.extend(sequences.iter().map(|sequence| self.labels_on(*sequence)));
        }
        if setup.options.dicom {
            files.extend([self.segmentation(), self.structured_report()]);
        }
        files
    }

    /// The pictures and the page.
    fn pictures(&self) -> [PathBuf; 3] {
        [self.panel(), self.thumbnail(), self.report()]
    }

    /// The images of how likely each label but the background is.
    fn probabilities(&self) -> impl Iterator<Item = PathBuf> {
        Label::ALL
            .into_iter()
            .skip(1)
            .map(|label| self.probability(label))
    }

    /// Makes the folder, free of what a killed run left half-written in it and of the record of an earlier run, whose
    /// files are about to be written over. What is written only where it is asked for goes too.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn create(&self) -> Result<(), Error> {
        folder::make_inside(self.folder.parent().unwrap_or(&self.folder), &self.folder)?;
        remove_unfinished(&self.folder)?;
        std::iter::once(self.record())
            .chain(OF_EARLIER_VERSIONS.map(|ending| self.file(ending)))
            .chain(self.optional())
            .try_for_each(|path| folder::remove_file(&path))?;
        Ok(())
    }

    /// The files that are written only where they are asked for.
    fn optional(&self) -> impl Iterator<Item = PathBuf> {
        let grids = Sequence::ALL.map(|sequence| self.labels_on(sequence));
        let pacs = [self.segmentation(), self.structured_report()];
        let all = self.pictures().into_iter().chain(self.probabilities());
        all.chain(grids).chain(pacs)
    }

    /// Removes the folder of a case whose results are kept elsewhere: its record first, then what else the program may have
    /// written. A file of somebody else stays, and the folder with it.
    ///
    /// # Errors
    /// Where a file cannot be removed.
    pub fn remove(&self) -> Result<(), Error> {
        remove_unfinished(&self.folder)?;
        [self.record(), self.labels()]
            .into_iter()
            .chain(self.optional())
            .try_for_each(|path| folder::remove_file(&path))?;
        let _ = fs::remove_dir(&self.folder);
        Ok(())
    }

    /// Writes the record, with the fingerprints of the outputs; last of all, since it says that the case is finished.
    ///
    /// # Errors
    /// Where an output cannot be read or the record cannot be written.
    pub fn finish(
        &self,
        told: &Case,
        inputs: Fingerprints,
        outputs: &[PathBuf],
    ) -> Result<(), Error> {
        let record = Record {
            told: told.clone(),
            inputs,
            outputs: fingerprint::of_files(outputs)?,
        };
        let bytes = serde_json::to_vec_pretty(&record).map_err(Error::encode("the record"))?;
        Ok(write_whole(self.record(), |w| w.write_all(&bytes))?)
    }
}
