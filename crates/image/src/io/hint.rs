//! Advice on how to correct what an error names.

use std::io::ErrorKind;

use super::error::{Flaw, IoError};

impl IoError {
    /// Advice on how to correct it, if there is any.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::File { flaw, .. } => return flaw.hint(),
            Self::Study(problem) | Self::Misplaced { problem, .. } => problem.hint()?,
            Self::MissingSequence { .. } => "all three of bSSFP (C0), LGE (DE) and T2 are needed",
            Self::UnusableId { .. } => {
                "rename the files of the case: its name becomes the name of a folder of results"
            }
            Self::NoCase { advice, .. } => advice,
            Self::TwoFiles { .. } => {
                "keep one of them (DE and LGE mean the same sequence, .nii and .nii.gz the same image), or name the file to be \
                 taken: segment --lge FILE, --bssfp FILE, --t2 FILE, or --cases TABLE for several cases"
            }
            Self::Table { flaw, .. } => return flaw.hint(),
            Self::DuplicateId { .. } => "rename one of the cases, or give only one of the folders",
            Self::Write { cause, .. } => match cause.kind() {
                ErrorKind::NotFound | ErrorKind::NotADirectory => "check that the folder exists",
                ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                    "write to a folder that allows it"
                }
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space on the disk",
                ErrorKind::FileTooLarge => {
                    "the system limits the length of files there: raise the limit (ulimit -f) or write elsewhere"
                }
                _ => return None,
            },
            Self::Read { .. } | Self::SameFile { .. } | Self::ManyFolders { .. } => return None,
        };
        Some(hint.into())
    }
}

impl Flaw {
    /// Advice on how to correct it, if there is any.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotNifti => "give .nii or .nii.gz files; convert DICOM with dcm2niix",
            Self::Pair => "convert the pair to one .nii.gz file",
            Self::Truncated { .. } | Self::TruncatedGzip { .. } | Self::Gzip(_) => {
                "copy or download the file again"
            }
            Self::ManyVolumes(_) => {
                "only a bSSFP cine may have several volumes: split the series and give one of them"
            }
            Self::NoPhase { .. } => "phases are counted from 1",
            Self::DataType(_) => "convert colour or complex images to one number per voxel",
            Self::Geometry(problem) => problem.hint(),
            Self::Quaternion(_) => {
                "correct the q-form in the header, or set its code to 0 where the s-form is right"
            }
            Self::Spacings { .. } => {
                "correct the s-form or pixdim, whichever is wrong: volumes in ml depend on them (setting qform and sform \
                 with nibabel writes all three)"
            }
            Self::Forms { .. } => {
                "set the code of the wrong form to 0, or write both from the same affine"
            }
            Self::TooLarge(_)
            | Self::LongCine(..)
            | Self::ManySlices(..)
            | Self::FileTooLarge(..) => {
                "give only a short-axis stack, or crop or resample the image"
            }
            Self::NotFinite { .. } => "replace NaN and infinite voxels, for example by 0",
            Self::Constant(_) => "the image has no content: check that its export was complete",
            Self::LabelCode { slope, .. } if *slope != 1.0 => {
                return Some(format!(
                    "the file scales its numbers (scl_slope = {slope}): save labels as integers, unscaled"
                ));
            }
            Self::LabelCode { code, .. } if code.is_finite() && code.fract() != 0.0 => {
                "labels are whole numbers: resample a label map by nearest neighbour, and save it as integers"
            }
            Self::LabelCode { .. } => {
                "labels are 0 background, 500 LV pool, 600 RV pool, 200 myocardium, 1220 edema, 2221 scar; or the numbers \
                 of nnU-Net's dataset.json; or, without one, 0 background, 1 LV pool, 2 RV pool, 3 myocardium, 4 edema, \
                 5 scar"
            }
            Self::MixedLabelCodes { .. } => "use one numbering scheme for the whole map",
            Self::AmbiguousLabelCodes { .. } => {
                "use numbers in dataset.json that are not codes of the challenge"
            }
            Self::Dataset(_) => "name the labels background, LV, RV, myocardium, edema and scar",
            Self::Unreadable(_) | Self::NotSmall(..) => return None,
            Self::Offset(..) | Self::Dimensions(_) => {
                "the header is damaged: export or convert the image again"
            }
        };
        Some(hint.into())
    }
}
