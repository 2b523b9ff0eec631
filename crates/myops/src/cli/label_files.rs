//! Label maps of a folder, by the names of their files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use myops_image::io::{CaseFiles, IoError, LabelNumbers, decode_labels, find_cases, stem};
use myops_image::label::LabelMap;

use crate::failure::WithHint;

/// What a folder of label maps is to the command; it decides between two files of one case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// What a model drew: `ID_labels` before `ID` before `ID_gd`.
    Prediction,
    /// What an expert drew: `ID_gd` before `ID` before `ID_labels`.
    Reference,
}

/// A label map that has not been read yet.
#[derive(Debug, Clone)]
pub struct LabelFile {
    /// The case.
    pub id: String,
    source: Source,
}

#[derive(Debug, Clone)]
enum Source {
    File(PathBuf),
    /// The reference labels of a case that was found with its images, which know the numbers of its labels.
    Case(Box<CaseFiles>),
}

/// What the name of a file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Drawn,
    Given,
    Plain,
}

impl Role {
    /// The smaller, the sooner taken.
    fn rank(self, kind: Kind) -> u8 {
        match (self, kind) {
            (Self::Prediction, Kind::Drawn) | (Self::Reference, Kind::Given) => 0,
            (_, Kind::Plain) => 1,
            _ => 2,
        }
    }
}

impl LabelFile {
    /// Reads the label map: by the challenge's codes, or else by the numbers of nnU-Net's `dataset.json` or, where none
    /// lies beside it, as class numbers 0 to 5.
    ///
    /// # Errors
    /// Where the file cannot be read or holds other numbers.
    pub fn read(&self) -> Result<LabelMap> {
        match &self.source {
            Source::File(path) => {
                let bytes = std::fs::read(path).with_context(|| format!("{}: cannot be read", path.display()))?;
                let named = path.parent().map(LabelNumbers::beside).transpose()?.flatten();
                let numbers = [LabelNumbers::codes(), named.unwrap_or_else(LabelNumbers::classes)];
                let labels = decode_labels(&bytes, path, &numbers)?.volume;
                labels.grid().world_from_voxel().check_scanner().with_context(|| path.display().to_string())?;
                Ok(labels)
            }
            Source::Case(case) => {
                let labels = case.load_reference()?.with_context(|| format!("case {} has no labels", case.id()))?;
                Ok(labels.volume)
            }
        }
    }

    /// Where it lies, for messages.
    pub fn place(&self) -> String {
        match &self.source {
            Source::File(path) => path.display().to_string(),
            Source::Case(case) => case.reference().unwrap_or(case.folder()).display().to_string(),
        }
    }
}

/// The label maps of a path, in the order of their cases' names: those of a folder and its subfolders, or one file.
///
/// # Errors
/// Where there is none, or two files claim to be the same.
pub fn find(path: &Path, role: Role) -> Result<Vec<LabelFile>> {
    let mut found: BTreeMap<String, (u8, LabelFile)> = BTreeMap::new();
    for file in files(path)? {
        let Some((id, kind)) = file.file_name().and_then(|n| n.to_str()).and_then(parse) else { continue };
        let (id, rank) = (id.to_owned(), role.rank(kind));
        match found.get(&id) {
            Some((other, first)) if *other == rank => {
                let error = anyhow::anyhow!("case {id} has two label maps: {} and {}", first.place(), file.display());
                return Err(error).hint(|| "keep one of them".into());
            }
            Some((other, _)) if *other < rank => {}
            _ => {
                found.insert(id.clone(), (rank, LabelFile { id, source: Source::File(file) }));
            }
        }
    }
    if role == Role::Reference && path.is_dir() {
        let cases = match find_cases(path) {
            Err(IoError::NoCase { .. }) => Vec::new(),
            found => found?,
        };
        for case in cases.into_iter().filter(|case| case.reference().is_some()) {
            let id = case.id().to_owned();
            found.insert(id.clone(), (0, LabelFile { id, source: Source::Case(Box::new(case)) }));
        }
    }
    if found.is_empty() {
        let error = anyhow::anyhow!("{}: no label map found", path.display());
        let known = "looked for ID_labels.nii.gz, ID_gd.nii.gz and ID.nii.gz in the folder and in its subfolders";
        return Err(error).hint(|| known.into());
    }
    Ok(found.into_values().map(|(_, file)| file).collect())
}

/// The files of a folder and of its subfolders, sorted, or the file itself.
fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.into()]);
    }
    if !path.is_dir() {
        bail!("{}: neither a file nor a folder", path.display());
    }
    let (mut files, mut folders) = (Vec::new(), vec![path.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).with_context(|| format!("{}: cannot be read", folder.display()))?;
        for entry in entries {
            let entry = entry?.path();
            let hidden = entry.file_name().and_then(|n| n.to_str()).is_none_or(|n| n.starts_with('.'));
            if hidden {
                continue;
            }
            if entry.is_file() {
                files.push(entry);
            } else if entry.is_dir() && folder == path {
                folders.push(entry);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The case and kind of a label map's name; `None` for images and for what is no NIfTI file.
fn parse(name: &str) -> Option<(&str, Kind)> {
    let stem = stem(name)?;
    if stem.contains("_probability_") {
        return None;
    }
    let (id, suffix) = stem.rsplit_once('_').unwrap_or((stem, ""));
    match suffix.to_ascii_lowercase().as_str() {
        "labels" => Some((id, Kind::Drawn)),
        "gd" => Some((id, Kind::Given)),
        "c0" | "bssfp" | "lge" | "de" | "t2" | "0000" | "0001" | "0002" => None,
        _ => Some((stem, Kind::Plain)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_label_maps_from_images() {
        assert_eq!(parse("Case3019_gd.nii.gz"), Some(("Case3019", Kind::Given)));
        assert_eq!(parse("phantom-001_labels.nii.gz"), Some(("phantom-001", Kind::Drawn)));
        assert_eq!(parse("a_b.NII"), Some(("a_b", Kind::Plain)));
        for other in
            ["Case3019_LGE.nii.gz", "x_0001.nii.gz", "x_probability_lv_pool.nii.gz", "x_labels.png", "report.html"]
        {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    #[test]
    fn the_role_decides_between_two_files_and_equals_are_an_error() {
        let folder = std::env::temp_dir().join(format!("myops-label-files-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = |name: &str| std::fs::write(folder.join(name), b"").unwrap();
        file("a_gd.nii.gz");
        file("a_labels.nii.gz");
        let place = |role| find(&folder, role).unwrap()[0].place();
        assert!(place(Role::Prediction).ends_with("a_labels.nii.gz"));
        assert!(place(Role::Reference).ends_with("a_gd.nii.gz"));
        file("a_gd.nii");
        assert!(find(&folder, Role::Reference).unwrap_err().to_string().contains("two label maps"));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
