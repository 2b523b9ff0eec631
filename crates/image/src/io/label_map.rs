//! A label map read by the numbers that its folder says it holds.

use std::path::Path;

use crate::label::Label;

use super::error::{Flaw, IoError};
use super::label_numbers::LabelNumbers;
use super::nnunet::Dataset;
use super::read::{Placed, read_labels_by};

/// How the numbers of a label map were understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Numbering {
    /// As the challenge's codes, 0 to 2221.
    Codes,
    /// As nnU-Net's `dataset.json` says, otherwise than [`Self::Classes`].
    Dataset(LabelNumbers),
    /// As class numbers 0 to 5.
    Classes,
}

/// Reads a label map: by the challenge's codes; else by the numbers of nnU-Net's `dataset.json` in the map's folder or in
/// the folder that holds it; else, where there is none, as class numbers 0 to 5. All of a map's numbers must belong to one of them.
///
/// # Errors
/// As [`read_labels`](super::read_labels); and where the map is not in codes and `dataset.json` names labels that are none of
/// ours.
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
