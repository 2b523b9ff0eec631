//! Everything that reads a file, and what has to hold of what was read.

#![expect(clippy::expect_used, reason = "a target fails by a panic")]

use std::path::Path;

use myops::app::Record;
use myops::app::plan::Plan;
use myops::cli::decode_settings;
use myops::image::io::{
    LabelNumbers, decode_dataset, decode_image, decode_labels, encode_image, encode_labels,
};
use myops::measure::finding::Finding;
use myops::net::model::{Architecture, ModelSettings};
use myops::net::weights::{KerasFile, Precision, Weights, from_keras};
use myops::report::{CasePaths, CohortPage, CohortTable, PatientData, TerminalRow, terminal_table};
use myops::segment::{ModelFile, Segmenter};
use myops::train::{Checkpoint, Trainer};
use myops_dicom::pixels::Pixels;

use crate::mutate::Tensors;
use crate::seeds::{self, cpu};

/// A reader of files.
pub struct Target {
    /// Its name on the command line.
    pub name: &'static str,
    /// The folder of the corpus that holds files for it.
    pub corpus: &'static str,
    /// The share of changes made to what a container holds (see [`crate::mutate::input`]).
    pub inside: f64,
    /// The most memory that an input may take, MiB.
    pub memory_mib: usize,
    /// The seeds that the program itself writes.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Reads an input; whether it is accepted. Panics where what was read breaks a promise.
    pub read: fn(&[u8]) -> bool,
}

/// All of them.
#[rustfmt::skip]
pub const TARGETS: &[Target] = &[
    Target { name: "image", corpus: "nifti", inside: 0.75, memory_mib: 64, seeds: seeds::nifti, read: image },
    Target { name: "labels", corpus: "nifti", inside: 0.75, memory_mib: 64, seeds: seeds::nifti, read: labels },
    Target { name: "gzip", corpus: "nifti", inside: 0.1, memory_mib: 64, seeds: seeds::gzip, read: image },
    Target { name: "dicom", corpus: "dicom", inside: 0.0, memory_mib: 128, seeds: seeds::dicom, read: dicom },
    Target { name: "dataset", corpus: "dataset", inside: 0.9, memory_mib: 8, seeds: Vec::new, read: dataset },
    Target { name: "settings", corpus: "settings", inside: 0.9, memory_mib: 32, seeds: seeds::settings, read: settings },
    Target { name: "record", corpus: "record", inside: 0.9, memory_mib: 16, seeds: seeds::records, read: record },
    Target { name: "plan", corpus: "plan", inside: 0.9, memory_mib: 8, seeds: seeds::plans, read: plan },
    Target { name: "weights", corpus: "weights", inside: 0.9, memory_mib: 16, seeds: seeds::weights, read: weights },
    Target { name: "segment", corpus: "weights", inside: 0.95, memory_mib: 64, seeds: seeds::weights, read: segment },
    Target { name: "checkpoint", corpus: "checkpoint", inside: 0.9, memory_mib: 32, seeds: seeds::checkpoint, read: checkpoint },
    Target { name: "keras", corpus: "keras", inside: 0.0, memory_mib: 16, seeds: seeds::keras, read: keras },
];

/// What errors call an input.
const NAME: &str = "input";

/// Whether something was read; an error has to be one line.
fn accepted<T, E: std::fmt::Display>(result: Result<T, E>) -> Option<T> {
    let told = |error: &E| {
        let text = error.to_string();
        assert!(
            !text.is_empty() && text.lines().count() == 1,
            "not one line: {text:?}"
        );
    };
    result.inspect_err(told).ok()
}

/// Every frame has Rows x Columns finite values.
fn dicom(bytes: &[u8]) -> bool {
    let Some(pixels) = accepted(Pixels::decode(bytes.to_vec())) else {
        return false;
    };
    let [columns, rows] = pixels.size();
    (0..pixels.frames()).all(|frame| {
        accepted(pixels.frame(frame)).is_some_and(|values| {
            assert_eq!(values.len(), columns * rows, "a frame of another size");
            assert!(
                values.iter().all(|v| v.is_finite()),
                "a pixel is not finite"
            );
            true
        })
    })
}

/// Voxels are finite, and written again they are read as the same.
fn image(bytes: &[u8]) -> bool {
    let Some(image) = accepted(decode_image(bytes, Path::new(NAME))) else {
        return false;
    };
    assert!(
        image.volume.data().iter().all(|v| v.is_finite()),
        "a voxel is not finite"
    );
    let again = encode_image(&image.volume, &image.placement, Path::new(NAME))
        .expect("an image is written");
    let again = decode_image(&again, Path::new(NAME)).expect("a written image is read");
    assert!(
        again.volume == image.volume,
        "an image changes where it is written"
    );
    true
}

/// Labels written again are read as the same.
fn labels(bytes: &[u8]) -> bool {
    let numbers = [LabelNumbers::classes(), LabelNumbers::codes()];
    let Some(labels) = accepted(decode_labels(bytes, Path::new(NAME), &numbers)) else {
        return false;
    };
    let again = encode_labels(&labels.volume, &labels.placement, Path::new(NAME))
        .expect("labels are written");
    let again =
        decode_labels(&again, Path::new(NAME), &numbers[1..]).expect("written labels are read");
    assert!(
        again.volume == labels.volume,
        "labels change where they are written"
    );
    true
}

/// Numbers read from a dataset.json read a label map or refuse it.
fn dataset(bytes: &[u8]) -> bool {
    let Some(numbers) = accepted(decode_dataset(bytes, Path::new(NAME))) else {
        return false;
    };
    for file in seeds::nifti() {
        accepted(decode_labels(
            &file,
            Path::new(NAME),
            std::slice::from_ref(&numbers),
        ));
    }
    true
}

/// Settings printed again are the same.
fn settings(bytes: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(bytes) else {
        return false;
    };
    let Ok(settings) = decode_settings(text, Path::new(NAME)) else {
        return false;
    };
    let printed = toml::to_string(&settings).expect("settings are printed");
    let again = decode_settings(&printed, Path::new(NAME)).expect("printed settings are read");
    assert!(again == settings, "settings change where they are printed");
    let plan = settings.plan().expect("decoded settings are checked");
    let rates = [0.0, 0.5, 1.0].map(|share| plan.learning_rate_share(share * plan.epochs as f64));
    assert!(
        rates
            .iter()
            .flatten()
            .all(|rate| (0.0..=1.0).contains(rate)),
        "shares of the learning rate: {rates:?}"
    );
    true
}

/// A plan written again is the same.
fn plan(bytes: &[u8]) -> bool {
    let Some(plan) = accepted(Plan::decode(bytes, Path::new(NAME))) else {
        return false;
    };
    let again = plan.encoded().expect("a plan is written");
    let again = Plan::decode(&again, Path::new(NAME)).expect("a written plan is read");
    assert!(again == plan, "a plan changes where it is written");
    true
}

/// A record written again names the same files, model and findings, and its case takes its place in table, page and terminal.
fn record(bytes: &[u8]) -> bool {
    let Some(record) = accepted(serde_json::from_slice::<Record>(bytes)) else {
        return false;
    };
    let again = serde_json::to_vec(&record).expect("a record is written");
    let again = serde_json::from_slice::<Record>(&again).expect("a record is read again");
    let codes = |record: &Record| {
        record
            .told
            .findings
            .iter()
            .map(Finding::code)
            .collect::<Vec<_>>()
    };
    assert!(
        again.inputs == record.inputs
            && again.outputs == record.outputs
            && again.told.model == record.told.model
            && codes(&again) == codes(&record),
        "a record changes"
    );
    let case = record.told;
    let mut table = CohortTable::new(PatientData::Shown);
    let row = table.row(&case).expect("the first row has any columns");
    assert!(
        row.len() == table.columns().len() && !terminal_table(&[TerminalRow::of(&case)]).is_empty()
    );
    let mut page = CohortPage::new(PatientData::Shown);
    page.add(&case, &CasePaths::default());
    page.into_html().expect("a page is made");
    true
}

fn assert_finite(weights: &Weights) {
    let finite = weights
        .iter()
        .all(|(_, weight)| weight.values.iter().all(|v| v.is_finite()));
    assert!(finite, "a weight is not finite");
}

/// Weights are finite, written again they are the same, and they fit their network or are refused.
fn weights(bytes: &[u8]) -> bool {
    let Some(file) = accepted(ModelFile::from_bytes(bytes)) else {
        return false;
    };
    let alone = file.lge_alone.as_deref();
    let parts = [Some(&file), alone].into_iter().flatten();
    let weights = parts.flat_map(|part| part.members.iter().chain(&part.locator));
    weights.for_each(assert_finite);
    let again = file.to_bytes(Precision::Full).expect("a model is written");
    assert!(
        ModelFile::from_bytes(&again).is_ok_and(|again| again == file),
        "a model changes where it is written"
    );
    accepted(Segmenter::new(file, &cpu())).is_some()
}

/// Every model that is accepted segments a study, or says why not.
fn segment(bytes: &[u8]) -> bool {
    let Some(segmenter) = accepted(Segmenter::from_bytes(bytes, &cpu())) else {
        return false;
    };
    accepted(segmenter.segment(&seeds::STUDY)).is_some()
}

/// A training that goes on from a checkpoint writes the same checkpoint.
///
/// One that is refused is put together anew from its parts, so that a checksum over all of it does not keep damage away
/// from what reads the parts.
fn checkpoint(bytes: &[u8]) -> bool {
    let read = accepted(Checkpoint::from_bytes(bytes)).or_else(|| {
        let parts = Tensors::parse(bytes)?;
        let part = |name| parts.part(name).map(<[u8]>::to_vec);
        let progress = accepted(serde_json::from_str(parts.metadata("progress")?))?;
        let made = Checkpoint {
            progress,
            model: part("model")?,
            average: part("average"),
            optimizer: part("optimizer")?,
        };
        let bytes = made.to_bytes().expect("a checkpoint is written");
        accepted(Checkpoint::from_bytes(&bytes))
    });
    let Some(checkpoint) = read else { return false };
    let (plan, split) = seeds::TRAINING.clone();
    let Some(trainer) = accepted(Trainer::resume(plan, split, &cpu(), checkpoint)) else {
        return false;
    };
    let again = trainer
        .checkpoint()
        .and_then(|checkpoint| Ok(checkpoint.to_bytes()?))
        .expect("a checkpoint is written");
    Checkpoint::from_bytes(&again).expect("a written checkpoint is read");
    true
}

/// Weights taken over from Keras are finite.
fn keras(bytes: &[u8]) -> bool {
    let settings = ModelSettings {
        width: 1,
        ..ModelSettings::published(Architecture::Unet)
    };
    let Some(file) = accepted(KerasFile::from_bytes(bytes.to_vec())) else {
        return false;
    };
    let Some(weights) = accepted(from_keras(&file, &settings)) else {
        return false;
    };
    assert_finite(&weights);
    true
}
