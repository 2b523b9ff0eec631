//! Cases from files that are described by their names, folders or sidecars.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};

use crate::sequence::{PerSequence, Sequence};

use super::cases::CaseFiles;
use super::described::{Described, Owner, by_sequence, choose, home};
use super::folder::Found;
use super::image_file::{ImageFile, Naming};
use super::names::last_part;
use super::passed_over::PassedOver;

/// The images of one patient, before one is chosen for each sequence.
struct Patient {
    /// The folder after which the patient is named.
    home: PathBuf,
    /// What tells the patients of one folder apart; empty where there is one.
    lead: String,
    files: Vec<Described>,
}

/// Adds the cases of described files to what was found before; what is of none is passed over.
pub(super) fn add_cases(files: Vec<Described>, found: &mut Found) {
    let mut patients = Vec::new();
    for (home, files) in by_home(files, &mut found.passed_over) {
        patients.extend(split(&home, files));
    }
    for (id, patient) in named(patients) {
        let (case, passed_over) = case(id, patient.files);
        found.passed_over.extend(passed_over);
        let mut case = case;
        take_labels(&mut case, found);
        found.cases.push(case);
    }
}

/// The files of sequences by the folder after which their patients are named.
fn by_home(
    files: Vec<Described>,
    passed_over: &mut Vec<PassedOver>,
) -> BTreeMap<PathBuf, Vec<Described>> {
    let mut homes = BTreeMap::<PathBuf, Vec<Described>>::new();
    for file in files {
        let folder = file.path.parent().unwrap_or(Path::new("."));
        let is_derived = folder
            .components()
            .any(|part| matches!(part, Component::Normal(name) if name == "derivatives"));
        if is_derived {
            passed_over.push(PassedOver::new(file.path, "derivatives of BIDS".into()));
        } else if file.content.sequence().is_none() {
            passed_over.push(file.passed_over());
        } else {
            let home = match &file.owner {
                Owner::Bids(id) => around_subject(folder, id),
                Owner::Lead(_) => home(folder),
            };
            homes.entry(home).or_default().push(file);
        }
    }
    homes
}

/// The folder around that of a subject of BIDS, or the folder itself.
fn around_subject(folder: &Path, id: &str) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.into());
    let subject = id.split('_').next().unwrap_or(id);
    let inside = absolute.ancestors().find(|part| last_part(part) == subject);
    inside
        .and_then(Path::parent)
        .map_or(absolute.clone(), Path::to_path_buf)
}

/// The patients of the files of one home.
fn split(home: &Path, files: Vec<Described>) -> Vec<Patient> {
    let mut owners = BTreeMap::<Owner, Vec<Described>>::new();
    for file in files {
        owners.entry(file.owner.clone()).or_default().push(file);
    }
    // Names that begin with a number alone: that of the series, unless one number has several sequences.
    let is_number = |owner: &Owner| matches!(owner, Owner::Lead(lead) if !lead.is_empty() && lead.chars().all(|c| !c.is_alphabetic()));
    let several = |files: &[Described]| {
        let sequences: BTreeSet<_> = files.iter().map(|f| f.content.sequence()).collect();
        sequences.len() > 1
    };
    if !owners
        .iter()
        .any(|(owner, files)| is_number(owner) && several(files))
    {
        let numbers: Vec<Owner> = owners.keys().filter(|o| is_number(o)).cloned().collect();
        for number in numbers {
            let files = owners.remove(&number).unwrap_or_default();
            let nobody = Owner::Lead(String::new());
            owners.entry(nobody).or_default().extend(files);
        }
    }
    let mut patients = Vec::<Patient>::new();
    let mut by_lead = HashMap::<String, usize>::new();
    for (owner, files) in owners {
        let (lead, is_bids) = match owner {
            Owner::Bids(id) => (id, true),
            Owner::Lead(lead) => (lead, false),
        };
        // In sorted order, what a name begins with comes before the longer name. One file alone is of the same patient
        // (`exam_overview_de` beside `exam_cine`); several sequences are another exam.
        let same = beginnings(&lead).find_map(|beginning| by_lead.get(beginning));
        match same {
            Some(at) if !is_bids && !several(&files) => patients[*at].files.extend(files),
            _ => {
                if !is_bids {
                    by_lead.insert(lead.clone(), patients.len());
                }
                patients.push(Patient {
                    home: home.into(),
                    lead,
                    files,
                });
            }
        }
    }
    patients
}

/// What a name begins with, from nothing to all of its words but the last.
fn beginnings(name: &str) -> impl Iterator<Item = &str> {
    let ends = name
        .char_indices()
        .filter(|(_, c)| !c.is_alphanumeric())
        .map(|(at, _)| at);
    std::iter::once(0).chain(ends).map(|end| &name[..end])
}

/// Gives each patient a name: of BIDS, what the file names begin with, or the folder's name; where two would have the same, the
/// names of the folders around it go before it.
fn named(patients: Vec<Patient>) -> Vec<(String, Patient)> {
    let name = |patient: &Patient, folders: usize| {
        let names: Vec<String> = patient
            .home
            .ancestors()
            .map(last_part)
            .take(folders)
            .collect();
        let mut parts: Vec<&str> = names.iter().rev().map(String::as_str).collect();
        parts.retain(|part| !part.is_empty());
        if !patient.lead.is_empty() {
            parts.push(&patient.lead);
        }
        parts.join("_")
    };
    // A session of BIDS is named with its subject.
    let least = |patient: &Patient| {
        let is_session = last_part(&patient.home).starts_with("ses-");
        usize::from(patient.lead.is_empty()) + usize::from(patient.lead.is_empty() && is_session)
    };
    let mut ids: Vec<String> = patients.iter().map(|p| name(p, least(p))).collect();
    for more in 1..=MOST_FOLDERS {
        let mut counts = BTreeMap::<String, usize>::new();
        ids.iter()
            .for_each(|id| *counts.entry(id.clone()).or_default() += 1);
        for (id, patient) in ids.iter_mut().zip(&patients) {
            if counts.get(id).is_some_and(|n| *n > 1) {
                *id = name(patient, least(patient) + more);
            }
        }
    }
    ids.into_iter().zip(patients).collect()
}

/// The largest number of folders that are put before a name to tell it from another.
const MOST_FOLDERS: usize = 3;

/// Chooses a file for each sequence.
fn case(id: String, files: Vec<Described>) -> (CaseFiles, Vec<PassedOver>) {
    let mut images: PerSequence<Option<ImageFile>> = PerSequence::default();
    let mut passed_over = Vec::new();
    for (sequence, files) in by_sequence(files) {
        if let Some((chosen, others)) = choose(files) {
            images[sequence] = Some(ImageFile::from(chosen));
            passed_over.extend(others);
        }
    }
    let first = Sequence::ALL.into_iter().find_map(|s| images[s].as_ref());
    let folder = first.and_then(|image| image.path.parent());
    let case = CaseFiles {
        id,
        folder: folder.unwrap_or(Path::new("")).into(),
        images,
        references: Vec::new(),
        naming: Naming::Described,
        phase: crate::phase::Phase::default(),
        numbers: None,
    };
    (case, passed_over)
}

/// Gives a case the reference labels that lie under its name in the folder of its images.
fn take_labels(case: &mut CaseFiles, found: &mut Found) {
    let (own, others) = std::mem::take(&mut found.without_images)
        .into_iter()
        .partition(|(id, labels)| *id == case.id && labels.parent() == Some(&case.folder));
    found.without_images = others;
    let own: Vec<(String, PathBuf)> = own;
    case.references
        .extend(own.into_iter().map(|(_, labels)| labels));
}
