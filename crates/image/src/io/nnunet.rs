//! The `dataset.json` of nnU-Net: the sequence of each channel, and the label of each number.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::label::Label;
use crate::sequence::Sequence;

use super::error::{Flaw, IoError};
use super::label_names::{Meaning, known_label_names};
use super::label_numbers::LabelNumbers;
use super::small::read_small;

/// The name of its file.
const NAME: &str = "dataset.json";

/// Names of channels that describe the normalisation of intensities and not the sequence.
const VAGUE: [&str; 8] = [
    "mri",
    "mr",
    "cmr",
    "nonorm",
    "zscore",
    "rescale01",
    "rescaleto01",
    "rgbto01",
];

/// Reads the numbers of labels from the bytes of a `dataset.json`; errors call it `name`.
///
/// # Errors
/// [`Flaw::Dataset`] if it is no JSON, or names unknown labels or channels.
pub fn decode_dataset(bytes: &[u8], name: &Path) -> Result<LabelNumbers, IoError> {
    let dataset = Dataset::parse(bytes, name.into());
    dataset.channels()?;
    dataset.labels()
}

/// The description of an nnU-Net data set. Channels and labels are parsed separately, when they are
/// needed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dataset {
    path: PathBuf,
    json: Result<Value, String>,
}

impl Dataset {
    /// The `dataset.json` in a folder or, if there is none, in its parent.
    ///
    /// # Errors
    /// [`IoError::Read`] if it exists and cannot be read.
    pub(super) fn around(folder: &Path) -> Result<Option<Self>, IoError> {
        match Self::of_folder(folder)? {
            None => Self::of_folder(&parent_of(folder)),
            found => Ok(found),
        }
    }

    pub(super) fn of_folder(folder: &Path) -> Result<Option<Self>, IoError> {
        if !Self::is_in(folder) {
            return Ok(None);
        }
        let path = folder.join(NAME);
        Ok(Some(Self::parse(&read_small(&path)?, path)))
    }

    /// Whether there is one in a folder.
    pub(super) fn is_in(folder: &Path) -> bool {
        folder.join(NAME).exists()
    }

    fn parse(text: &[u8], path: PathBuf) -> Self {
        let json = serde_json::from_slice(text).map_err(|e| format!("invalid JSON: {e}"));
        Self { path, json }
    }

    /// The sequence of file `NAME_000n` for each `n`; channels of other sequences are left out.
    ///
    /// # Errors
    /// [`Flaw::Dataset`] if the names of channels are ambiguous or unknown.
    pub(super) fn channels(&self) -> Result<Channels, IoError> {
        let read = |json: &Value| match json.get("channel_names").or_else(|| json.get("modality")) {
            None => Ok(default_channels()),
            Some(names) => named_channels(names),
        };
        self.part(read)
    }

    /// The numbers of labels.
    ///
    /// # Errors
    /// [`Flaw::Dataset`] if a label is unknown, or a name or a number occurs twice.
    pub(super) fn labels(&self) -> Result<LabelNumbers, IoError> {
        self.part(|json| {
            json.get("labels")
                .map_or_else(|| Ok(LabelNumbers::classes()), named_labels)
        })
    }

    fn part<T>(&self, read: impl Fn(&Value) -> Result<T, String>) -> Result<T, IoError> {
        let part = self.json.as_ref().map_err(Clone::clone).and_then(read);
        part.map_err(|problem| IoError::file(&self.path, Flaw::Dataset(problem)))
    }
}

/// The parent of a folder, from its path if possible, else from the file system.
pub(super) fn parent_of(folder: &Path) -> PathBuf {
    match (folder.file_name(), folder.parent()) {
        (Some(_), Some(parent)) if parent.as_os_str().is_empty() => ".".into(),
        (Some(_), Some(parent)) => parent.into(),
        _ => {
            let here = if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            };
            here.canonicalize()
                .ok()
                .and_then(|f| f.parent().map(Into::into))
                .unwrap_or_else(|| here.join(".."))
        }
    }
}

/// The sequence of each channel number.
pub(super) type Channels = BTreeMap<usize, Sequence>;

/// The default: bSSFP, LGE, T2.
pub(super) fn default_channels() -> Channels {
    Sequence::ALL.into_iter().enumerate().collect()
}

/// Channels `{"0": "C0", "1": "DE", "2": "T2"}`; unspecific names ("MRI") mean the default order.
fn named_channels(json: &Value) -> Result<Channels, String> {
    let refuse = |why: &str| format!("channels {json}: {why}");
    let entries = json
        .as_object()
        .ok_or_else(|| refuse("need an object of numbers and names"))?;
    let (mut channels, mut unknown) = (Channels::new(), Vec::new());
    for (number, name) in entries {
        let number: usize = number
            .parse()
            .map_err(|_| refuse("need whole numbers for keys"))?;
        let name = name.as_str().ok_or_else(|| refuse("need text for names"))?;
        let Some(sequence) = sequence_named(name) else {
            unknown.push(squeezed(name));
            continue;
        };
        if channels.values().any(|s| *s == sequence) {
            return Err(refuse(&format!("duplicate channel {sequence}")));
        }
        channels.insert(number, sequence);
    }
    if !channels.is_empty() {
        Ok(channels)
    } else if unknown.iter().all(|name| VAGUE.contains(&name.as_str())) {
        Ok(default_channels())
    } else {
        Err(refuse("none of them is bSSFP (C0), LGE (DE) or T2"))
    }
}

/// The sequence of a channel name.
fn sequence_named(name: &str) -> Option<Sequence> {
    match squeezed(name).as_str() {
        "c0" | "bssfp" | "ssfp" | "cine" | "cinessfp" | "cinebssfp" | "bssfpcine" => {
            Some(Sequence::Bssfp)
        }
        "lge" | "de" | "delge" | "lgede" | "lategadoliniumenhancement" | "delayedenhancement" => {
            Some(Sequence::Lge)
        }
        "t2" | "t2w" | "t2weighted" | "t2stir" | "t2wstir" | "stir" => Some(Sequence::T2),
        _ => None,
    }
}

fn squeezed(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Labels in either of nnU-Net's notations: `{"scar": 5}` (version 2) or `{"5": "scar"}` (version 1).
fn named_labels(json: &Value) -> Result<LabelNumbers, String> {
    let entries = json
        .as_object()
        .ok_or_else(|| format!("labels {json}: need an object"))?;
    let mut numbers: Vec<(i64, Label)> = Vec::new();
    let mut names: BTreeMap<i64, &str> = BTreeMap::new();
    // The number of each label as a whole, without its parts.
    let mut whole: BTreeMap<Label, i64> = BTreeMap::new();
    for (key, value) in entries {
        let (name, number) = label_entry(key, value)?;
        let meaning = Meaning::of(name).ok_or_else(|| {
            format!(
                "unknown label {name:?}; known names: {}",
                known_label_names()
            )
        })?;
        if let Some(other) = names.insert(number, name) {
            return Err(format!(
                "number {number} is assigned to both {other:?} and {name:?}"
            ));
        }
        let label = match meaning {
            Meaning::Ignored => continue,
            Meaning::PartOf(label) => label,
            Meaning::Label(label) => {
                if let Some(other) = whole.insert(label, number) {
                    let other = format!("{other} ({:?})", names[&other]);
                    return Err(format!(
                        "numbers {other} and {number} ({name:?}) both mean {}",
                        label.name()
                    ));
                }
                label
            }
        };
        numbers.push((number, label));
    }
    numbers.sort_unstable();
    Ok(LabelNumbers::of(numbers))
}

/// The name and the number of one label.
fn label_entry<'a>(key: &'a str, value: &'a Value) -> Result<(&'a str, i64), String> {
    let whole =
        |number: f64| (number.fract() == 0.0 && number.abs() < 1e9).then_some(number as i64);
    let (name, number) = match value {
        Value::String(name) => match key.trim().parse() {
            Ok(number) => (name.as_str(), Some(number)),
            Err(_) => (
                key,
                value.as_str().and_then(|text| text.trim().parse().ok()),
            ),
        },
        Value::Array(_) => {
            return Err(format!(
                "label {key:?} is a list of numbers: regions are not supported"
            ));
        }
        _ => (key, value.as_f64().and_then(whole)),
    };
    Ok((
        name,
        number.ok_or_else(|| format!("the number of label {name:?} is not a whole number"))?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dataset(text: &str) -> Dataset {
        let json = serde_json::from_str(text).map_err(|e| format!("invalid JSON: {e}"));
        Dataset {
            path: "dataset.json".into(),
            json,
        }
    }

    fn labels(text: &str) -> Result<LabelNumbers, String> {
        dataset(&format!("{{\"labels\": {text}}}"))
            .labels()
            .map_err(|e| {
                e.to_string()
                    .replace("dataset.json: invalid nnU-Net dataset description: ", "")
            })
    }

    #[test]
    fn all_notations_of_labels_say_the_same() {
        for text in [
            r#"{"background": 0, "LV": 1, "RV": 2, "LV myocardium": 3, "oedema": 5, "scar": 4}"#,
            r#"{"0": "background", "1": "LV", "2": "RV", "3": "myo", "5": "edema", "4": "scar"}"#,
            r#"{"background": "0", "LVC": "1", "RV": "2", "MLV": "3", "edema": "5", "scar": 4.0, "ignore": 6}"#,
        ] {
            let labels = labels(text).unwrap();
            assert_eq!(labels.label(4.0), Some(Label::Scar), "{text}");
            assert_eq!(labels.label(5.0), Some(Label::Edema));
            assert_eq!(labels.label(3.0), Some(Label::Myocardium));
            assert_eq!(labels.label(1.0), Some(Label::LvPool));
            assert_eq!(labels.label(6.0), None);
        }
    }

    #[test]
    fn what_could_be_misunderstood_is_refused_by_name() {
        let refused = |text| labels(text).unwrap_err();
        assert_eq!(
            refused(r#"{"LV": 1, "LVC": 2}"#),
            r#"numbers 1 ("LV") and 2 ("LVC") both mean LV pool"#
        );
        assert_eq!(
            refused(r#"{"LV": 1, "RV": 1}"#),
            r#"number 1 is assigned to both "LV" and "RV""#
        );
        assert_eq!(
            refused(r#"{"edema": [4, 5]}"#),
            "label \"edema\" is a list of numbers: regions are not supported"
        );
        assert!(
            refused(r#"{"LV epi": 1}"#)
                .starts_with("unknown label \"LV epi\"; known names: background; LV")
        );
        for text in [
            "3",
            r#"{"scar": "five"}"#,
            r#"{"scar": 1.5}"#,
            r#"{"1": "2"}"#,
        ] {
            assert!(labels(text).is_err(), "{text}");
        }
        assert!(dataset("{").labels().is_err());
        let emidec =
            labels(r#"{"background": 0, "cavity": 1, "myo": 2, "infarction": 3, "no-reflow": 4}"#)
                .unwrap();
        assert_eq!([3.0, 4.0].map(|n| emidec.label(n)), [Some(Label::Scar); 2]);
    }

    #[test]
    fn named_channels_override_the_order_and_vague_names_do_not() {
        use Sequence::{Bssfp, Lge, T2};
        let parse = |text: &str| {
            dataset(&format!("{{\"channel_names\": {text}}}"))
                .channels()
                .ok()
        };
        let in_order =
            |order: [Sequence; 3]| Some(order.into_iter().enumerate().collect::<Channels>());
        assert_eq!(
            parse(r#"{"0": "LGE", "1": "T2", "2": "bSSFP"}"#),
            in_order([Lge, T2, Bssfp])
        );
        assert_eq!(
            parse(r#"{"0": "MRI", "1": "MRI", "2": "MRI"}"#),
            in_order(Sequence::ALL)
        );
        assert_eq!(parse(r#"{"0": "T1", "1": "LGE"}"#), Some([(1, Lge)].into()));
        let four = parse(r#"{"0": "T1m", "1": "C0", "2": "DE", "3": "T2"}"#);
        assert_eq!(four, Some([(1, Bssfp), (2, Lge), (3, T2)].into()));
        for bad in [
            r#"{"0": "C0", "1": "C0", "2": "T2"}"#,
            r#"{"0": "T1", "1": "PD"}"#,
            "[1]",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
