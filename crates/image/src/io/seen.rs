//! The files at a path without a case, for the advice in the error.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::error::IoError;
use super::names::stem;
use super::passed_over::PassedOver;

/// The depth of subfolders that are searched: patient, study, series.
const DEPTH: usize = 3;
/// The largest number of files that are examined.
const FILES: usize = 1000;
/// The offset of the letters `DICM` in a DICOM file.
const DICOM_PREFIX_AT: usize = 128;

/// Kinds of image files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Dicom,
    MetaImage,
    Nrrd,
    Pair,
    Nifti,
}

impl Format {
    const ALL: [Self; 5] = [
        Self::Dicom,
        Self::MetaImage,
        Self::Nrrd,
        Self::Pair,
        Self::Nifti,
    ];

    fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if stem(&name).is_some() {
            Some(Self::Nifti)
        } else if ends(&[".mha", ".mhd"]) {
            Some(Self::MetaImage)
        } else if ends(&[".nrrd", ".nhdr"]) {
            Some(Self::Nrrd)
        } else if ends(&[".hdr", ".hdr.gz"]) {
            Some(Self::Pair)
        } else {
            (ends(&[".dcm", ".ima"]) || is_dicom(path)).then_some(Self::Dicom)
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Dicom => "DICOM",
            Self::MetaImage => "MetaImage (.mha, .mhd)",
            Self::Nrrd => "NRRD",
            Self::Pair => ".hdr/.img",
            Self::Nifti => "otherwise named NIfTI",
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::Dicom => {
                "convert DICOM with dcm2niix, and name the files ID_C0.nii.gz, ID_LGE.nii.gz and ID_T2.nii.gz"
            }
            Self::MetaImage | Self::Nrrd => {
                "convert the images to NIfTI (3D Slicer and SimpleITK do), named ID_C0.nii.gz, ID_LGE.nii.gz and ID_T2.nii.gz"
            }
            Self::Pair => {
                "convert each pair to one file, named ID_C0.nii.gz, ID_LGE.nii.gz or ID_T2.nii.gz"
            }
            Self::Nifti => {
                "name the files of a case ID_C0.nii.gz, ID_LGE.nii.gz and ID_T2.nii.gz, or name them outright: --bssfp FILE \
                 --lge FILE --t2 FILE"
            }
        }
    }
}

impl IoError {
    /// The error of a path without a case, with the images that are there.
    pub(super) fn no_case(path: &Path, passed_over: Vec<PassedOver>) -> Self {
        let files = files_below(path);
        let formats: Vec<Format> = files.iter().filter_map(|file| Format::of(file)).collect();
        let count = |format: Format| formats.iter().filter(|f| **f == format).count();
        let seen: Vec<(Format, usize)> = Format::ALL
            .map(|format| (format, count(format)))
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .collect();
        let words: Vec<String> = seen
            .iter()
            .map(|(format, n)| {
                format!(
                    "{n} {} file{}",
                    format.words(),
                    if *n == 1 { "" } else { "s" }
                )
            })
            .collect();
        let most = seen.iter().max_by_key(|(_, n)| *n);
        Self::NoCase {
            path: path.into(),
            passed_over,
            seen: if words.is_empty() {
                String::new()
            } else {
                format!(", but {}", words.join(", "))
            },
            advice: match most {
                Some((format, _)) => format.advice(),
                None if path.is_dir() || path.is_file() => {
                    "give a folder of cases, the folder of one case, or a path without _C0.nii.gz"
                }
                None => {
                    "check the path: there is neither a folder of that name nor a file that begins with it"
                }
            },
        }
    }
}

/// The first files of a folder and its subfolders, or the file itself.
fn files_below(path: &Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![(path.to_path_buf(), DEPTH)]);
    if path.is_file() {
        return vec![path.into()];
    }
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth > 0 => folders.push((entry.path(), depth - 1)),
                Ok(kind) if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
            if files.len() == FILES {
                return files;
            }
        }
    }
    files
}

/// Whether a file has the signature of DICOM.
fn is_dicom(path: &Path) -> bool {
    let mut start = [0; DICOM_PREFIX_AT + 4];
    File::open(path)
        .and_then(|mut file| file.read_exact(&mut start))
        .is_ok()
        && start.ends_with(b"DICM")
}
