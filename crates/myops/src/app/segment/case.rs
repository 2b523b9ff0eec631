//! One case: read with fingerprints of its files, and its results written.

use std::panic::resume_unwind;

use myops_image::io::{LoadedCase, Placement, write_image, write_labels, write_whole};
use myops_image::label::Label;
use myops_image::orientation::Orientation;
use myops_image::picture;
use myops_image::preprocess::Align;
use myops_image::sequence::Sequence;
use myops_image::study::Study;
use myops_segment::Segmentation;

use super::pacs;
use crate::app::error::Error;
use crate::app::files::Fingerprints;
use crate::app::input::{CaseInput, LoadedInput};
use crate::app::model::Unfinished;
use crate::app::note::Note;
use crate::app::progress::Progress;
use crate::app::record::{CaseFolder, Pictures, Setup};
use crate::app::results;
use crate::app::threads::spawn;
use crate::report::quantity::Confidence;
use crate::report::{self, CaseView, Identity, ModelId, Origin};

/// A case with the fingerprints of its files.
#[derive(Debug)]
pub struct Case {
    loaded: LoadedInput,
    inputs: Fingerprints,
}

impl Case {
    /// Reads a case; tells where its reference labels, which segmenting does not need, cannot be shown.
    ///
    /// # Errors
    /// Where an image cannot be used.
    pub fn read(input: &CaseInput, progress: &dyn Progress) -> Result<Self, Error> {
        input.check_planned()?;
        // In this order: a file that changes between the two is another one to the next run.
        let inputs = input.fingerprints()?;
        let loaded = input.load()?;
        if let Some(error) = &loaded.left_out {
            progress.message(&Note::ReferenceLeftOut {
                case: input.id().into(),
                error: error.clone(),
            });
        }
        Ok(Self { loaded, inputs })
    }

    /// The same with images that say this of the patient.
    #[cfg(test)]
    pub fn with_patient(mut self, patient: myops_image::patient::Patient) -> Self {
        self.loaded.case.patient = Some(patient);
        self
    }

    /// The images and reference labels.
    pub fn study(&self) -> &Study {
        &self.loaded.case.study
    }
}

/// Writes label map, probabilities where they are asked for, picture, numbers, page and record of a case.
///
/// # Errors
/// Where a file cannot be written.
pub fn write(case: &Case, found: &Segmentation, setup: &Setup) -> Result<report::Case, Error> {
    let loaded = &case.loaded.case;
    let study = &loaded.study;
    let folder = CaseFolder::of(setup.out, study.id());
    folder.create()?;
    let labels = study.stored(&found.labels);
    write_labels(folder.labels(), &labels, &loaded.placement())?;
    if setup.options.probabilities {
        write_probabilities(&folder, found, loaded)?;
    }
    if setup.options.all_grids {
        write_on_all_grids(&folder, found, loaded)?;
    }
    let origin = origin(loaded, found, setup);
    let view = CaseView::of(&found.labels, study.images());
    let told = match setup.options.pictures {
        Pictures::LeftOut => report::Case::measure(study.id(), &view, origin),
        Pictures::Written => std::thread::scope(|scope| {
            let panel = spawn(scope, || write_panel(study, &view, &folder))?;
            let measured = results::write_case(&folder, study.id(), &view, origin);
            panel
                .join()
                .unwrap_or_else(|p| resume_unwind(p))
                .and(measured)
        })?,
    };
    if setup.options.dicom {
        pacs::write(&folder, &case.loaded, found, &told, setup)?;
    }
    let there = Sequence::ALL
        .into_iter()
        .filter(|s| study.image(*s).is_some());
    let outputs = folder.outputs(&there.collect::<Vec<_>>(), setup);
    folder.finish(&told, case.inputs.clone(), &outputs)?;
    Ok(told)
}

/// Writes the labels on the voxels of every sequence, in the order of its file and where it shows them.
fn write_on_all_grids(
    folder: &CaseFolder,
    found: &Segmentation,
    case: &LoadedCase,
) -> Result<(), Error> {
    for (sequence, placement) in case.placements.iter() {
        let shown = found.moves.undone(sequence, &found.labels);
        if let Some(labels) = case.study.stored_on(sequence, &shown) {
            let placement = placement.unwrap_or_else(|| Placement::of_grid(labels.grid()));
            write_labels(folder.labels_on(sequence), &labels, &placement)?;
        }
    }
    Ok(())
}

fn write_probabilities(
    folder: &CaseFolder,
    found: &Segmentation,
    case: &LoadedCase,
) -> Result<(), Error> {
    for label in Label::ALL.into_iter().skip(1) {
        let probability = found.probabilities.of(label);
        let stored = case.study.stored(&probability);
        write_image(folder.probability(label), &stored, &case.placement())?;
    }
    Ok(())
}

/// Where the labels of a case come from, and what was found while they were drawn.
fn origin(case: &LoadedCase, found: &Segmentation, setup: &Setup) -> Origin {
    let model = setup.model;
    let measured = model.segmenter.header().recipe.align != Align::Off;
    let identity = |patient| Identity::of(patient, setup.options.patient_data);
    let unfinished = model.unfinished.iter().map(Unfinished::finding);
    Origin {
        model: Some(ModelId {
            name: model.name.clone(),
            fingerprint: model.fingerprint.clone(),
        }),
        device: Some(setup.device.name().into()),
        confidence: Some(Confidence {
            scar_and_edema: found.edema_or_scar,
            scar: found.scar,
            probability_of_scar: found.probability_of_scar,
        }),
        misalignment: measured.then_some(found.misalignment),
        findings: unfinished
            .chain(results::of_reading(case))
            .chain(found.findings.iter().cloned())
            .collect(),
        patient: case.patient.as_ref().map(identity),
    }
}

fn write_panel(study: &Study, view: &CaseView, folder: &CaseFolder) -> Result<(), Error> {
    let reference = study
        .reference()
        .map(|labels| Orientation::display(study.grid()).apply(labels));
    let reference = reference.as_deref();
    let png = picture::panel(study.id(), view.images(), view.labels(), reference);
    Ok(write_whole(folder.panel(), |w| w.write_all(&png))?)
}
