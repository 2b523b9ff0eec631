//! Label maps of a folder, by the names of their files.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use myops_image::io::{CaseFiles, Found, IoError, check_id, is_image_name, search, text_of};
use myops_image::sequence::Sequence;

use super::error::CasesError;
use super::label_file::LabelFile;
use super::label_names::{Kind, is_in, parse};
use super::passed_over::tell_passed_over;
use crate::app::files::archive::{self, Archive};
use crate::app::progress::Progress;

/// What a folder of label maps is to a job; it decides between two files of one case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// What a model drew: `ID_labels` before `ID` before `ID_gd`.
    Prediction,
    /// What an expert drew: `ID_gd` before `ID` before `ID_labels`.
    Reference,
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

/// The label maps of a path, in the order of their cases' names: those of a folder and its subfolders and of the archives of
/// results there, or one file. Tells which images were passed over.
///
/// `ID_labels` and `ID_gd` are label maps of the case `ID`. Any other name is a whole case's name (`heart_0001`, `x_T2`),
/// but for images: those of cases that have labels of their own, all that lies in folders called `images...`, and, where
/// cases have images and labels, whatever else has an image's name or stands beside them.
///
/// # Errors
/// Where there is none, or two files claim to be the same.
pub fn find(
    path: &Path,
    role: Role,
    progress: &dyn Progress,
) -> Result<Vec<LabelFile>, CasesError> {
    let mut sorted = Sorted {
        role,
        maps: BTreeMap::new(),
        passed_over: Vec::new(),
    };
    if path.is_file() {
        sorted.add_file(path)?;
    } else if path.is_dir() {
        sorted.add_folder(path)?;
    } else {
        return Err(CasesError::NotThere(path.into()));
    }
    let passed_over = sorted.passed_over.into_iter().map(Into::into);
    tell_passed_over(passed_over.collect(), progress);
    if sorted.maps.is_empty() {
        return Err(CasesError::NoLabelMap(path.into()));
    }
    sorted.maps.keys().try_for_each(|id| check_id(id))?;
    Ok(sorted.maps.into_values().map(|(_, file)| file).collect())
}

/// Files sorted into label maps and others.
struct Sorted {
    role: Role,
    /// The best file of each case so far, with its rank.
    maps: BTreeMap<String, (u8, LabelFile)>,
    passed_over: Vec<PathBuf>,
}

/// What says whose the files are that have no label map's name.
#[derive(Default)]
struct Owners<'a> {
    /// Cases with a label map called `ID_labels` or `ID_gd`, or with images and labels.
    ids: BTreeSet<String>,
    /// The folders of the images of labelled cases.
    folders: BTreeSet<&'a Path>,
}

impl Owners<'_> {
    /// Whether a file with this name is another image of one of the cases; `ID` itself is its label map, and so is all in a
    /// folder called `labels...`.
    fn own(&self, file: &Path, stem: &str) -> bool {
        let folder = file.parent().unwrap_or(file);
        let mut parts = stem
            .char_indices()
            .filter(|(_, c)| !c.is_alphanumeric())
            .map(|(at, _)| &stem[..at]);
        !self.ids.contains(stem)
            && !is_in(file, "labels")
            && (self.folders.contains(folder) || parts.any(|part| self.ids.contains(part)))
    }
}

impl Sorted {
    fn add_file(&mut self, path: &Path) -> Result<(), CasesError> {
        let name = path.file_name().map(text_of).unwrap_or_default();
        match parse(&name) {
            Some((id, kind)) => self.add(id, kind, path)?,
            None if name == archive::NAME => self.add_archive(path)?,
            None => self.passed_over.push(path.into()),
        }
        Ok(())
    }

    /// Adds the label maps in an archive of results, but for cases that have a newer one in a folder beside it.
    fn add_archive(&mut self, path: &Path) -> Result<(), CasesError> {
        let archive = Arc::new(Archive::open(path.into())?);
        let files = archive
            .cases()
            .filter_map(|case| LabelFile::packed(&archive, case));
        for file in files {
            let beside = path.parent().unwrap_or(path);
            match self.maps.get(&file.id) {
                Some((_, other)) if other.path().starts_with(beside) => {}
                Some((_, other)) => {
                    return Err(CasesError::TwoLabelMaps {
                        case: file.id.clone(),
                        first: other.path().into(),
                        second: file.path().into(),
                    });
                }
                None => {
                    let rank = self.role.rank(Kind::Drawn);
                    self.maps.insert(file.id.clone(), (rank, file));
                }
            }
        }
        Ok(())
    }

    fn add_folder(&mut self, path: &Path) -> Result<(), CasesError> {
        let found = match search(path) {
            // A folder of label maps holds no images, and needs no names of channels.
            Err(IoError::NoCase { .. } | IoError::File { .. }) => Found::default(),
            found => found?,
        };
        let labelled = found.cases.iter().any(|case| case.reference().is_some());
        let files = files(path)?;
        let owners = owners(&files, &found, labelled);
        let images = images(&found);
        for file in &files {
            let name = file.file_name().map(text_of).unwrap_or_default();
            let Some(label) = parse(&name) else {
                if is_image_name(&name) && !name.contains("_probability_") {
                    self.passed_over.push(file.clone());
                }
                continue;
            };
            let case = images.get(file.as_path());
            let in_images = is_in(file, "images");
            match (case, label) {
                (Some(case), _) if labelled || in_images => {
                    if case.reference().is_none() {
                        self.passed_over.push(file.clone());
                    }
                }
                (None, _) if in_images => self.passed_over.push(file.clone()),
                (_, (stem, Kind::Plain)) if owners.own(file, stem) => {
                    self.passed_over.push(file.clone());
                }
                (_, (id, kind)) => self.add(id, kind, file)?,
            }
        }
        let is_archive =
            |file: &&PathBuf| file.file_name().is_some_and(|name| name == archive::NAME);
        files
            .iter()
            .filter(is_archive)
            .try_for_each(|file| self.add_archive(file))?;
        // Labels beside the folder, as those of nnU-Net's images.
        for (case, file) in found
            .cases
            .iter()
            .filter_map(|case| Some((case, case.reference()?)))
        {
            if files.binary_search_by(|f| f.as_path().cmp(file)).is_err() {
                self.add(case.id(), Kind::Given, file)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, id: &str, kind: Kind, path: &Path) -> Result<(), CasesError> {
        let rank = self.role.rank(kind);
        let earlier = self.maps.get(id).cloned();
        match earlier {
            Some((other, first)) if other == rank => {
                return Err(CasesError::TwoLabelMaps {
                    case: id.into(),
                    first: first.path().into(),
                    second: path.into(),
                });
            }
            Some((other, _)) if other < rank => self.passed_over.push(path.into()),
            earlier => {
                let earlier = earlier.map(|(_, file)| file.path().into());
                self.passed_over.extend(earlier);
                let file = LabelFile::at(id, path);
                self.maps.insert(id.to_owned(), (rank, file));
            }
        }
        Ok(())
    }
}

/// The case of each image.
fn images(found: &Found) -> HashMap<&Path, &CaseFiles> {
    let of = |case| {
        let paths = Sequence::ALL.into_iter();
        paths.filter_map(move |sequence| Some((CaseFiles::image(case, sequence)?, case)))
    };
    found.cases.iter().flat_map(of).collect()
}

/// The cases whose other files are no label maps.
fn owners<'a>(files: &[PathBuf], found: &'a Found, labelled: bool) -> Owners<'a> {
    let mut owners = Owners::default();
    for file in files {
        let name = file.file_name().map(text_of).unwrap_or_default();
        if let Some((id, Kind::Drawn | Kind::Given)) = parse(&name) {
            owners.ids.insert(id.into());
        }
    }
    for case in found.cases.iter().filter(|_| labelled) {
        owners.ids.insert(case.id().into());
        owners.folders.insert(case.folder());
    }
    owners
}

/// The files of a folder and of its subfolders, sorted.
fn files(path: &Path) -> Result<Vec<PathBuf>, IoError> {
    let (mut files, mut folders) = (Vec::new(), vec![path.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        let failed = |cause| IoError::Read {
            path: folder.clone(),
            cause,
        };
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if text_of(&entry.file_name()).starts_with('.') {
                continue;
            }
            let entry = entry.path();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::progress::Silent;

    /// A folder of empty files, removed when the test ends.
    struct Place(PathBuf);

    impl Place {
        fn of(name: &str, files: &[&str]) -> Self {
            let folder = std::env::temp_dir()
                .join(format!("myops-label-files-{name}-{}", std::process::id()));
            for file in files {
                let path = folder.join(file);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, b"").unwrap();
            }
            Self(folder)
        }

        fn ids(&self, below: &str, role: Role) -> Vec<String> {
            find(&self.0.join(below), role, &Silent)
                .unwrap()
                .into_iter()
                .map(|f| f.id)
                .collect()
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn in_a_folder_of_label_maps_every_name_is_a_case() {
        let names = [
            "h_0000.nii.gz",
            "h_0001.nii.gz",
            "h_0002.nii.gz",
            "h_0003.nii.gz",
            "x_T2.nii.gz",
            "y_LGE.nii.gz",
        ];
        let place = Place::of("whole", &names);
        for role in [Role::Prediction, Role::Reference] {
            assert_eq!(
                place.ids("", role),
                ["h_0000", "h_0001", "h_0002", "h_0003", "x_T2", "y_LGE"]
            );
        }
        assert_eq!(place.ids("x_T2.nii.gz", Role::Prediction), ["x_T2"]);
        assert_eq!(place.ids("h_0001.nii.gz", Role::Reference), ["h_0001"]);
    }

    #[test]
    fn images_beside_labels_are_none() {
        let names = [
            "p5_C0.nii.gz",
            "p5_T1m.nii.gz",
            "p5_gd.nii.gz",
            "p6/p6_LGE.nii.gz",
            "p6/p6_gd.nii.gz",
            "p6/scout.nii.gz",
            "p7/p7_T2.nii.gz",
            "p8/p8_0000.nii.gz",
            "p8/p8_0001.nii.gz",
            "p8/p8_gd.nii.gz",
            "p9_labels.nii.gz",
            "p9_T1.nii.gz",
            "p10.nii.gz",
            "p6_T1m.nii.gz",
            "other/p6-T1.nii.gz",
        ];
        let place = Place::of("beside", &names);
        assert_eq!(place.ids("p6", Role::Reference), ["p6"]);
        assert_eq!(place.ids("", Role::Reference), ["p5", "p6", "p8", "p9"]);
    }

    #[test]
    fn the_labels_of_an_nnu_net_set_are_found_from_each_of_its_folders() {
        let names = [
            "imagesTr/a_0000.nii.gz",
            "imagesTr/a_0001.nii.gz",
            "labelsTr/a.nii.gz",
            "imagesTs/b_0000.nii.gz",
            "labelsTr/x_T2.nii.gz",
            "labelsTr/h_0001.nii.gz",
        ];
        let place = Place::of("nnunet", &names);
        assert_eq!(place.ids("", Role::Reference), ["a", "h_0001", "x_T2"]);
        assert_eq!(place.ids("imagesTr", Role::Reference), ["a"]);
        assert_eq!(
            place.ids("labelsTr", Role::Reference),
            ["a", "h_0001", "x_T2"]
        );
    }

    #[test]
    fn the_role_decides_between_two_files_and_equals_are_an_error() {
        let place = Place::of("roles", &["a_gd.nii.gz", "a_labels.nii.gz"]);
        let taken = |role| find(&place.0, role, &Silent).unwrap()[0].place();
        assert!(taken(Role::Prediction).ends_with("a_labels.nii.gz"));
        assert!(taken(Role::Reference).ends_with("a_gd.nii.gz"));
        std::fs::write(place.0.join("a_gd.nii"), b"").unwrap();
        let error = find(&place.0, Role::Reference, &Silent).unwrap_err();
        assert!(error.to_string().contains("two label maps"));
    }
}
