//! One folder of images: which of its files belong to which case, and where the reference labels lie.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::sequence::{PerSequence, Sequence};

use super::cases::{CaseFiles, Naming};
use super::error::IoError;
use super::find::{Found, is_label_folder, strip_prefix_ignoring_case};
use super::names::{CaseFile, Entry, Part, is_image_name, last_part, listing, stem};
use super::nnunet::{Channels, Dataset, default_channels, parent_of};

/// The files of one folder, by case.
#[derive(Debug, Default)]
pub(super) struct CaseFolder<'a> {
    path: PathBuf,
    cases: BTreeMap<&'a str, Vec<(Part, &'a Path)>>,
    /// Where the cases are named by channel.
    channels: Channels,
    beside: LabelsBeside,
    passed_over: Vec<PathBuf>,
}

/// Label maps in folders beside one of images.
#[derive(Debug, Default)]
struct LabelsBeside {
    /// The files of each case; more than one is an error once the labels are read.
    files: BTreeMap<String, Vec<PathBuf>>,
    /// Whether they are known to be labels of the images in this very folder.
    paired: bool,
}

impl<'a> CaseFolder<'a> {
    /// Sorts the files of a folder; a folder of label maps has no cases.
    pub(super) fn of(path: &Path, files: &'a [Entry]) -> Result<Self, IoError> {
        let named = if path.file_name().is_some() {
            path.into()
        } else {
            path.canonicalize().unwrap_or_default()
        };
        let name = last_part(&named);
        let mut folder = Self {
            path: path.into(),
            ..Self::default()
        };
        if is_label_folder(&named, &name) {
            return Ok(folder);
        }
        let by_channel = |part: Part| matches!(part, Part::Channel(_));
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
        let has_first = |id| {
            parsed
                .iter()
                .any(|(f, _)| f.id == id && f.part == Part::Channel(0))
        };
        let channels_of = |id| {
            parsed
                .iter()
                .filter(|(f, _)| f.id == id && by_channel(f.part))
                .count()
        };
        for (file, path) in &parsed {
            let is_case = !by_channel(file.part)
                || layout.is_some()
                || has_first(file.id) && channels_of(file.id) > 1;
            if is_case {
                folder
                    .cases
                    .entry(file.id)
                    .or_default()
                    .push((file.part, path));
            } else {
                folder.passed_over.push(path.to_path_buf());
            }
        }
        folder.channels = match &layout {
            Some(NnUnet {
                dataset: Some(dataset),
                ..
            }) if parsed.iter().any(|(f, _)| by_channel(f.part)) => dataset.channels()?,
            _ => default_channels(),
        };
        folder.beside = layout
            .map(|l| l.labels_beside(&named))
            .transpose()?
            .unwrap_or_default();
        Ok(folder)
    }

    /// Adds what the folder holds to what was found before.
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

    /// Puts the files of one case in their places.
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

/// What makes a folder one of nnU-Net's folders of images.
struct NnUnet {
    dataset: Option<Dataset>,
    /// What follows `images` in its name, where it is called so.
    rest: Option<String>,
}

impl NnUnet {
    /// Tells such a folder by its name, or by a `dataset.json` in it or beside it; one beside it is that of the folders
    /// called `images...`, where there are any.
    fn of(folder: &Path, name: &str) -> Result<Option<Self>, IoError> {
        let rest = strip_prefix_ignoring_case(name, "images").map(ToOwned::to_owned);
        let inside = Dataset::of_folder(folder)?;
        let root = parent_of(folder);
        let dataset = match inside {
            None if rest.is_some() || !has_image_folders(&root) => Dataset::of_folder(&root)?,
            inside => inside,
        };
        Ok((rest.is_some() || dataset.is_some()).then_some(Self { dataset, rest }))
    }

    /// The label maps of `labelsTr` beside `imagesTr`, and so on; those of all folders called `labels...` beside a folder
    /// of another name.
    fn labels_beside(&self, folder: &Path) -> Result<LabelsBeside, IoError> {
        let root = parent_of(folder);
        let mut labels = LabelsBeside {
            paired: self.rest.is_some(),
            ..LabelsBeside::default()
        };
        if !root.is_dir() {
            return Ok(labels);
        }
        for inner in listing(&root)?.1 {
            let rest = strip_prefix_ignoring_case(&inner.name, "labels");
            let belongs = match (&self.rest, rest) {
                (_, None) => false,
                (Some(own), Some(rest)) => own.eq_ignore_ascii_case(rest),
                (None, Some(_)) => true,
            };
            for file in if belongs {
                listing(&inner.path)?.0
            } else {
                Vec::new()
            } {
                if let Some(id) = stem(&file.name) {
                    labels.files.entry(id.into()).or_default().push(file.path);
                }
            }
        }
        Ok(labels)
    }
}

fn has_image_folders(root: &Path) -> bool {
    root.is_dir()
        && listing(root).is_ok_and(|(_, folders)| {
            folders
                .iter()
                .any(|folder| strip_prefix_ignoring_case(&folder.name, "images").is_some())
        })
}
