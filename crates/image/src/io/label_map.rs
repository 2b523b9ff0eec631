//! Reading label maps with the numbering of their folder.

use std::path::Path;

use crate::label::Label;

use super::error::{Flaw, IoError};
use super::label_numbers::LabelNumbers;
use super::nnunet::Dataset;
use super::read::{Placed, read_labels_by};

/// The numbering of a label map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Numbering {
    /// The codes of the MyoPS 2020 challenge, 0 to 2221.
    Codes,
    /// The numbers of nnU-Net's `dataset.json`, where they differ from [`Self::Classes`].
    Dataset(LabelNumbers),
    /// Class numbers 0 to 5.
    Classes,
}

/// Reads a label map by the numbers that are given, or else as [`read_label_map`] does.
///
/// # Errors
/// As for [`read_label_map`].
pub fn read_numbered(
    path: impl AsRef<Path>,
    numbers: Option<&LabelNumbers>,
) -> Result<(Placed<Label>, Numbering), IoError> {
    let Some(numbers) = numbers else {
        return read_label_map(path);
    };
    let (labels, _) = read_labels_by(path.as_ref(), std::slice::from_ref(numbers))?;
    Ok((labels, Numbering::Dataset(numbers.clone())))
}

/// Reads a label map with the first numbering that has all of its numbers: the challenge's codes;
/// the numbers of nnU-Net's `dataset.json` in the map's folder or its parent; without one, class
/// numbers 0 to 5.
///
/// # Errors
/// As for [`read_labels`](super::read_labels); also if the map is not in codes and `dataset.json`
/// names unknown labels.
pub fn read_label_map(path: impl AsRef<Path>) -> Result<(Placed<Label>, Numbering), IoError> {
    let path = path.as_ref();
    let dataset = Dataset::around(path.parent().unwrap_or(Path::new("")))?;
    let named = match dataset
        .as_ref()
        .map_or_else(|| Ok(LabelNumbers::classes()), Dataset::labels)
    {
        Ok(numbers) => numbers,
        // Codes need no description.
        Err(error) => {
            let labels = read_labels_by(path, &[LabelNumbers::codes()]);
            let no_codes = |flaw: &Flaw| matches!(flaw, Flaw::LabelCode { .. });
            let other = |e| {
                if matches!(&e, IoError::File { flaw, .. } if no_codes(flaw)) {
                    error
                } else {
                    e
                }
            };
            return labels
                .map(|(labels, _)| (labels, Numbering::Codes))
                .map_err(other);
        }
    };
    let (labels, which) = read_labels_by(path, &[LabelNumbers::codes(), named.clone()])?;
    let numbering = match which {
        0 => Numbering::Codes,
        _ if named == LabelNumbers::classes() => Numbering::Classes,
        _ => Numbering::Dataset(named),
    };
    Ok((labels, numbering))
}
