//! Parsing of file names: the case and the content of a file.

use std::ffi::OsStr;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::role::Words;
use crate::sequence::Sequence;

use super::error::IoError;
use super::order::natural;

/// File name extensions of medical images that are not read.
const OTHER_FORMATS: [&str; 12] = [
    ".mha", ".mhd", ".nrrd", ".nhdr", ".mgz", ".mgh", ".dcm", ".ima", ".hdr", ".img", ".img.gz",
    ".nii.bz2",
];
/// Device names of Windows, which cannot be names of files or folders there.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
/// Names of result files beside the folders of cases.
const RESULTS: [&str; 2] = ["cohort.html", "cohort.csv"];

/// A file or folder and its name as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) path: PathBuf,
}

/// The files and the folders in a folder, each in natural order, without hidden ones.
pub(super) fn listing(folder: &Path) -> Result<(Vec<Entry>, Vec<Entry>), IoError> {
    let read = |cause| IoError::Read {
        path: folder.into(),
        cause,
    };
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder).map_err(read)? {
        let entry = entry.map_err(read)?;
        let name = text_of(&entry.file_name());
        if name.starts_with('.') {
            continue;
        }
        let kind = entry.file_type().map_err(read)?;
        let path = entry.path();
        let is_folder = kind.is_dir() || kind.is_symlink() && path.is_dir();
        if is_folder { &mut folders } else { &mut files }.push(Entry { name, path });
    }
    files.sort_by(|a, b| natural(&a.name, &b.name));
    folders.sort_by(|a, b| natural(&a.name, &b.name));
    Ok((files, folders))
}

/// A file's name as text. Bytes that are not UTF-8 become `%` and two hexadecimal digits
/// (`M%FCller` for `Müller` in Latin-1), so that every name can be printed and written.
pub fn text_of(name: &OsStr) -> String {
    name.as_encoded_bytes()
        .utf8_chunks()
        .fold(String::new(), |mut text, chunk| {
            text += chunk.valid();
            for byte in chunk.invalid() {
                // Writing to a string cannot fail.
                let _ = write!(text, "%{byte:02X}");
            }
            text
        })
}

/// The last component of a path as text; empty if there is none.
pub(super) fn last_part(path: &Path) -> String {
    path.file_name().map(text_of).unwrap_or_default()
}

/// A file name in one of the known layouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CaseFile<'a> {
    pub(super) id: &'a str,
    pub(super) part: Part,
}

/// The role of a file in its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Image(Sequence),
    /// Four digits: a channel of nnU-Net, or part of the name.
    Channel(usize),
    Reference,
}

impl<'a> CaseFile<'a> {
    pub(super) fn parse(name: &'a str) -> Option<Self> {
        let (id, suffix) = stem(name)?
            .rsplit_once('_')
            .filter(|(id, _)| !id.is_empty())?;
        let digits = suffix.len() == 4 && suffix.bytes().all(|b| b.is_ascii_digit());
        let part = match suffix {
            _ if digits => Part::Channel(suffix.parse().ok()?),
            _ if suffix.eq_ignore_ascii_case("gd") => Part::Reference,
            _ => Part::Image(sequence_of_suffix(suffix)?),
        };
        Some(Self { id, part })
    }

    /// Whether its name ends in four digits.
    pub(super) fn is_channel(&self) -> bool {
        matches!(self.part, Part::Channel(_))
    }
}

/// The sequence of a file name suffix: `C0` or `bSSFP`, `LGE` or `DE`, `T2`, in upper or lower
/// case.
fn sequence_of_suffix(suffix: &str) -> Option<Sequence> {
    match suffix.to_ascii_lowercase().as_str() {
        "c0" | "bssfp" => Some(Sequence::Bssfp),
        "lge" | "de" => Some(Sequence::Lge),
        "t2" => Some(Sequence::T2),
        _ => None,
    }
}

/// A file name without `.nii` or `.nii.gz`; `None` if it has neither.
pub fn stem(name: &str) -> Option<&str> {
    [".nii.gz", ".nii"]
        .iter()
        .find_map(|ending| without(name, ending))
}

/// Whether a file name has the extension of a medical image, in a format that is read or in
/// another.
pub fn is_image_name(name: &str) -> bool {
    stem(name).is_some()
        || OTHER_FORMATS
            .iter()
            .any(|ending| without(name, ending).is_some())
}

/// The name of a case of files that are named outright: what their names have in common before the words that tell of an
/// acquisition, or the name of the folder of the first.
pub fn name_of_case(files: &[&Path]) -> String {
    let names: Vec<String> = files.iter().map(|file| last_part(file)).collect();
    let names: Vec<&str> = names
        .iter()
        .map(|name| stem(name).unwrap_or(name))
        .collect();
    let first = names.first().copied().unwrap_or_default();
    // The common beginning ends with a word, or with a whole name.
    let ends = first
        .char_indices()
        .filter(|(_, c)| !c.is_alphanumeric())
        .map(|(at, _)| at)
        .chain([first.len()]);
    let common = |end: &usize| {
        names.iter().all(|name| {
            let rest = name.strip_prefix(&first[..*end]);
            rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        })
    };
    let common = ends.filter(common).max().unwrap_or(0);
    let id = Words::of(&first[..common]).lead();
    if !id.is_empty() {
        return id.to_owned();
    }
    let folder = files.first().and_then(|file| file.parent());
    let folder = folder
        .map(|folder| std::path::absolute(folder.join(".")).unwrap_or_else(|_| folder.into()));
    folder.as_deref().map(last_part).unwrap_or_default()
}

/// Whether the name of a file has an ending such as `zip`, in upper or lower case.
pub fn ends_in(path: &Path, ending: &str) -> bool {
    path.extension()
        .is_some_and(|e| e.eq_ignore_ascii_case(ending))
}

fn without<'a>(name: &'a str, ending: &str) -> Option<&'a str> {
    let at = name.len().checked_sub(ending.len())?;
    let (stem, end) = name.split_at_checked(at)?;
    end.eq_ignore_ascii_case(ending).then_some(stem)
}

/// Checks that a case's name can be the name of a folder for its results.
///
/// # Errors
/// [`IoError::UnusableId`] for an empty name, `.` and `..`, names with path separators or control
/// characters, names that end with a dot or a space, device names of Windows, and names of result
/// files beside the folders of cases.
pub fn check_id(id: &str) -> Result<(), IoError> {
    let first = id
        .split('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let numbered = first.trim_end_matches(|c: char| c.is_ascii_digit());
    let port = first.len() == numbered.len() + 1 && matches!(numbered, "com" | "lpt");
    let device = port || DEVICES.contains(&first.as_str());
    let problem = match id {
        "" => "it is empty",
        "." | ".." => "it means an existing folder",
        _ if id.contains(['/', '\\']) => "it contains a path separator",
        _ if id.chars().any(char::is_control) => "it contains a control character",
        _ if id.ends_with(['.', ' ']) => "it ends in a dot or a space",
        _ if device => "it is the name of a device on Windows",
        _ if RESULTS.iter().any(|name| id.eq_ignore_ascii_case(name)) => {
            "a result file has this name"
        }
        _ => return Ok(()),
    };
    Err(IoError::UnusableId {
        id: id.escape_debug().to_string(),
        problem,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case_and_others_passed_over() {
        let parse = |name| CaseFile::parse(name).map(|file| (file.id, file.part));
        assert_eq!(
            parse("myops_training_119_DE.nii.gz"),
            Some(("myops_training_119", Part::Image(Sequence::Lge)))
        );
        assert_eq!(
            parse("Case3019_lge.NII"),
            Some(("Case3019", Part::Image(Sequence::Lge)))
        );
        assert_eq!(parse("a_b_0002.nii.gz"), Some(("a_b", Part::Channel(2))));
        assert_eq!(
            parse("Case3019_gd.nii.gz"),
            Some(("Case3019", Part::Reference))
        );
        for other in [
            "Case3019.nii.gz",
            "_C0.nii.gz",
            "a_00003.nii.gz",
            "a_C0.png",
            "a_C0.nii.gz.part",
            "é.nii",
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
        assert!(is_image_name("a.MHA") && is_image_name("a.nii") && !is_image_name("a.png"));
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_are_escaped() {
        use std::os::unix::ffi::OsStrExt;
        assert_eq!(
            text_of(OsStr::from_bytes(b"M\xfcller_C0.nii.gz")),
            "M%FCller_C0.nii.gz"
        );
        assert_eq!(text_of(OsStr::new("Müller")), "Müller");
    }

    #[test]
    fn files_named_outright_are_called_by_what_their_names_have_in_common() {
        let name = |files: &[&str]| name_of_case(&files.iter().map(Path::new).collect::<Vec<_>>());
        assert_eq!(
            name(&["/d/pat1_cine.nii.gz", "/e/pat1_lge_sax.nii"]),
            "pat1"
        );
        assert_eq!(name(&["/d/pat1_LGE.nii.gz"]), "pat1");
        assert_eq!(name(&["/d/pat10_cine.nii.gz", "/d/pat12_LGE.nii.gz"]), "d");
        assert_eq!(name(&["/d/x/PSIR.nii.gz", "/d/cine.nii.gz"]), "x");
        assert_eq!(name(&["/d/scan.nii.gz"]), "scan");
        assert_eq!(name(&["/LGE.nii.gz"]), "");
    }

    #[test]
    fn a_case_is_named_so_that_a_folder_can_be() {
        for fine in [
            "p5", "a,1", "=1+1", "Müller", "console", "com", "com10", "..a", "a b", "x_T2",
            "cohort",
        ] {
            assert!(check_id(fine).is_ok(), "{fine}");
        }
        for bad in [
            "",
            ".",
            "..",
            "a/b",
            "a\\b",
            "a\nb",
            "a\tb",
            "a.",
            "a ",
            "CON",
            "com1",
            "lpt9.x",
            "nul.gz",
            "Cohort.csv",
        ] {
            assert!(check_id(bad).is_err(), "{bad:?}");
        }
        let words = r#"case name "a\nb" cannot be used: it contains a control character"#;
        assert_eq!(check_id("a\nb").unwrap_err().to_string(), words);
    }
}
