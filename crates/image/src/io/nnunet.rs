//! What nnU-Net's `dataset.json` says of its files: which channel is which sequence, which number which label.

use std::path::Path;

use serde_json::Value;

use crate::label::Label;
use crate::sequence::Sequence;

use super::error::{Flaw, IoError};
use super::small::read_small;

/// Which number stands for which label in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelNumbers(Vec<(i64, Label)>);

impl LabelNumbers {
    /// Those of nnU-Net's `dataset.json` in a folder of label maps, as nnU-Net leaves it beside its predictions, or in the
    /// folder that holds `labelsTr`; `None` where there is none.
    ///
    /// # Errors
    /// Where the file cannot be read or names a label that is none of ours.
    pub fn beside(folder: &Path) -> Result<Option<Self>, IoError> {
        let beside = match Dataset::of_folder(folder)? {
            None => folder.parent().map(Dataset::of_folder).transpose()?.flatten(),
            found => found,
        };
        Ok(beside.map(|dataset| dataset.labels))
    }

    /// The codes of the MyoPS 2020 challenge: 0, 200, 500, 600, 1220, 2221.
    pub fn codes() -> Self {
        Self(Label::ALL.map(|l| (i64::from(l.code()), l)).into())
    }

    /// The class numbers 0 to 5, in channel order: background, LV pool, RV pool, myocardium, edema, scar.
    pub fn classes() -> Self {
        Self(Label::ALL.map(|l| (l.class() as i64, l)).into())
    }

    fn label(&self, number: f64) -> Option<Label> {
        #[expect(clippy::float_cmp, reason = "a label's number is stored exactly")]
        self.0.iter().find(|(n, _)| *n as f64 == number).map(|(_, label)| *label)
    }

    /// Reads numbers by the first of `candidates` that knows all of them.
    ///
    /// # Errors
    /// The position of a number that the candidate which came furthest does not know.
    pub(super) fn read(candidates: &[Self], numbers: &[f64]) -> Result<Vec<Label>, usize> {
        let mut furthest = 0;
        for candidate in candidates {
            match candidate.read_all(numbers) {
                Ok(labels) => return Ok(labels),
                Err(index) => furthest = furthest.max(index),
            }
        }
        Err(furthest)
    }

    fn read_all(&self, numbers: &[f64]) -> Result<Vec<Label>, usize> {
        // Labels come in runs: most voxels repeat the one before.
        let mut last = (f64::NAN, Label::Background);
        let mut labels = Vec::with_capacity(numbers.len());
        for (index, number) in numbers.iter().enumerate() {
            #[expect(clippy::float_cmp, reason = "a label's number is stored exactly")]
            if *number != last.0 {
                last = (*number, self.label(*number).ok_or(index)?);
            }
            labels.push(last.1);
        }
        Ok(labels)
    }

    /// The numbers that any of `candidates` knows, in words.
    pub(super) fn known(candidates: &[Self]) -> String {
        let mut numbers: Vec<i64> = candidates.iter().flat_map(|c| c.0.iter().map(|(n, _)| *n)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}

/// Reads the numbers of labels from the bytes of a `dataset.json`; `name` is what errors call it.
///
/// # Errors
/// [`Flaw::Dataset`] where it is no JSON, or names a label or channel that is none of ours.
pub fn decode_dataset(bytes: &[u8], name: &Path) -> Result<LabelNumbers, IoError> {
    let dataset = Dataset::parse(bytes).map_err(|problem| IoError::file(name, Flaw::Dataset(problem)))?;
    Ok(dataset.labels)
}

/// What is known of an nnU-Net data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dataset {
    /// The sequence of file `NAME_000n`, at `n`.
    pub(super) channels: [Sequence; 3],
    /// The numbers in its label maps.
    pub(super) labels: LabelNumbers,
}

impl Default for Dataset {
    /// Channels bSSFP, LGE, T2 and class numbers in channel order.
    fn default() -> Self {
        Self { channels: Sequence::ALL, labels: LabelNumbers::classes() }
    }
}

impl Dataset {
    /// Reads `dataset.json` in the folder that holds `imagesTr`, where there is one.
    ///
    /// # Errors
    /// [`IoError::Read`], or [`Flaw::Dataset`] where it is no JSON or names a label that is none of ours.
    pub(super) fn of_folder(root: &Path) -> Result<Option<Self>, IoError> {
        let path = root.join("dataset.json");
        let text = match read_small(&path) {
            Ok(text) => text,
            Err(IoError::Read { cause, .. }) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Self::parse(&text).map(Some).map_err(|problem| IoError::file(&path, Flaw::Dataset(problem)))
    }

    fn parse(text: &[u8]) -> Result<Self, String> {
        let json: Value = serde_json::from_slice(text).map_err(|e| format!("no JSON: {e}"))?;
        let channels = json.get("channel_names").or_else(|| json.get("modality"));
        Ok(Self {
            channels: channels.map_or(Ok(Sequence::ALL), named_channels)?,
            labels: json.get("labels").map_or_else(|| Ok(LabelNumbers::classes()), named_labels)?,
        })
    }
}

/// Channels `{"0": "C0", "1": "DE", "2": "T2"}`; names that say nothing ("MRI") leave the default order.
fn named_channels(json: &Value) -> Result<[Sequence; 3], String> {
    let named = [0, 1, 2].map(|n| sequence_named(json.get(n.to_string())?.as_str()?));
    match named {
        [Some(a), Some(b), Some(c)] if a != b && b != c && a != c => Ok([a, b, c]),
        [None, None, None] => Ok(Sequence::ALL),
        _ => Err(format!("channels {json}: need one each of C0, LGE and T2")),
    }
}

/// The sequence that a file's suffix or a channel's name means: `C0`, `LGE` or `DE`, `T2`, in any case.
pub(super) fn sequence_named(name: &str) -> Option<Sequence> {
    match name.to_ascii_lowercase().as_str() {
        "c0" | "bssfp" => Some(Sequence::Bssfp),
        "lge" | "de" => Some(Sequence::Lge),
        "t2" => Some(Sequence::T2),
        _ => None,
    }
}

/// Labels in either of nnU-Net's notations: `{"scar": 5}` (version 2) or `{"5": "scar"}` (version 1).
fn named_labels(json: &Value) -> Result<LabelNumbers, String> {
    let entries = json.as_object().ok_or_else(|| format!("labels {json}: need an object"))?;
    let pairs = entries.iter().map(|(key, value)| {
        let (name, number) = match value {
            Value::String(name) => (name, key.parse().ok()),
            _ => (key, value.as_i64()),
        };
        let label = label_named(name).ok_or_else(|| format!("label {name:?} is none that is known"))?;
        let number = number.ok_or_else(|| format!("label {name:?} has no whole number"))?;
        Ok((number, label))
    });
    Ok(LabelNumbers(pairs.collect::<Result<_, String>>()?))
}

/// The label that a name means: by its pathology first, so that "LV myocardial scar" is scar.
fn label_named(name: &str) -> Option<Label> {
    let name = name.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|w| name.contains(w));
    let (scar, edema, myocardium) = (says(&["scar", "infarct"]), says(&["edema"]), says(&["myo"]));
    let right = says(&["rv", "right"]);
    match () {
        () if scar && edema || myocardium && right || says(&["atri"]) => None,
        () if scar => Some(Label::Scar),
        () if edema => Some(Label::Edema),
        () if says(&["background"]) => Some(Label::Background),
        () if myocardium => Some(Label::Myocardium),
        () if says(&["lv", "left"]) => Some(Label::LvPool),
        () if right => Some(Label::RvPool),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_notations_of_labels_say_the_same() {
        let two = br#"{"labels": {"background": 0, "LV": 1, "RV": 2, "LV myocardium": 3, "oedema": 5, "scar": 4}}"#;
        let one = br#"{"labels": {"0": "background", "1": "LV", "2": "RV", "3": "myo", "5": "edema", "4": "scar"}}"#;
        for text in [&two[..], &one[..]] {
            let labels = Dataset::parse(text).unwrap().labels;
            assert_eq!(labels.label(4.0), Some(Label::Scar));
            assert_eq!(labels.label(5.0), Some(Label::Edema));
            assert_eq!(labels.label(3.0), Some(Label::Myocardium));
            assert_eq!(labels.label(6.0), None);
        }
    }

    #[test]
    fn named_channels_override_the_order_and_vague_names_do_not() {
        let parse = |text: &str| Dataset::parse(text.as_bytes()).map(|d| d.channels);
        let swapped = r#"{"channel_names": {"0": "LGE", "1": "T2", "2": "bSSFP"}}"#;
        assert_eq!(parse(swapped), Ok([Sequence::Lge, Sequence::T2, Sequence::Bssfp]));
        assert_eq!(parse(r#"{"modality": {"0": "MRI", "1": "MRI", "2": "MRI"}}"#), Ok(Sequence::ALL));
        assert!(parse(r#"{"channel_names": {"0": "C0", "1": "C0", "2": "T2"}}"#).is_err());
    }

    #[test]
    fn a_name_that_means_two_labels_or_none_is_refused() {
        for name in ["scar+edema", "liver", "left atrium", "RV myocardium", ""] {
            assert_eq!(label_named(name), None, "{name}");
        }
        for text in ["{", r#"{"labels": 3}"#, r#"{"labels": {"scar": "five"}}"#, r#"{"labels": {"scar": 1.5}}"#] {
            assert!(Dataset::parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_are_read_by_the_first_candidate_that_knows_them_all() {
        let both = [LabelNumbers::classes(), LabelNumbers::codes()];
        assert_eq!(LabelNumbers::read(&both, &[0.0, 5.0]), Ok(vec![Label::Background, Label::Scar]));
        assert_eq!(LabelNumbers::read(&both, &[0.0, 2221.0]), Ok(vec![Label::Background, Label::Scar]));
        assert_eq!(LabelNumbers::read(&both, &[0.0, 2221.0, 5.0]), Err(2));
        assert_eq!(LabelNumbers::read(&both, &[f64::NAN]), Err(0));
    }
}
