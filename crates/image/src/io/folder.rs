//! One folder of images: which of its files belong to which case, and where the reference labels lie.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::sequence::{PerSequence, Sequence};

use super::cases::{CaseFiles, Naming};
use super::error::IoError;
use super::names::{CaseFile, Entry, Part, is_image_name, last_part};
use super::nnunet::{Channels, default_channels};
use super::nnunet_folder::{LabelsBeside, NnUnet, is_label_folder};

/// The result of a search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The cases, in natural order of their names (`case2` before `case10`).
    pub cases: Vec<CaseFiles>,
    /// Image files that belong to no case, also in formats that are not read.
    pub passed_over: Vec<PathBuf>,
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
    passed_over: Vec<PathBuf>,
}

impl<'a> CaseFolder<'a> {
    /// Assigns the files of a folder to cases; a folder of label maps has none.
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
        let mut parsed = Vec::new();
        for entry in files {
            match CaseFile::parse(&entry.name) {
                Some(file) => parsed.push((file, entry.path.as_path())),
                None if is_image_name(&entry.name) => folder.passed_over.push(entry.path.clone()),
                None => {}
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
        folder.sort(&parsed, layout.is_some());
        Ok(folder)
    }

    /// Assigns each file to its case. Four digits are a channel in a folder of nnU-Net, and for a
    /// case that has channel 0 and another; other files that end in four digits belong to no case.
    fn sort(&mut self, files: &[(CaseFile<'a>, &'a Path)], is_nnunet: bool) {
        let channels = |id: &str| {
            let channels = files.iter().filter(|(f, _)| f.id == id && f.is_channel());
            channels.map(|(f, _)| f.part).collect::<Vec<_>>()
        };
        for (file, path) in files {
            let is_case = !file.is_channel() || is_nnunet || {
                let channels = channels(file.id);
                channels.contains(&Part::Channel(0)) && channels.len() > 1
            };
            if is_case {
                let case = self.cases.entry(file.id).or_default();
                case.push((file.part, path));
            } else {
                self.passed_over.push(path.to_path_buf());
            }
        }
    }

    /// Adds the cases and files of the folder to those found before.
    pub(super) fn add_to(mut self, found: &mut Found) -> Result<(), IoError> {
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
        Ok(())
    }

    /// Assigns the files of one case to sequences and reference labels.
    fn case(&mut self, id: &str, files: &[(Part, &Path)]) -> Result<CaseFiles, IoError> {
        let mut images = PerSequence::from_fn(|_| None);
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
                        self.passed_over.push(path.to_path_buf());
                        continue;
                    };
                    *sequence
                }
            };
            set(id, sequence, &mut images[sequence], path)?;
        }
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
        })
    }
}

fn set(
    id: &str,
    sequence: Sequence,
    place: &mut Option<PathBuf>,
    path: &Path,
) -> Result<(), IoError> {
    match place.replace(path.into()) {
        None => Ok(()),
        Some(first) => Err(IoError::TwoFiles {
            id: id.into(),
            what: sequence.name(),
            first,
            second: path.into(),
        }),
    }
}
