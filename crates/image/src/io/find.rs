//! Finding the cases of a folder by file names; no image is opened.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::cases::CaseFiles;
use super::described::Described;
use super::error::IoError;
use super::folder::{CaseFolder, Found};
use super::grouped::add_cases;
use super::limits::{MAX_DEPTH, MAX_FOLDERS};
use super::names::{CaseFile, Entry, check_id, is_image_name, last_part, listing};
use super::order::natural;
use super::passed_over::PassedOver;

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
/// Other NIfTI files are taken by what they are called or described as ([`crate::role`]):
///
/// | layout | images | case |
/// | --- | --- | --- |
/// | BIDS | `sub-01/ses-1/anat/sub-01_ses-1_acq-sax_LGE`, `..._T2w`, `..._cine` | `sub-01_ses-1` |
/// | dcm2niix | `exam_de_tfi_psir_sax_20260101_9`, with the `.json` beside it | what the names begin with |
/// | a folder a patient | `PSIR`, `cine_sax`, `T2_STIR` | the folder's name |
///
/// A folder such as `anat`, `nifti` or `LGE` belongs to the patient whose folder is around it. Beside a case in one of the
/// layouts above, such a file joins the case if its name begins with that of the case; one file alone is passed over. Where two
/// files may be meant for a sequence, the case is found and refused when it is read.
///
/// Folders are searched up to 8 levels deep, links followed. A case of a known layout more than one level deep is passed over
/// where there is one of its name above it.
///
/// # Errors
/// [`IoError::Read`] if a folder cannot be listed; [`IoError::NoCase`]; [`IoError::TwoFiles`] and
/// [`IoError::DuplicateId`] if names are not unique; [`IoError::UnusableId`] for a name that cannot
/// be a folder's name; [`IoError::File`] for a `dataset.json` with invalid channels;
/// [`IoError::ManyFolders`].
pub fn search(path: impl AsRef<Path>) -> Result<Found, IoError> {
    let path = path.as_ref();
    let mut found = Found::default();
    if path.is_dir() {
        found = Walk::of(path)?;
    } else {
        one_case(path, &mut found)?;
    }
    if found.cases.is_empty() {
        let unlabelled = found
            .without_images
            .into_iter()
            .map(|(_, file)| file.into());
        let passed_over = unlabelled.chain(found.passed_over).collect();
        return Err(IoError::no_case(path, passed_over));
    }
    sort_unique(&mut found.cases)?;
    found.passed_over.sort();
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

/// The search of a folder and of the folders in it.
struct Walk<'a> {
    start: &'a Path,
    found: Found,
    /// Cases more than one level deep.
    deep: Vec<CaseFiles>,
    described: Vec<Described>,
    /// The folders searched, links followed, so that no circle of links is followed twice.
    seen: HashSet<PathBuf>,
}

impl<'a> Walk<'a> {
    fn of(start: &'a Path) -> Result<Found, IoError> {
        let mut walk = Self {
            start,
            found: Found::default(),
            deep: Vec::new(),
            described: Vec::new(),
            seen: HashSet::new(),
        };
        walk.visit(start, 0)?;
        let Self {
            mut found,
            deep,
            described,
            ..
        } = walk;
        let above: HashSet<String> = found.cases.iter().map(|case| case.id.clone()).collect();
        for case in deep {
            if above.contains(&case.id) {
                let reason = format!("there is a case {} above it", case.id);
                let files = case
                    .files()
                    .map(|file| PassedOver::new(file.into(), reason.clone()));
                found.passed_over.extend(files);
            } else {
                found.cases.push(case);
            }
        }
        add_cases(described, &mut found);
        Ok(found)
    }

    fn visit(&mut self, folder: &Path, depth: usize) -> Result<(), IoError> {
        if depth > MAX_DEPTH {
            let reason = format!("more than {MAX_DEPTH} folders deep");
            self.found
                .passed_over
                .push(PassedOver::new(folder.into(), reason));
            return Ok(());
        }
        let real = folder.canonicalize().unwrap_or_else(|_| folder.into());
        if !self.seen.insert(real) {
            return Ok(());
        }
        if self.seen.len() > MAX_FOLDERS {
            return Err(IoError::ManyFolders {
                path: self.start.into(),
                most: MAX_FOLDERS,
            });
        }
        let (files, folders) = listing(folder)?;
        let mut here = Found::default();
        let described = CaseFolder::of(folder, &files)?.add_to(&mut here)?;
        self.described.extend(described);
        let cases = if depth > 1 {
            &mut self.deep
        } else {
            &mut self.found.cases
        };
        cases.append(&mut here.cases);
        self.found.passed_over.append(&mut here.passed_over);
        self.found.without_images.append(&mut here.without_images);
        folders
            .iter()
            .try_for_each(|inner| self.visit(&inner.path, depth + 1))
    }
}

/// The case that a path identifies by the common start of its file names, or by one of its files.
fn one_case(path: &Path, found: &mut Found) -> Result<(), IoError> {
    let name = last_part(path);
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if path.is_file() && !is_image_name(&name) || !folder.is_dir() {
        return Ok(());
    }
    let id = CaseFile::parse(&name).map_or(name.trim_end_matches('_'), |file| file.id);
    let may_be_own = |file: &Entry| {
        let other = CaseFile::parse(&file.name).is_some_and(|f| f.id != id);
        Described::is_bids(&file.name) || !other
    };
    let (mut files, _) = listing(folder)?;
    files.retain(may_be_own);
    let mut here = Found::default();
    let described = CaseFolder::of(folder, &files)?.add_to(&mut here)?;
    add_cases(described, &mut here);
    here.cases.retain(|case| case.id == id || case.holds(path));
    here.passed_over
        .retain(|file| file.path == path || last_part(&file.path).starts_with(id));
    // Label folders of nnU-Net hold the labels of all cases.
    here.without_images.retain(|(case, _)| case == id);
    found.cases.append(&mut here.cases);
    found.passed_over.append(&mut here.passed_over);
    found.without_images.append(&mut here.without_images);
    Ok(())
}
