//! Finding the cases of a folder by the names of its files; no image is opened.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::sequence::{PerSequence, Sequence};

use super::cases::{CaseFiles, Naming};
use super::error::IoError;
use super::nnunet::{Dataset, sequence_named};
use super::order::natural;

/// Finds all cases in one place, in natural order of their names (`case2` before `case10`).
///
/// The place is a folder of cases, the folder of one case, a path that the names of one case's files begin with
/// (`data/myops_training_119`), or one of its files. Three layouts are known, with `.nii` as well as `.nii.gz`:
///
/// | layout | images | reference labels |
/// | --- | --- | --- |
/// | flat | `ID_C0`, `ID_LGE` or `ID_DE`, `ID_T2` | `ID_gd` |
/// | a folder a case | the same in `ID/` | the same |
/// | nnU-Net | `imagesTr/ID_0000`, `_0001`, `_0002` (bSSFP, LGE, T2); `imagesTs` too | `labelsTr/ID` |
///
/// Suffixes may be in upper or lower case. nnU-Net's `dataset.json`, where there is one, may give another order of
/// channels and the numbers of its labels. Hidden files and all others are passed over. A case may lack sequences:
/// see [`CaseFiles::missing`].
///
/// # Errors
/// [`IoError::Read`] where a folder cannot be listed; [`IoError::NoCase`]; [`IoError::TwoFiles`] and
/// [`IoError::DuplicateId`] where names are not unique; [`IoError::File`] for a `dataset.json` that makes no sense.
pub fn find_cases(path: impl AsRef<Path>) -> Result<Vec<CaseFiles>, IoError> {
    let path = path.as_ref();
    let mut cases = if path.is_dir() { in_folder(path)? } else { one_case(path)? };
    if cases.is_empty() {
        return Err(IoError::NoCase { path: path.into() });
    }
    sort_unique(&mut cases)?;
    Ok(cases)
}

/// Finds the cases of several places, as [`find_cases`] does of one. A case that is named twice, as by two of its
/// files, is given once.
///
/// # Errors
/// As [`find_cases`]; each place must hold a case.
pub fn find_cases_among<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Vec<CaseFiles>, IoError> {
    let mut cases: Vec<CaseFiles> = Vec::new();
    for path in paths {
        cases.extend(find_cases(path)?);
    }
    cases.sort_by(|a, b| natural(&a.id, &b.id).then_with(|| a.folder.cmp(&b.folder)));
    cases.dedup();
    sort_unique(&mut cases)?;
    Ok(cases)
}

fn sort_unique(cases: &mut [CaseFiles]) -> Result<(), IoError> {
    cases.sort_by(|a, b| natural(&a.id, &b.id));
    match cases.windows(2).find(|pair| pair[0].id == pair[1].id) {
        None => Ok(()),
        Some(pair) => Err(IoError::DuplicateId {
            id: pair[0].id.clone(),
            first: pair[0].folder.clone(),
            second: pair[1].folder.clone(),
        }),
    }
}

/// The cases whose files lie in a folder or one folder further down.
fn in_folder(folder: &Path) -> Result<Vec<CaseFiles>, IoError> {
    let (files, folders) = listing(folder)?;
    let mut cases = directly_in(folder, &files)?;
    for name in folders {
        let folder = folder.join(name);
        let (files, _) = listing(&folder)?;
        cases.extend(directly_in(&folder, &files)?);
    }
    Ok(cases)
}

/// The case that a path names by the beginning of its files' names, or by one of them.
fn one_case(path: &Path) -> Result<Vec<CaseFiles>, IoError> {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let id = CaseFile::parse(name).map_or(name.trim_end_matches('_'), |file| file.id);
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(IoError::NoCase { path: path.into() });
    }
    let (files, _) = listing(folder)?;
    let files: Vec<_> = files.into_iter().filter(|file| CaseFile::parse(file).is_some_and(|f| f.id == id)).collect();
    directly_in(folder, &files)
}

/// The cases of the named files of one folder.
fn directly_in(folder: &Path, files: &[String]) -> Result<Vec<CaseFiles>, IoError> {
    let mut found: BTreeMap<&str, Vec<CaseFile>> = BTreeMap::new();
    for file in files.iter().filter_map(|name| CaseFile::parse(name)) {
        found.entry(file.id).or_default().push(file);
    }
    found.retain(|_, files| files.iter().any(|file| !matches!(file.part, Part::Reference)));
    let nnunet = if found.is_empty() { None } else { NnUnet::around(folder)? };
    found.into_iter().map(|(id, files)| case(id, folder, &files, nnunet.as_ref())).collect()
}

/// Puts the files of one case in their places.
fn case(id: &str, folder: &Path, files: &[CaseFile], nnunet: Option<&NnUnet>) -> Result<CaseFiles, IoError> {
    let dataset = nnunet.map(|n| n.dataset.clone()).unwrap_or_default();
    let mut images = PerSequence::from_fn(|_| None);
    let mut reference = None;
    for file in files {
        let path = folder.join(file.name);
        match file.part {
            Part::Image(sequence) => set(id, sequence.name(), &mut images[sequence], path)?,
            Part::Channel(channel) => {
                let sequence = dataset.channels[channel];
                set(id, sequence.name(), &mut images[sequence], path)?;
            }
            Part::Reference => set(id, "reference labels", &mut reference, path)?,
        }
    }
    for path in nnunet.and_then(|n| n.references.get(id)).into_iter().flatten() {
        set(id, "reference labels", &mut reference, path.clone())?;
    }
    let by_channel = files.iter().any(|file| matches!(file.part, Part::Channel(_)));
    let naming = if by_channel { Naming::ByChannel(dataset.channels, dataset.labels) } else { Naming::BySequence };
    Ok(CaseFiles { id: id.into(), folder: folder.into(), images, reference, naming })
}

fn set(id: &str, what: &'static str, place: &mut Option<PathBuf>, path: PathBuf) -> Result<(), IoError> {
    match place.replace(path.clone()) {
        None => Ok(()),
        Some(first) => Err(IoError::TwoFiles { id: id.into(), what, first, second: path }),
    }
}

/// What lies around a folder of nnU-Net images: the label maps, and the description of both.
struct NnUnet {
    dataset: Dataset,
    /// The label maps of each case; more than one is an error once the case is known.
    references: BTreeMap<String, Vec<PathBuf>>,
}

impl NnUnet {
    /// Looks beside `folder` where it is called `imagesTr` or `imagesTs`.
    fn around(folder: &Path) -> Result<Option<Self>, IoError> {
        let named =
            if folder.file_name().is_some() { folder.into() } else { folder.canonicalize().unwrap_or_default() };
        let name = named.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        let labels = match name.to_ascii_lowercase().as_str() {
            "imagestr" => "labelsTr",
            "imagests" => "labelsTs",
            _ => return Ok(None),
        };
        let root = named.parent().unwrap_or(Path::new(""));
        let labels = root.join(labels);
        let mut references: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
        if labels.is_dir() {
            for name in listing(&labels)?.0 {
                if let Some(id) = stem(&name) {
                    references.entry(id.into()).or_default().push(labels.join(&name));
                }
            }
        }
        Ok(Some(Self { dataset: Dataset::of_folder(root)?.unwrap_or_default(), references }))
    }
}

/// The names of the files and of the folders in a folder, sorted, less hidden ones and those that are no Unicode.
fn listing(folder: &Path) -> Result<(Vec<String>, Vec<String>), IoError> {
    let read = |cause| IoError::Read { path: folder.into(), cause };
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder).map_err(read)? {
        let entry = entry.map_err(read)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') {
            continue;
        }
        let kind = entry.file_type().map_err(read)?;
        let is_folder = kind.is_dir() || kind.is_symlink() && entry.path().is_dir();
        if is_folder { &mut folders } else { &mut files }.push(name);
    }
    files.sort_by(|a, b| natural(a, b));
    folders.sort_by(|a, b| natural(a, b));
    Ok((files, folders))
}

/// A file name that follows one of the layouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CaseFile<'a> {
    name: &'a str,
    id: &'a str,
    part: Part,
}

/// What a file is to its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Image(Sequence),
    /// nnU-Net's channel 0, 1 or 2.
    Channel(usize),
    Reference,
}

impl<'a> CaseFile<'a> {
    fn parse(name: &'a str) -> Option<Self> {
        let (id, suffix) = stem(name)?.rsplit_once('_').filter(|(id, _)| !id.is_empty())?;
        let part = match suffix {
            "0000" => Part::Channel(0),
            "0001" => Part::Channel(1),
            "0002" => Part::Channel(2),
            _ if suffix.eq_ignore_ascii_case("gd") => Part::Reference,
            _ => Part::Image(sequence_named(suffix)?),
        };
        Some(Self { name, id, part })
    }
}

/// A file's name without `.nii` or `.nii.gz`, or `None` where it has neither.
pub fn stem(name: &str) -> Option<&str> {
    [".nii.gz", ".nii"].iter().find_map(|ending| {
        let at = name.len().checked_sub(ending.len())?;
        let (stem, end) = name.split_at_checked(at)?;
        end.eq_ignore_ascii_case(ending).then_some(stem)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case_and_others_passed_over() {
        let parse = |name| CaseFile::parse(name).map(|file| (file.id, file.part));
        assert_eq!(parse("myops_training_119_DE.nii.gz"), Some(("myops_training_119", Part::Image(Sequence::Lge))));
        assert_eq!(parse("Case3019_lge.NII"), Some(("Case3019", Part::Image(Sequence::Lge))));
        assert_eq!(parse("a_b_0002.nii.gz"), Some(("a_b", Part::Channel(2))));
        assert_eq!(parse("Case3019_gd.nii.gz"), Some(("Case3019", Part::Reference)));
        for other in ["Case3019.nii.gz", "_C0.nii.gz", "a_0003.nii.gz", "a_C0.png", "a_C0.nii.gz.part", "é.nii"] {
            assert_eq!(parse(other), None, "{other}");
        }
    }
}
