//! One folder of images: which of its files belong to which case, and where the reference labels lie.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::phase::Phase;
use crate::role::Words;
use crate::sequence::{PerSequence, Sequence};

use super::cases::CaseFiles;
use super::described::{Described, Owner, by_sequence, choose};
use super::error::IoError;
use super::image_file::{ImageFile, Naming};
use super::names::{CaseFile, Entry, Part, is_image_name, last_part, stem};
use super::nnunet::{Channels, default_channels};
use super::nnunet_folder::{LabelsBeside, NnUnet, is_label_folder};
use super::passed_over::PassedOver;

/// The result of a search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The cases, in natural order of their names (`case2` before `case10`).
    pub cases: Vec<CaseFiles>,
    /// Image files that belong to no case, also in formats that are not read.
    pub passed_over: Vec<PassedOver>,
    /// Reference labels of cases without images: the case and the file.
    pub without_images: Vec<(String, PathBuf)>,
}

/// The files of one folder, by case.
#[derive(Debug, Default)]
pub(super) struct CaseFolder<'a> {
    path: PathBuf,
    cases: BTreeMap<&'a str, Vec<(Part, &'a Path)>>,
    /// The sequence of each channel, for cases that are named by channel.
    channels: Channels,
    beside: LabelsBeside,
    /// Files of cases under known names that have names of their own: the case's other sequences.
    joined: BTreeMap<String, Vec<Described>>,
    /// Files that are described by names of their own, and belong to no case under a known name.
    described: Vec<Described>,
    passed_over: Vec<PassedOver>,
}

impl<'a> CaseFolder<'a> {
    /// Assigns the files of a folder to cases; a folder of label maps, or of results, has none.
    pub(super) fn of(path: &Path, files: &'a [Entry]) -> Result<Self, IoError> {
        let named = if path.file_name().is_some() {
            path.into()
        } else {
            path.canonicalize().unwrap_or_default()
        };
        let name = last_part(&named);
        let mut folder = Self {
            path: path.into(),
            channels: default_channels(),
            ..Self::default()
        };
        if is_label_folder(&named, &name) {
            return Ok(folder);
        }
        let has_results = holds_results(&name, files);
        let (mut parsed, mut own) = (Vec::new(), Vec::new());
        for entry in files.iter().filter(|entry| is_image_name(&entry.name)) {
            let path = entry.path.as_path();
            let file = CaseFile::parse(&entry.name);
            // The demo writes results beside the images of the case.
            let is_of_case = file.as_ref().is_some_and(|file| file.id == name);
            match file {
                _ if has_results && !is_of_case => {
                    folder.pass_over(path, "among results of myops");
                }
                _ if Described::is_bids(&entry.name) => own.push(path),
                Some(file) => parsed.push((file, path)),
                None if stem(&entry.name).is_some() => own.push(path),
                None => folder.passed_over.push(entry.path.clone().into()),
            }
        }
        let layout = if parsed.is_empty() {
            None
        } else {
            NnUnet::of(&named, &name)?
        };
        let has_channels = parsed.iter().any(|(file, _)| file.is_channel());
        if let Some(layout) = &layout {
            if has_channels {
                folder.channels = layout.channels()?;
            }
            folder.beside = layout.labels_beside(&named)?;
        }
        own.extend(folder.sort(&parsed, layout.is_some()));
        if layout.is_some() {
            own.iter()
                .for_each(|path| folder.pass_over(path, "not named like the channels"));
        } else {
            folder.describe(&own);
        }
        Ok(folder)
    }

    fn pass_over(&mut self, path: &Path, reason: &str) {
        self.passed_over
            .push(PassedOver::new(path.into(), reason.into()));
    }

    /// Assigns each file to its case. Four digits are a channel in a folder of nnU-Net, and for a
    /// case that has channel 0 and another; other files that end in four digits are returned.
    fn sort(&mut self, files: &[(CaseFile<'a>, &'a Path)], is_nnunet: bool) -> Vec<&'a Path> {
        let channels = |id: &str| {
            let channels = files.iter().filter(|(f, _)| f.id == id && f.is_channel());
            channels.map(|(f, _)| f.part).collect::<Vec<_>>()
        };
        let mut others = Vec::new();
        for (file, path) in files {
            let is_case = !file.is_channel() || is_nnunet || {
                let channels = channels(file.id);
                channels.contains(&Part::Channel(0)) && channels.len() > 1
            };
            if is_case {
                let case = self.cases.entry(file.id).or_default();
                case.push((file.part, path));
            } else {
                others.push(*path);
            }
        }
        others
    }

    /// Finds the sequences of files with names of their own. They join the case under a known name with which their names
    /// begin; beside cases of other names, one file alone is passed over.
    fn describe(&mut self, files: &[&Path]) {
        let mut files: Vec<Described> = files
            .iter()
            .filter_map(|path| Described::of(path))
            .collect();
        let lead = |file: &Described| match &file.owner {
            Owner::Lead(lead) if file.content.sequence().is_some() => Some(lead.clone()),
            _ => None,
        };
        // `sax_LGE` beside `sax_cine` and `T2_sax` is no case called `sax`.
        let leads: Vec<String> = files.iter().filter_map(lead).collect();
        let is_image = |(part, _): &(Part, &Path)| *part != Part::Reference;
        self.cases.retain(|id, case| {
            let own = Words::of(id).lead();
            let is_one = own == *id || !leads.iter().any(|lead| lead == own);
            if !is_one {
                files.extend(
                    case.extract_if(.., |file| is_image(file))
                        .filter_map(|(_, path)| Described::of(path)),
                );
            }
            !case.is_empty()
        });
        let has_image = |files: &Vec<_>| files.iter().any(is_image);
        let has_cases = self.cases.values().any(has_image);
        let mut sequences = BTreeMap::<String, BTreeSet<Option<Sequence>>>::new();
        for file in &files {
            if let Some(lead) = lead(file) {
                let of_lead = sequences.entry(lead).or_default();
                of_lead.insert(file.content.sequence());
            }
        }
        for file in files {
            match lead(&file) {
                Some(id) if self.cases.get(id.as_str()).is_some_and(has_image) => {
                    self.joined.entry(id).or_default().push(file);
                }
                Some(id) if has_cases && sequences.get(&id).is_none_or(|all| all.len() == 1) => {
                    let reason =
                        "one file alone, and other cases there are named ID_C0, ID_LGE, ID_T2";
                    self.pass_over(&file.path, reason);
                }
                _ => self.described.push(file),
            }
        }
    }

    /// Adds the cases and files of the folder to those found before; returns the files that are described by names of their
    /// own.
    pub(super) fn add_to(mut self, found: &mut Found) -> Result<Vec<Described>, IoError> {
        for (id, files) in std::mem::take(&mut self.cases) {
            let case = self.case(id, &files)?;
            match (
                case.missing().len() == Sequence::ALL.len(),
                case.references.first(),
            ) {
                (false, _) => found.cases.push(case),
                (true, Some(file)) => found.without_images.push((id.into(), file.clone())),
                (true, None) => {}
            }
        }
        if self.beside.paired {
            let files = self.beside.files.into_iter();
            found.without_images.extend(
                files.flat_map(|(id, files)| files.into_iter().map(move |f| (id.clone(), f))),
            );
        }
        found.passed_over.append(&mut self.passed_over);
        Ok(self.described)
    }

    /// Assigns the files of one case to sequences and reference labels.
    fn case(&mut self, id: &str, files: &[(Part, &Path)]) -> Result<CaseFiles, IoError> {
        let mut images: PerSequence<Option<ImageFile>> = PerSequence::default();
        let mut references = Vec::new();
        for (part, path) in files {
            let sequence = match part {
                Part::Reference => {
                    references.push(path.to_path_buf());
                    continue;
                }
                Part::Image(sequence) => *sequence,
                Part::Channel(channel) => {
                    let Some(sequence) = self.channels.get(channel) else {
                        self.pass_over(path, "its channel is no sequence");
                        continue;
                    };
                    *sequence
                }
            };
            set(id, sequence, &mut images[sequence], path)?;
        }
        self.join(id, &mut images);
        references.extend(self.beside.files.remove(id).unwrap_or_default());
        let by_channel = files
            .iter()
            .any(|(part, _)| matches!(part, Part::Channel(_)));
        let naming = if by_channel {
            Naming::ByChannel(self.channels.clone())
        } else {
            Naming::BySequence
        };
        Ok(CaseFiles {
            id: id.into(),
            folder: self.path.clone(),
            images,
            references,
            naming,
            phase: Phase::default(),
            numbers: None,
        })
    }

    /// Adds the sequences that a case has under names of their own.
    fn join(&mut self, id: &str, images: &mut PerSequence<Option<ImageFile>>) {
        for (sequence, files) in by_sequence(self.joined.remove(id).unwrap_or_default()) {
            if images[sequence].is_some() {
                let reason = format!("case {id} has {sequence} under a known name");
                files
                    .iter()
                    .for_each(|file| self.pass_over(&file.path, &reason));
            } else if let Some((chosen, others)) = choose(files) {
                images[sequence] = Some(chosen.into());
                self.passed_over.extend(others);
            }
        }
    }
}

/// Whether a folder holds the results of a case of its name: `ID.json` and `ID_labels.nii.gz`.
fn holds_results(id: &str, files: &[Entry]) -> bool {
    let holds = |name: String| files.iter().any(|entry| entry.name == name);
    holds(format!("{id}.json")) && holds(format!("{id}_labels.nii.gz"))
}

fn set(
    id: &str,
    sequence: Sequence,
    place: &mut Option<ImageFile>,
    path: &Path,
) -> Result<(), IoError> {
    match place.replace(path.to_path_buf().into()) {
        None => Ok(()),
        Some(first) => Err(IoError::TwoFiles {
            id: id.into(),
            what: sequence.name(),
            first: first.path,
            second: path.into(),
        }),
    }
}
