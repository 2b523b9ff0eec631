//! What is kept of a segmented case beside its label map.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use myops_image::io::{read_labels, remove_unfinished, write_whole};
use myops_image::label::{Label, LabelMap};
use myops_image::sequence::Sequence;
use myops_image::study::Study;
use myops_net::infer::{Confidence, Segmentation};
use serde::{Deserialize, Serialize};

use super::folder;
use crate::models::Model;

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
    /// Sequences that were not there.
    pub missing_sequences: Vec<String>,
    /// The volume of each label, ml.
    pub volumes_ml: BTreeMap<String, f64>,
    /// How far scar is likely to agree with a reader's.
    pub scar_confidence: Confidence,
    /// How far scar and edema together are likely to agree with a reader's.
    pub edema_or_scar_confidence: Confidence,
    /// How far each sequence lies from the others, mm, where that was measured.
    pub misalignment_mm: BTreeMap<String, f64>,
    /// What may have gone less well than usual, in words.
    pub notes: Vec<String>,
}

impl Record {
    /// What is known after segmenting.
    pub fn of(study: &Study, found: &Segmentation, model: &Model) -> Self {
        Self {
            id: study.id().into(),
            program_version: env!("CARGO_PKG_VERSION").into(),
            model: model.name.clone(),
            model_fingerprint: model.fingerprint.clone(),
            missing_sequences: study.missing().into_iter().map(Sequence::name).map(Into::into).collect(),
            volumes_ml: volumes_ml(&found.labels),
            scar_confidence: found.scar,
            edema_or_scar_confidence: found.edema_or_scar,
            misalignment_mm: found
                .misalignment
                .iter()
                .filter_map(|(sequence, m)| Some((sequence.name().into(), (*m)?.distance_mm())))
                .collect(),
            notes: found.notes.iter().map(ToString::to_string).collect(),
        }
    }
}

/// The volume of each label but the background, ml.
pub fn volumes_ml(labels: &LabelMap) -> BTreeMap<String, f64> {
    let ml = labels.spacing().voxel_ml();
    let count = |label: Label| labels.data().iter().filter(|l| **l == label).count() as f64;
    Label::ALL.into_iter().skip(1).map(|l| (l.name().into(), count(l) * ml)).collect()
}

impl CaseFolder {
    /// The folder of a case below that of all results.
    pub fn of(out: &Path, id: &str) -> Self {
        Self { folder: out.join(id), id: id.into() }
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

    /// Whether all files of this case are here, made with the same weights.
    pub fn is_done(&self, model: &Model) -> bool {
        let record = std::fs::read(self.record()).ok();
        let record = record.and_then(|bytes| serde_json::from_slice::<Record>(&bytes).ok());
        record.is_some_and(|r| r.model_fingerprint == model.fingerprint)
            && read_labels(self.labels()).is_ok()
            && self.panel().is_file()
            && self.report().is_file()
    }

    /// Makes the folder, free of what a killed run left half-written in it and of the record of an earlier one, whose
    /// files are about to be written over.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn create(&self) -> Result<()> {
        folder::make(&self.folder)?;
        remove_unfinished(&self.folder)?;
        match std::fs::remove_file(self.record()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("{}: cannot be removed", self.record().display()))
            }
            _ => Ok(()),
        }
    }

    /// Writes the record; last of all, since it says that the case is done.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn finish(&self, record: &Record) -> Result<()> {
        let bytes = serde_json::to_vec_pretty(record)?;
        Ok(write_whole(self.record(), |w| w.write_all(&bytes))?)
    }
}
