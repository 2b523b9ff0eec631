//! Finding the cases of a folder by file names; no image is opened.

use std::path::Path;

use super::cases::CaseFiles;
use super::error::IoError;
use super::folder::{CaseFolder, Found};
use super::names::{CaseFile, Entry, check_id, is_image_name, last_part, listing};
use super::order::natural;

/// Finds all cases at a path, and lists the image files that belong to none.
///
/// The path is a folder of cases, the folder of one case, the common start of the names of one
/// case's files (`data/myops_training_119`), or one of its files. Three layouts are known, with
/// `.nii` or `.nii.gz`:
///
/// | layout | images | reference labels |
/// | --- | --- | --- |
/// | flat | `ID_C0`, `ID_LGE` or `ID_DE`, `ID_T2` | `ID_gd` |
/// | a folder a case | the same in `ID/` | the same |
/// | nnU-Net | `imagesTr/ID_0000`, `_0001`, `_0002` (bSSFP, LGE, T2) | `labelsTr/ID` |
///
/// Suffixes may be in upper or lower case. Four digits are a channel in folders called `images...`,
/// in a folder with nnU-Net's `dataset.json` in it or beside it, and where `ID_0000` stands beside
/// another channel of the same `ID`; elsewhere they are part of the name. A `dataset.json` may
/// define another order of channels and the numbers of the labels. Hidden files are ignored. A case
/// may lack sequences: see [`CaseFiles::missing`].
///
/// # Errors
/// [`IoError::Read`] if a folder cannot be listed; [`IoError::NoCase`]; [`IoError::TwoFiles`] and
/// [`IoError::DuplicateId`] if names are not unique; [`IoError::UnusableId`] for a name that cannot
/// be a folder's name; [`IoError::File`] for a `dataset.json` with invalid channels.
pub fn search(path: impl AsRef<Path>) -> Result<Found, IoError> {
    let path = path.as_ref();
    let mut found = Found::default();
    if path.is_dir() {
        in_folder(path, &mut found)?;
    } else {
        one_case(path, &mut found)?;
    }
    if found.cases.is_empty() {
        let unlabelled = found.without_images.into_iter().map(|(_, file)| file);
        let passed_over = unlabelled.chain(found.passed_over).collect();
        return Err(IoError::no_case(path, passed_over));
    }
    sort_unique(&mut found.cases)?;
    Ok(found)
}

/// Finds the cases at several paths, as [`search`] does at one. A case that is found twice, for
/// example by two of its files, is returned once.
///
/// # Errors
/// As for [`search`]; there must be a case at each path.
pub fn search_among<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Found, IoError> {
    let mut all = Found::default();
    for path in paths {
        let found = search(path)?;
        all.cases.extend(found.cases);
        all.passed_over.extend(found.passed_over);
        all.without_images.extend(found.without_images);
    }
    all.cases
        .sort_by(|a, b| natural(&a.id, &b.id).then_with(|| a.folder.cmp(&b.folder)));
    all.cases.dedup();
    sort_unique(&mut all.cases)?;
    all.passed_over.sort();
    all.passed_over.dedup();
    Ok(all)
}

/// The cases that [`search`] finds.
///
/// # Errors
/// As for [`search`].
pub fn find_cases(path: impl AsRef<Path>) -> Result<Vec<CaseFiles>, IoError> {
    search(path).map(|found| found.cases)
}

/// The cases that [`search_among`] finds.
///
/// # Errors
/// As for [`search_among`].
pub fn find_cases_among<P: AsRef<Path>>(
    paths: impl IntoIterator<Item = P>,
) -> Result<Vec<CaseFiles>, IoError> {
    search_among(paths).map(|found| found.cases)
}

fn sort_unique(cases: &mut [CaseFiles]) -> Result<(), IoError> {
    cases.sort_by(|a, b| natural(&a.id, &b.id));
    cases.iter().try_for_each(|case| check_id(&case.id))?;
    match cases.windows(2).find(|pair| pair[0].id == pair[1].id) {
        None => Ok(()),
        Some(pair) => Err(IoError::DuplicateId {
            id: pair[0].id.clone(),
            first: pair[0].folder.clone(),
            second: pair[1].folder.clone(),
        }),
    }
}

/// The cases with files in a folder or in one of its subfolders.
fn in_folder(folder: &Path, found: &mut Found) -> Result<(), IoError> {
    let (files, folders) = listing(folder)?;
    CaseFolder::of(folder, &files)?.add_to(found)?;
    for inner in folders {
        let (files, _) = listing(&inner.path)?;
        CaseFolder::of(&inner.path, &files)?.add_to(found)?;
    }
    Ok(())
}

/// The case that a path identifies by the common start of its file names, or by one of its files.
fn one_case(path: &Path, found: &mut Found) -> Result<(), IoError> {
    let name = last_part(path);
    let id = CaseFile::parse(&name).map_or(name.trim_end_matches('_'), |file| file.id);
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if path.is_file() && CaseFile::parse(&name).is_none() && is_image_name(&name) {
        found.passed_over.push(path.into());
        return Ok(());
    }
    if !folder.is_dir() {
        return Ok(());
    }
    let of_case = |file: &Entry| CaseFile::parse(&file.name).is_some_and(|f| f.id == id);
    let (files, _) = listing(folder)?;
    let files: Vec<_> = files.into_iter().filter(of_case).collect();
    let mut here = Found::default();
    CaseFolder::of(folder, &files)?.add_to(&mut here)?;
    // Label folders of nnU-Net hold the labels of all cases.
    here.without_images.retain(|(case, _)| case == id);
    found.cases.append(&mut here.cases);
    found.passed_over.append(&mut here.passed_over);
    found.without_images.append(&mut here.without_images);
    Ok(())
}
