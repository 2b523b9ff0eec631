//! What is kept of a segmented case beside its label map.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use myops_image::io::{CaseFiles, read_small, remove_unfinished, write_whole};
use myops_image::label::Label;
use myops_image::sequence::Sequence;
use myops_measure::finding::Finding;
use myops_segment::Confidence;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::files::fingerprint::{self, Fingerprint, Fingerprints};
use super::files::folder;
use super::model::Model;
use crate::device::DeviceChoice;
use crate::report::{CaseSheet, ModelId};

/// How cases are segmented: what their results depend on beside their files, and where they go.
#[derive(Debug, Clone, Copy)]
pub struct Setup<'a> {
    /// The model.
    pub model: &'a Model,
    /// Where it is computed.
    pub device: DeviceChoice,
    /// Whether how likely each label is is saved too.
    pub probabilities: bool,
    /// The folder of all results.
    pub out: &'a Path,
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

/// The files of a segmented case, in a folder of its own.
#[derive(Debug, Clone)]
pub struct CaseFolder {
    folder: PathBuf,
    id: String,
}

/// What is known of a segmented case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The case.
    pub id: String,
    /// The version of this program.
    pub program_version: String,
    /// The model's name.
    pub model: String,
    /// Which weights they were.
    pub model_fingerprint: String,
    /// Where it was computed.
    pub device: String,
    /// What was read: each sequence, and the reference labels.
    pub inputs: Fingerprints,
    /// What was written, by the names of the files.
    pub outputs: Fingerprints,
    /// Sequences that were not there.
    pub missing_sequences: Vec<String>,
    /// The volume of each label, ml.
    pub volumes_ml: BTreeMap<String, f64>,
    /// How far scar is likely to agree with a reader's; `None` without LGE.
    pub scar_confidence: Option<Confidence>,
    /// How far scar and edema together are likely to agree with a reader's.
    pub edema_or_scar_confidence: Confidence,
    /// How far each sequence lies from the others, mm, where that was measured.
    pub misalignment_mm: BTreeMap<String, f64>,
    /// What a reader has to know of the case.
    pub flags: Vec<Finding>,
    /// The same in words.
    pub notes: Vec<String>,
}

impl Record {
    /// What is known after segmenting and measuring; the outputs are known once they are written. All that is in the sheet
    /// too is taken from it, so that the two files cannot contradict each other.
    pub fn of(
        sheet: &CaseSheet,
        scar: Option<Confidence>,
        edema_or_scar: Confidence,
        device: DeviceChoice,
        inputs: Fingerprints,
    ) -> Self {
        let there =
            |sequence: &Sequence| sheet.sequences.iter().any(|name| name == sequence.name());
        let ModelId { name, fingerprint } = sheet.model.clone().unwrap_or_default();
        Self {
            id: sheet.case.clone(),
            program_version: sheet.program_version.clone(),
            model: name,
            model_fingerprint: fingerprint,
            device: device.name().into(),
            inputs,
            outputs: Fingerprints::new(),
            missing_sequences: Sequence::ALL
                .iter()
                .filter(|s| !there(s))
                .map(|s| s.name().into())
                .collect(),
            volumes_ml: volumes_ml(sheet),
            scar_confidence: scar,
            edema_or_scar_confidence: edema_or_scar,
            misalignment_mm: sheet.misalignment_mm.clone(),
            flags: sheet.quantities.flags.clone(),
            notes: sheet.notes.clone(),
        }
    }

    /// Why a run would not give the same now, but for what lies in the case's folder.
    fn outdated(&self, inputs: &Fingerprints, setup: &Setup) -> Option<String> {
        let changed = fingerprint::differences(&self.inputs, inputs);
        if self.program_version != env!("CARGO_PKG_VERSION") {
            Some(format!("written by myops {}", self.program_version))
        } else if self.model_fingerprint != setup.model.fingerprint {
            Some("written with other weights".into())
        } else if self.device != setup.device.name() {
            Some(format!("computed on {}", self.device))
        } else if !changed.is_empty() {
            Some(format!("input changed since ({})", changed.join(", ")))
        } else {
            None
        }
    }
}

/// The volume of each label but the background, ml.
fn volumes_ml(sheet: &CaseSheet) -> BTreeMap<String, f64> {
    let v = &sheet.quantities.volumes;
    [
        (Label::LvPool, v.lv_pool_ml),
        (Label::RvPool, v.rv_pool_ml),
        (Label::Myocardium, v.healthy_myocardium_ml),
        (Label::Edema, v.edema_without_scar_ml),
        (Label::Scar, v.scar_ml),
    ]
    .map(|(label, ml)| (label.name().into(), ml))
    .into()
}

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

    /// All that was measured, as JSON.
    pub fn quantities(&self) -> PathBuf {
        self.file("_quantities.json")
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

    fn record(&self) -> PathBuf {
        self.file("_record.json")
    }

    fn file(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}{ending}", self.id))
    }

    /// Whether `myops segment` wrote into this folder.
    pub fn is_segmented(&self) -> bool {
        self.record().is_file()
    }

    /// The files that a case has when it is finished, but for its record.
    pub fn outputs(&self, setup: &Setup) -> Vec<PathBuf> {
        let mut files = vec![
            self.labels(),
            self.panel(),
            self.quantities(),
            self.thumbnail(),
            self.report(),
        ];
        if setup.probabilities {
            files.extend(self.probabilities());
        }
        files
    }

    /// The images of how likely each label but the background is.
    fn probabilities(&self) -> impl Iterator<Item = PathBuf> {
        Label::ALL
            .into_iter()
            .skip(1)
            .map(|label| self.probability(label))
    }

    /// Compares what the record says with the case's files, the setup and the results.
    pub fn state(&self, files: &CaseFiles, setup: &Setup) -> State {
        if !self.is_segmented() {
            return State::Unfinished;
        }
        let record = read_small(self.record()).ok();
        let Some(record) = record.and_then(|bytes| serde_json::from_slice::<Record>(&bytes).ok())
        else {
            return State::Outdated(
                "the record of the results is damaged or of another version".into(),
            );
        };
        // What is wrong with a file that cannot be read is told where the case is segmented.
        let Ok(inputs) = fingerprint::of_case(files) else {
            return State::Unfinished;
        };
        if let Some(reason) = record.outdated(&inputs, setup) {
            return State::Outdated(reason);
        }
        let expected = self.outputs(setup);
        let names = expected
            .iter()
            .filter_map(|path| path.file_name()?.to_str());
        let names: BTreeSet<&str> = names
            .chain(record.outputs.keys().map(String::as_str))
            .collect();
        let same = |name: &str| {
            let found = Fingerprint::of_file(&self.folder.join(name));
            found.is_ok_and(|found| record.outputs.get(name) == Some(&found))
        };
        let changed: Vec<&str> = names.into_iter().filter(|name| !same(name)).collect();
        if changed.is_empty() {
            State::Current
        } else {
            State::Outdated(format!(
                "output missing or changed since ({})",
                changed.join(", ")
            ))
        }
    }

    /// Makes the folder, free of what a killed run left half-written in it and of the record of an earlier run, whose
    /// files are about to be written over. Its probabilities go too, since they may not be written again.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn create(&self) -> Result<(), Error> {
        folder::make_inside(self.folder.parent().unwrap_or(&self.folder), &self.folder)?;
        remove_unfinished(&self.folder)?;
        std::iter::once(self.record())
            .chain(self.probabilities())
            .try_for_each(|path| folder::remove_file(&path))?;
        Ok(())
    }

    /// Writes the record, with the fingerprints of the outputs; last of all, since it says that the case is finished.
    ///
    /// # Errors
    /// Where an output cannot be read or the record cannot be written.
    pub fn finish(&self, mut record: Record, outputs: &[PathBuf]) -> Result<(), Error> {
        record.outputs = fingerprint::of_files(outputs)?;
        let bytes = serde_json::to_vec_pretty(&record).map_err(Error::encode("the record"))?;
        Ok(write_whole(self.record(), |w| w.write_all(&bytes))?)
    }
}
