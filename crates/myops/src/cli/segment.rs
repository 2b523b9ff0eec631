//! `myops segment`: labels for one case or thousands.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};
use myops_image::io::{
    CaseFiles, LoadedCase, search_among, write_image, write_labels, write_whole,
};
use myops_image::label::Label;
use myops_image::orientation::Orientation;
use myops_image::picture;
use myops_image::preprocess::Align;
use myops_image::study::Study;
use myops_net::infer::Segmentation;
use rayon::prelude::*;

use super::cases::{count, tell_passed_over};
use super::fingerprint::{self, Fingerprints};
use super::folder::OutputFolder;
use super::record::{CaseFolder, Record, Setup, State};
use super::talk::Talk;
use super::threads::spawn;
use super::{outputs, quantify};
use crate::failure;
use crate::models::{BUILT_IN, Model, Unfinished};
use crate::report::{CaseSheet, CaseView, ModelId, Origin};

/// Cases read ahead of the network, and cases waiting to be written.
const IN_FLIGHT: usize = 2;
/// Cases written at once: compression takes longer than the network.
const WRITERS: usize = 2;

/// Arguments of `myops segment`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Case folders, folders of cases, or image files
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Folder for the results, one folder a case
    #[arg(long, value_name = "DIR", default_value = "segmented")]
    out: PathBuf,
    /// A built-in model (see myops models), the folder of a training, or a file of weights
    #[arg(long, value_name = "NAME_OR_RUN", default_value = BUILT_IN[0].name)]
    model: String,
    /// Where to compute: cpu, cpu-bf16 (multiplies with 8 bits of precision; faster where the processor has
    /// a matrix unit, AMX), or cuda or wgpu in a build that has them
    #[arg(long, value_name = "NAME", default_value = "cpu")]
    device: crate::device::DeviceChoice,
    /// Save how likely each label is, as a float32 image of 0 to 1 for each
    #[arg(long)]
    probabilities: bool,
    /// Overwrite finished cases
    #[arg(long)]
    again: bool,
}

/// Segments every case that the paths lead to.
pub fn run(args: &Args, talk: Talk) -> Result<()> {
    let found = search_among(&args.paths)?;
    tell_passed_over(&found.passed_over, talk);
    for (id, labels) in &found.without_images {
        talk.say(format_args!(
            "case {id} has labels ({}) and no image under a known name",
            labels.display()
        ));
    }
    let cases = found.cases;
    outputs::not_over(&args.out, cases.iter().flat_map(CaseFiles::files))?;
    outputs::not_over(&args.out, &args.paths)?;
    talk.say_shortcoming(args.device);
    let model = Model::open(&args.model, &args.device.open()?)?;
    model
        .unfinished
        .iter()
        .for_each(|unfinished| talk.say(unfinished));
    let folder = OutputFolder::claim(&args.out)?;
    let setup = Setup {
        model: &model,
        device: args.device,
        probabilities: args.probabilities,
        out: folder.path(),
    };
    let todo = if args.again {
        cases
    } else {
        unfinished(cases, &setup, talk)
    };
    let failed = segment_all(&todo, &setup, talk)?;
    let ids: Vec<&str> = failed.iter().map(|(id, _)| id.as_str()).collect();
    quantify::write_cohort(&args.out, &ids, talk)?;
    let written = todo.len() - failed.len();
    talk.say(format_args!(
        "{} segmented with {} into {}",
        count(written),
        model.name,
        args.out.display()
    ));
    for (id, error) in &failed {
        failure::tell(&format!("case {id}: "), error);
    }
    if !ids.is_empty() {
        bail!(
            "{} of {} failed: {}",
            ids.len(),
            count(todo.len()),
            ids.join(", ")
        );
    }
    Ok(())
}

/// The cases without results that a run would give again, and says why those that have others are segmented again.
fn unfinished(cases: Vec<CaseFiles>, setup: &Setup, talk: Talk) -> Vec<CaseFiles> {
    let states: Vec<State> = cases.par_iter().map(|case| state(case, setup)).collect();
    let mut outdated: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (case, state) in cases.iter().zip(&states) {
        if let State::Outdated(reason) = state {
            outdated.entry(reason).or_default().push(case.id());
        }
    }
    let finished = states
        .iter()
        .filter(|state| **state == State::Current)
        .count();
    if finished > 0 {
        talk.say(format_args!(
            "{} finished before; --again does them once more",
            count(finished)
        ));
    }
    for (reason, ids) in outdated {
        talk.say(format_args!(
            "{} segmented again, {reason}: {}",
            count(ids.len()),
            ids.join(", ")
        ));
    }
    cases
        .into_iter()
        .zip(states)
        .filter(|(_, state)| *state != State::Current)
        .map(|(case, _)| case)
        .collect()
}

fn state(case: &CaseFiles, setup: &Setup) -> State {
    let folder = CaseFolder::of(setup.out, case.id());
    match folder.state(case, setup) {
        // Numbers that cannot be read would be missing from the cohort's table.
        State::Current if quantify::read_sheet(&folder).is_err() => State::Unfinished,
        state => state,
    }
}

/// Reads, segments and writes, each stage a case ahead of the next; gives the cases that failed.
///
/// The stages wait for each other on threads of their own: a thread of the pool that waited would be missing where the
/// network computes.
fn segment_all(
    cases: &[CaseFiles],
    setup: &Setup,
    talk: Talk,
) -> Result<Vec<(String, anyhow::Error)>> {
    let bar = talk.bar(cases.len() as u64, "segmenting");
    let (send_loaded, loaded) = sync_channel(IN_FLIGHT);
    let (send_labelled, labelled) = sync_channel::<(&str, Result<(Case, Segmentation)>)>(IN_FLIGHT);
    let labelled = Mutex::new(labelled);
    let next_labelled = || {
        labelled
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv()
    };
    let mut failed = std::thread::scope(|scope| {
        spawn(scope, move || {
            for case in cases {
                // The other end hangs up only when the program ends early.
                if send_loaded
                    .send((case.id(), failure::contained(|| Case::read(case, talk))))
                    .is_err()
                {
                    break;
                }
            }
        })?;
        spawn(scope, move || {
            for (id, case) in loaded {
                let result = case.and_then(|case: Case| {
                    let segmentation = failure::contained(|| {
                        Ok(setup.model.segmenter.segment(&case.loaded.study)?)
                    })?;
                    Ok((case, segmentation))
                });
                let _ = send_labelled.send((id, result));
            }
        })?;
        let write_all = || {
            let mut failed = Vec::new();
            while let Ok((id, result)) = next_labelled() {
                let written = result.and_then(|(case, found)| {
                    let sheet = failure::contained(|| write(&case, &found, setup))?;
                    sheet.told().for_each(|line| talk.say(line));
                    Ok(())
                });
                failed.extend(written.err().map(|error| (id.to_owned(), error)));
                bar.inc(1);
            }
            failed
        };
        // This thread is one of the writers, and the only one where the system gives no more.
        let writers: Vec<_> = (1..WRITERS)
            .map_while(|_| spawn(scope, write_all).ok())
            .collect();
        let mut failed = write_all();
        failed.extend(
            writers
                .into_iter()
                .flat_map(|writer| writer.join().unwrap_or_else(|p| resume_unwind(p))),
        );
        anyhow::Ok(failed)
    })?;
    bar.finish_and_clear();
    failed.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(failed)
}

/// A case with the fingerprints of its files.
#[derive(Debug)]
pub struct Case {
    loaded: LoadedCase,
    inputs: Fingerprints,
}

impl Case {
    /// Reads a case; says where its reference labels, which segmenting does not need, cannot be shown.
    ///
    /// # Errors
    /// Where an image cannot be used.
    pub fn read(files: &CaseFiles, talk: Talk) -> Result<Self> {
        // In this order: a file that changes between the two is another one to the next run.
        let inputs = fingerprint::of_case(files)?;
        let (loaded, left_out) = files.load_images()?;
        if let Some(error) = left_out {
            talk.say(format_args!(
                "case {}: reference labels are left out: {error}",
                files.id()
            ));
        }
        Ok(Self { loaded, inputs })
    }

    /// The images and reference labels.
    pub fn study(&self) -> &Study {
        &self.loaded.study
    }
}

/// Writes label map, probabilities where they are asked for, picture, numbers, page and record of a case.
///
/// # Errors
/// Where a file cannot be written.
pub fn write(case: &Case, found: &Segmentation, setup: &Setup) -> Result<CaseSheet> {
    let Case {
        loaded: case,
        inputs,
    } = case;
    let Setup { model, .. } = setup;
    let folder = CaseFolder::of(setup.out, case.study.id());
    folder.create()?;
    write_labels(folder.labels(), &found.labels, &case.placement)?;
    for label in Label::ALL
        .into_iter()
        .skip(1)
        .filter(|_| setup.probabilities)
    {
        write_image(
            folder.probability(label),
            &found.probabilities.of(label),
            &case.placement,
        )?;
    }
    let model_id = ModelId {
        name: model.name.clone(),
        fingerprint: model.fingerprint.clone(),
    };
    let measured = model.segmenter.header().recipe.align != Align::Off;
    let misalignment = measured.then_some(found.misalignment);
    let origin = Origin {
        model: Some(model_id),
        expected_dice: Some(found.edema_or_scar.expected_dice),
        expected_dice_of_scar: found.scar.map(|scar| scar.expected_dice),
        misalignment,
        findings: (model.unfinished.iter().map(Unfinished::finding))
            .chain(quantify::fills(case))
            .chain(found.findings.iter().cloned())
            .collect(),
    };
    let view = CaseView::of(&found.labels, case.study.images());
    let sheet = std::thread::scope(|scope| {
        let panel = spawn(scope, || write_panel(&case.study, &view, &folder))?;
        let measured = quantify::write_case(&folder, case.study.id(), &view, origin);
        panel
            .join()
            .unwrap_or_else(|p| resume_unwind(p))
            .and(measured)
    })?;
    let record = Record::of(
        &sheet,
        found.scar,
        found.edema_or_scar,
        setup.device,
        inputs.clone(),
    );
    folder.finish(record, &folder.outputs(setup))?;
    Ok(sheet)
}

fn write_panel(study: &Study, view: &CaseView, folder: &CaseFolder) -> Result<()> {
    let reference = study
        .reference()
        .map(|labels| Orientation::display(study.grid()).apply(labels));
    let png = picture::panel(study.id(), view.images(), view.labels(), reference.as_ref());
    Ok(write_whole(folder.panel(), |w| w.write_all(&png))?)
}
