//! Errors of files and folders: each is one line with path, value and bound.

use std::path::{Path, PathBuf};

use crate::geometry::GeometryError;
use crate::sequence::Sequence;
use crate::study::StudyError;

use super::limits::{MAX_AXIS, MAX_CINE_VOXELS, MAX_DEPTH, MAX_PHASES, MAX_VOXELS};
use super::passed_over::PassedOver;
use super::table_flaw::TableFlaw;

/// Why reading, finding or writing failed. The text is complete and includes the cause.
#[derive(Debug, thiserror::Error)]
pub enum IoError {
    /// The operating system refused to read a file or folder.
    #[error("{}: cannot be read: {cause}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The error of the system.
        cause: std::io::Error,
    },
    /// The operating system refused to write a file.
    #[error("{}: cannot be written: {cause}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        cause: std::io::Error,
    },
    /// A file was read, and its content is invalid.
    #[error("{}: {flaw}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        flaw: Box<Flaw>,
    },
    /// The images of a case cannot be brought together. Files are named by their paths.
    #[error(transparent)]
    Study(StudyError),
    /// A volume is not on the grid with which it would be written.
    #[error("{}: cannot be written: {problem}", path.display())]
    Misplaced {
        /// The file.
        path: PathBuf,
        /// How the grid of the volume differs from the placement.
        problem: StudyError,
    },
    /// A case lacks a required sequence.
    #[error("case {id} has no {sequence}: expected {expected} in {}", folder.display())]
    MissingSequence {
        /// The case.
        id: String,
        /// The sequence.
        sequence: Sequence,
        /// The expected file names.
        expected: String,
        /// The folder that was searched.
        folder: PathBuf,
    },
    /// There is no case at the path.
    #[error(
        "{}: no case found{seen}; looked for ID_{{C0,LGE,T2}}.nii.gz (DE for LGE, .nii too), for ID_000{{0,1,2}}.nii.gz in \
         imagesTr and imagesTs, and for names that tell cine or bSSFP, LGE or PSIR, and T2, up to {MAX_DEPTH} folders \
         deep{}",
        path.display(),
        and_found(passed_over)
    )]
    NoCase {
        /// The path.
        path: PathBuf,
        /// The images of other formats and names that are there, in words.
        seen: String,
        /// Advice on what to do with them.
        advice: &'static str,
        /// The files of images and labels that were ignored.
        passed_over: Vec<PassedOver>,
    },
    /// A case has two files for the same image.
    #[error("case {id} has two files for {what}: {} and {}", first.display(), second.display())]
    TwoFiles {
        /// The case.
        id: String,
        /// The sequence, or "reference labels".
        what: &'static str,
        /// One file.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// One file is given for two images.
    #[error("{}: given for {first} and for {second}", path.display())]
    SameFile {
        /// The file.
        path: PathBuf,
        /// One sequence, or "reference labels".
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// A table of cases cannot be used.
    #[error("{}: {flaw}", path.display())]
    Table {
        /// The table.
        path: PathBuf,
        /// What is wrong with it.
        flaw: TableFlaw,
    },
    /// A folder holds more folders than are searched.
    #[error("{}: more than {most} folders in it: give one nearer to the cases", path.display())]
    ManyFolders {
        /// The folder.
        path: PathBuf,
        /// The largest number.
        most: usize,
    },
    /// A case's name cannot be the name of a folder for its results.
    #[error("case name \"{id}\" cannot be used: {problem}")]
    UnusableId {
        /// The name, with control characters escaped.
        id: String,
        /// The reason.
        problem: &'static str,
    },
    /// Two folders hold a case of the same name.
    #[error("duplicate case {id}: in {} and in {}", first.display(), second.display())]
    DuplicateId {
        /// The case.
        id: String,
        /// One folder.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
}

/// What is wrong with the content of a file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Flaw {
    /// The file has no NIfTI header.
    #[error("not a NIfTI file: no NIfTI-1 or NIfTI-2 header at its start")]
    NotNifti,
    /// The header belongs to a pair of header and data files.
    #[error("header of a .hdr/.img pair: only single-file NIfTI (.nii, .nii.gz) is supported")]
    Pair,
    /// An uncompressed file ends too early.
    #[error("truncated: {found} of {expected} bytes")]
    Truncated {
        /// The number of bytes according to the header: header, extensions and voxel data.
        expected: u64,
        /// The number of bytes of the file.
        found: u64,
    },
    /// The compressed data end too early.
    #[error("truncated gzip: {found} of {expected} uncompressed bytes")]
    TruncatedGzip {
        /// The number of uncompressed bytes according to the header.
        expected: u64,
        /// The number of bytes decompressed before the end.
        found: u64,
    },
    /// The operating system refused to read the file to its end.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// The compressed data are damaged.
    #[error("damaged gzip: {0}")]
    Gzip(String),
    /// The voxel data would begin within the header.
    #[error(
        "header field vox_offset = {0} out of range: need 0, or at least the length of the header ({1})"
    )]
    Offset(f64, u64),
    /// The voxel type has not one number per voxel.
    #[error(
        "data type {0}: need an integer or floating-point type (2, 4, 8, 16, 64, 256, 512, 768, 1024 or 1280)"
    )]
    DataType(i16),
    /// The number of axes, or of voxels along one of them, is invalid.
    #[error("header field dim = {0:?}: need 2 to 7 axes with at least one voxel each")]
    Dimensions(Vec<i64>),
    /// There is more than one volume.
    #[error(
        "{count} volumes, need one: header field dim = {0:?}, need length 1 on all axes after the third",
        count = .0.iter().skip(3).fold(1_i64, |product, n| product.saturating_mul(*n))
    )]
    ManyVolumes(Vec<i64>),
    /// A cine has more phases or more voxels than are read.
    #[error(
        "cine of {0} phases with {1} voxels in total out of range: at most {MAX_PHASES} phases and {MAX_CINE_VOXELS} voxels"
    )]
    LongCine(u64, u64),
    /// A cine has no phase of this number.
    #[error("phase {phase} out of range: the file has {phases}")]
    NoPhase {
        /// The phase that was asked for, counted from 1.
        phase: usize,
        /// The number of phases.
        phases: usize,
    },
    /// There are more voxels than are read.
    #[error(
        "{0:?} voxels out of range: at most {MAX_AXIS} along an axis and {MAX_VOXELS} in total"
    )]
    TooLarge([u64; 3]),
    /// There are more slices than are read.
    #[error("{0} slices out of range: at most {1}")]
    ManySlices(usize, usize),
    /// An image file is longer than is read.
    #[error("file of {0} bytes too large: at most {1}")]
    FileTooLarge(u64, u64),
    /// A settings file, list or record is longer than is read.
    #[error("file of {0} bytes too large: at most {1}")]
    NotSmall(u64, u64),
    /// The quaternion of the q-form is longer than 1, or not a number.
    #[error("q-form quaternion (b, c, d) = {0:?}: its length must not exceed 1")]
    Quaternion([f32; 3]),
    /// The s-form and the spacing define different voxel sizes.
    #[error(
        "voxel size is {sform:?} mm by the s-form and {pixdim:?} mm by pixdim (bound: 1 % or 0.01 mm for each side)"
    )]
    Spacings {
        /// The lengths of the s-form's columns, mm.
        sform: [f64; 3],
        /// The spacing, which the q-form uses too, mm.
        pixdim: [f64; 3],
    },
    /// The s-form and a q-form with the same code place voxels differently.
    #[error(
        "s-form and q-form, both with code {code}, differ by {distance_mm:.1} mm in the position of a voxel (bound {bound_mm} mm)"
    )]
    Forms {
        /// The code of both, which names their coordinate system.
        code: i16,
        /// The distance at the worst corner, mm.
        distance_mm: f64,
        /// The largest distance allowed, mm.
        bound_mm: f64,
    },
    /// The spacing or the affine is invalid.
    #[error(transparent)]
    Geometry(GeometryError),
    /// Voxels are NaN or infinite.
    #[error("{count} voxels are NaN or infinite, the first at {first:?}")]
    NotFinite {
        /// The number of such voxels.
        count: usize,
        /// The first of them, `[i, j, k]`.
        first: [usize; 3],
    },
    /// All voxels have one value.
    #[error("constant image: every voxel is {0}")]
    Constant(f32),
    /// A number in a label map is no code of a label.
    #[error("unknown label code {code} at voxel {voxel:?}: need one of {known}")]
    LabelCode {
        /// The number.
        code: f64,
        /// The first voxel with it, `[i, j, k]`.
        voxel: [usize; 3],
        /// The numbers that are codes of labels.
        known: String,
        /// The factor (`scl_slope`) of stored numbers; 1 for none.
        slope: f64,
    },
    /// The numbers of a label map belong to different numbering schemes.
    #[error(
        "mixed label codes: {code} at voxel {voxel:?} belongs to another numbering scheme than the codes before it"
    )]
    MixedLabelCodes {
        /// A number that is not in the scheme of those before it.
        code: f64,
        /// The first voxel that holds it, `[i, j, k]`.
        voxel: [usize; 3],
    },
    /// The numbers of a label map are ambiguous.
    #[error(
        "ambiguous label code {code} at voxel {voxel:?}: the challenge and dataset.json assign different labels to it"
    )]
    AmbiguousLabelCodes {
        /// The number.
        code: f64,
        /// The first voxel that holds it, `[i, j, k]`.
        voxel: [usize; 3],
    },
    /// An nnU-Net `dataset.json` is invalid.
    #[error("invalid nnU-Net dataset description: {0}")]
    Dataset(String),
}

/// The ignored files, for the end of the message that no case was found.
fn and_found(passed_over: &[PassedOver]) -> String {
    if passed_over.is_empty() {
        String::new()
    } else {
        format!("; passed over {}", listed(passed_over))
    }
}

/// A list of files that were passed over: the first five with the reasons, and the number of others.
pub fn listed(files: &[PassedOver]) -> String {
    const TOLD: usize = 5;
    let mut names: Vec<String> = files.iter().take(TOLD).map(ToString::to_string).collect();
    if files.len() > TOLD {
        names.push(format!("and {} more", files.len() - TOLD));
    }
    names.join(", ")
}

impl IoError {
    pub(super) fn file(path: &Path, flaw: Flaw) -> Self {
        Self::File {
            path: path.into(),
            flaw: Box::new(flaw),
        }
    }

    /// Whether a file was refused because it holds several volumes.
    pub(super) fn is_of_many_volumes(&self) -> bool {
        matches!(self, Self::File { flaw, .. } if matches!(**flaw, Flaw::ManyVolumes(_)))
    }
}
