//! A NIfTI file whose name, folder or sidecar tells what it shows.

use std::path::{Path, PathBuf};

use crate::role::{Clues, Content, Kind, Reason, Words};
use crate::sequence::Sequence;

use super::cine::survey;
use super::names::{last_part, stem};
use super::passed_over::PassedOver;
use super::sidecar::Sidecar;

/// Folders that hold the images of the patient after whom the folder around them is named, in lower case.
const CONTAINERS: [&str; 10] = [
    "anat",
    "func",
    "nifti",
    "niftis",
    "nii",
    "images",
    "files",
    "resources",
    "scans",
    "raw",
];

/// A file, and what is known of it without its voxels.
#[derive(Debug, Clone)]
pub(super) struct Described {
    pub(super) path: PathBuf,
    pub(super) owner: Owner,
    pub(super) content: Content,
    is_short_axis: bool,
    /// What told so: its name, its description.
    told_by: &'static str,
}

/// Whose image a file is, as its name tells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// The subject and session of BIDS: `sub-01` or `sub-01_ses-1`.
    Bids(String),
    /// What the name begins with, before the words that tell of an acquisition; it may be empty.
    Lead(String),
}

impl Described {
    /// Whether a file has a name of BIDS.
    pub(super) fn is_bids(name: &str) -> bool {
        stem(name).and_then(bids).is_some()
    }

    /// Reads what is known of a NIfTI file; `None` for files of other names.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let name = last_part(path);
        let stem = stem(&name)?;
        if let Some((id, entities)) = bids(stem) {
            return Some(Self::by_bids(path, stem, id, entities));
        }
        let sidecar = Sidecar::beside(path, stem);
        let words = Words::of(stem);
        let folder = path.parent().map(last_part).unwrap_or_default();
        let describe = |words, told_by| {
            let mut clues = clues_of(words, sidecar.as_ref());
            if told_by == NAME && clues.echo_ms.is_some() {
                clues.phases = survey(path).ok().map(|image| image.volumes);
            }
            (Content::of(&clues), told_by)
        };
        let description = sidecar.as_ref().and_then(|s| s.description.as_deref());
        let by_description = description.map(|words| describe(words, DESCRIPTION));
        let known = |(content, _): &(Content, _)| *content != Content::Unknown;
        let (content, told_by) = by_description
            .filter(known)
            .or_else(|| Some(describe(stem, NAME)).filter(known))
            .or_else(|| is_of_acquisition(&folder).then(|| describe(&folder, FOLDER)))
            .unwrap_or((Content::Unknown, NAME));
        let lead = match description.and_then(|words| before(stem, words)) {
            _ if told_by == FOLDER => "",
            Some(before) if before.len() < words.lead().len() => before,
            _ => words.lead(),
        };
        let number = sidecar.as_ref().and_then(|s| s.series_number);
        Some(Self {
            path: path.into(),
            owner: Owner::Lead(without_number(lead, number).into()),
            content,
            is_short_axis: words.is_short_axis()
                || description.is_some_and(|words| Words::of(words).is_short_axis()),
            told_by,
        })
    }

    fn by_bids(path: &Path, stem: &str, id: String, entities: &str) -> Self {
        let sidecar = Sidecar::beside(path, stem);
        let image_type = sidecar.map(|s| s.image_type).unwrap_or_default();
        let of = |words| {
            Content::of(&Clues {
                words,
                image_type: &image_type,
                ..Clues::default()
            })
        };
        // The suffix decides which sequence it is, unless the rest says that it is none.
        let suffix = entities.rsplit('_').next().unwrap_or(entities);
        let content = match (of(entities), of(suffix)) {
            (
                Content::Sequence { kind, .. },
                Content::Sequence {
                    sequence, reason, ..
                },
            ) => Content::Sequence {
                sequence,
                kind,
                reason,
            },
            (all, _) => all,
        };
        Self {
            path: path.into(),
            owner: Owner::Bids(id),
            content,
            is_short_axis: Words::of(entities).is_short_axis(),
            told_by: NAME,
        }
    }

    /// Why the file is passed over where it is no image of a sequence.
    pub(super) fn passed_over(self) -> PassedOver {
        let reason = match self.content {
            Content::Other(what) => what,
            _ => "nothing tells which sequence it is".into(),
        };
        PassedOver::new(self.path, reason)
    }

    /// Why it is taken.
    fn reason(&self) -> String {
        let Content::Sequence { reason, kind, .. } = &self.content else {
            return String::new();
        };
        let mut words = match reason {
            Reason::Word(word) => format!("\"{word}\" in {}", self.told_by),
            Reason::Parameters(words) => words.clone(),
        };
        if *kind == Kind::PhaseSensitive {
            words += ", phase-sensitive image";
        }
        words
    }

    fn kind(&self) -> Option<Kind> {
        match &self.content {
            Content::Sequence { kind, .. } => Some(*kind),
            _ => None,
        }
    }
}

const NAME: &str = "its name";
const DESCRIPTION: &str = "its description";
const FOLDER: &str = "the name of its folder";

fn clues_of<'a>(words: &'a str, sidecar: Option<&'a Sidecar>) -> Clues<'a> {
    Clues {
        words,
        image_type: sidecar.map_or(&[], |s| &s.image_type),
        echo_ms: sidecar.and_then(|s| s.echo_ms),
        inversion_ms: sidecar.and_then(|s| s.inversion_ms),
        phases: None,
    }
}

/// Subject and session of a BIDS name without its endings, and the entities and suffix after them.
fn bids(stem: &str) -> Option<(String, &str)> {
    let value = |part: &str, key: &str| {
        let value = part.strip_prefix(key)?.strip_prefix('-')?;
        let plain = !value.is_empty() && value.chars().all(char::is_alphanumeric);
        plain.then(|| part.to_owned())
    };
    let (subject, rest) = stem.split_once('_')?;
    let subject = value(subject, "sub")?;
    let session = rest
        .split_once('_')
        .and_then(|(session, rest)| Some((value(session, "ses")?, rest)));
    let (id, entities) = match session {
        Some((session, rest)) => (format!("{subject}_{session}"), rest),
        None => (subject, rest),
    };
    let (middle, suffix) = entities.rsplit_once('_').unwrap_or(("", entities));
    let pairs = middle.is_empty() || middle.split('_').all(|part| part.contains('-'));
    // Four digits are a channel of nnU-Net.
    let is_suffix = suffix.contains(|c: char| c.is_alphabetic()) && !suffix.contains('-');
    (pairs && is_suffix).then_some((id, entities))
}

/// The beginning of a name before the description of the series, whose separators may differ.
fn before<'a>(stem: &'a str, description: &str) -> Option<&'a str> {
    let plain = |text: &str| text.replace(|c: char| c.is_ascii() && !c.is_alphanumeric(), "_");
    let at = plain(stem).find(&plain(description))?;
    let before = stem.get(..at)?;
    Some(before.trim_end_matches(|c: char| !c.is_alphanumeric()))
}

/// The beginning of a name without the number of the series at its start or end.
fn without_number(lead: &str, number: Option<u64>) -> &str {
    let Some(number) = number else { return lead };
    let is_number = |part: &str| part.parse() == Ok(number);
    let separator = |c: char| !c.is_alphanumeric();
    let mut lead = lead;
    if let Some(first) = lead.split(separator).next().filter(|p| is_number(p)) {
        lead = lead[first.len()..].trim_start_matches(separator);
    }
    if let Some(last) = lead.rsplit(separator).next().filter(|p| is_number(p)) {
        lead = lead[..lead.len() - last.len()].trim_end_matches(separator);
    }
    lead
}

/// Whether a folder's name tells of an acquisition and nothing of a patient: `LGE`, `9_cine_sax`.
fn is_of_acquisition(name: &str) -> bool {
    let words = Words::of(name);
    let clues = Clues {
        words: name,
        ..Clues::default()
    };
    !words.lead().contains(char::is_alphabetic) && Content::of(&clues) != Content::Unknown
}

/// The folder after which the patient of a folder's images is named: the folder itself, or the one around folders such as
/// `anat`, `nifti` or `LGE`. The path is absolute.
pub(super) fn home(folder: &Path) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.into());
    let mut home = absolute.as_path();
    while let Some(parent) = home.parent().filter(|parent| parent.file_name().is_some()) {
        let name = last_part(home);
        let is_container = CONTAINERS.iter().any(|c| name.eq_ignore_ascii_case(c));
        if !is_container && !is_of_acquisition(&name) {
            break;
        }
        home = parent;
    }
    home.into()
}

/// The file of a sequence, chosen of several, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) path: PathBuf,
    pub(super) reason: String,
    /// A second file that is as good a choice.
    pub(super) rival: Option<PathBuf>,
}

/// Chooses the file of a sequence; tells which others are passed over.
///
/// A magnitude image is taken before a phase-sensitive one, one that says short axis before one that does not, and a stack of
/// slices before a single slice.
pub(super) fn choose(files: Vec<Described>) -> Option<(Chosen, Vec<PassedOver>)> {
    let mut passed_over = Vec::new();
    let mut left = files;
    left.sort_by(|a, b| a.path.cmp(&b.path));
    let best = left.iter().filter_map(Described::kind).min();
    let has_signed = keep(&mut left, &mut passed_over, |f| f.kind() == best, SIGNED);
    keep(
        &mut left,
        &mut passed_over,
        |f| f.is_short_axis,
        "another file says short axis",
    );
    if left.len() > 1 {
        let is_stack = |file: &Described| {
            survey(&file.path).is_ok_and(|image| {
                let axis = image.grid.slice_axis();
                image.grid.shape()[axis] > 1
            })
        };
        keep(
            &mut left,
            &mut passed_over,
            is_stack,
            "a single slice, and there is a stack of slices",
        );
    }
    let mut left = left.into_iter();
    let first = left.next()?;
    let mut reason = first.reason();
    if has_signed {
        reason += "; the magnitude image before the phase-sensitive one";
    }
    let chosen = Chosen {
        path: first.path,
        reason,
        rival: left.next().map(|second| second.path),
    };
    Some((chosen, passed_over))
}

const SIGNED: &str = "phase-sensitive, and there is a magnitude image";

/// Keeps the files that are better, where there are some; the others are passed over. Whether there were others.
fn keep(
    files: &mut Vec<Described>,
    passed_over: &mut Vec<PassedOver>,
    is_better: impl Fn(&Described) -> bool,
    reason: &str,
) -> bool {
    let (better, worse): (Vec<_>, Vec<_>) = files.drain(..).partition(is_better);
    if better.is_empty() || worse.is_empty() {
        files.extend(better);
        files.extend(worse);
        return false;
    }
    let worse = worse.into_iter();
    passed_over.extend(worse.map(|file| PassedOver::new(file.path, reason.into())));
    *files = better;
    true
}

/// The sequence of a file, with the file.
pub(super) fn by_sequence(
    files: Vec<Described>,
) -> std::collections::BTreeMap<Sequence, Vec<Described>> {
    let mut of = std::collections::BTreeMap::<_, Vec<_>>::new();
    for file in files {
        if let Some(sequence) = file.content.sequence() {
            of.entry(sequence).or_default().push(file);
        }
    }
    of
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bids_names_are_subject_session_entities_and_suffix() {
        let of = |stem| bids(stem).map(|(id, rest)| format!("{id} {rest}"));
        assert_eq!(of("sub-01_LGE").unwrap(), "sub-01 LGE");
        assert_eq!(
            of("sub-01_ses-1_acq-sax_run-2_LGE").unwrap(),
            "sub-01_ses-1 acq-sax_run-2_LGE"
        );
        for other in [
            "sub-01_0000",
            "sub-01",
            "sub-_LGE",
            "sub-01_x_LGE",
            "sub-01_ses-1",
            "p_LGE",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn the_number_of_the_series_names_no_patient() {
        for (lead, number, rest) in [
            ("9", Some(9), ""),
            ("exam_20260101_9", Some(9), "exam_20260101"),
            ("009_pat", Some(9), "pat"),
            ("pat_9", None, "pat_9"),
            ("pat_9", Some(8), "pat_9"),
        ] {
            assert_eq!(without_number(lead, number), rest, "{lead}");
        }
    }

    #[test]
    fn the_folder_of_a_patient_is_around_those_of_sequences() {
        for (folder, expected) in [
            ("/d/pat1", "/d/pat1"),
            ("/d/pat1/nifti", "/d/pat1"),
            ("/d/pat1/scans/9_de_tfi", "/d/pat1"),
            ("/d/pat1/LGE", "/d/pat1"),
            ("/d/LGE_study", "/d"),
            ("/LGE", "/LGE"),
        ] {
            assert_eq!(home(Path::new(folder)), Path::new(expected), "{folder}");
        }
    }
}
