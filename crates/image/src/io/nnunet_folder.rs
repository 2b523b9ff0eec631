//! The folders of nnU-Net: `images...` with label maps in `labels...` beside it, and a `dataset.json`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::IoError;
use super::names::{listing, stem};
use super::nnunet::{Channels, Dataset, default_channels, parent_of};

/// The label maps in folders beside a folder of images.
#[derive(Debug, Default)]
pub(super) struct LabelsBeside {
    /// The files of each case; more than one is an error when the labels are read.
    pub(super) files: BTreeMap<String, Vec<PathBuf>>,
    /// Whether they are the labels of the images in exactly this folder.
    pub(super) paired: bool,
}

/// A folder of images in the layout of nnU-Net.
pub(super) struct NnUnet {
    dataset: Option<Dataset>,
    /// The rest of its name after `images`, if it starts so.
    rest: Option<String>,
}

impl NnUnet {
    /// Recognises such a folder by its name, or by a `dataset.json` in it or beside it. One beside
    /// it belongs to the folders called `images...`, if there are any.
    pub(super) fn of(folder: &Path, name: &str) -> Result<Option<Self>, IoError> {
        let rest = strip_prefix_ignoring_case(name, "images").map(ToOwned::to_owned);
        let inside = Dataset::of_folder(folder)?;
        let root = parent_of(folder);
        let dataset = match inside {
            None if rest.is_some() => Dataset::of_folder(&root)?,
            // Only where it matters: the root may hold a folder for each of 50,000 patients.
            None if Dataset::is_in(&root) && !has_image_folders(&root) => {
                Dataset::of_folder(&root)?
            }
            inside => inside,
        };
        Ok((rest.is_some() || dataset.is_some()).then_some(Self { dataset, rest }))
    }

    /// The sequence of each channel: what `dataset.json` says, or the default order.
    ///
    /// # Errors
    /// [`Flaw::Dataset`](super::error::Flaw::Dataset) if the names of channels are ambiguous or
    /// unknown.
    pub(super) fn channels(&self) -> Result<Channels, IoError> {
        self.dataset
            .as_ref()
            .map_or_else(|| Ok(default_channels()), Dataset::channels)
    }

    /// The label maps of the corresponding folder (`labelsTr` for `imagesTr`), or of all folders
    /// called `labels...` beside a folder of another name.
    pub(super) fn labels_beside(&self, folder: &Path) -> Result<LabelsBeside, IoError> {
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

/// Whether a folder holds label maps of nnU-Net: it is called `labels...` and is beside `images...`
/// or a `dataset.json`.
pub(super) fn is_label_folder(folder: &Path, name: &str) -> bool {
    let Some(rest) = strip_prefix_ignoring_case(name, "labels") else {
        return false;
    };
    let root = parent_of(folder);
    root.join("dataset.json").is_file() || root.join(format!("images{rest}")).is_dir()
}

/// The rest of a name after a prefix, in upper or lower case.
fn strip_prefix_ignoring_case<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = name.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}
