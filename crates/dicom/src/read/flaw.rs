//! What is wrong with a DICOM file.

use dicom_object::Tag;
use myops_image::geometry::GeometryError;
use myops_image::io::{MAX_AXIS, MAX_VOXELS};

/// What is wrong with the content of a DICOM file. Its text never holds a value that could tell who was examined.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// The file is something else.
    #[error("not a DICOM file")]
    NotDicom,
    /// The file lists others.
    #[error("a DICOMDIR, which lists files and holds no image")]
    Directory,
    /// The system refused to read it.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// It is longer than is read.
    #[error("file of {0} bytes too large: at most {1}")]
    TooLarge(u64, u64),
    /// Its encoding is not known.
    #[error("transfer syntax {0} is not supported")]
    Syntax(String),
    /// An element ends beyond the file.
    #[error("truncated: element {tag} has {length} bytes, {left} are left")]
    Truncated {
        /// The element.
        tag: Tag,
        /// Its length, bytes.
        length: u64,
        /// The bytes after its beginning.
        left: u64,
    },
    /// The file ends within a sequence.
    #[error("truncated: it ends within a sequence")]
    OpenSequence,
    /// It has more elements than are read.
    #[error("more than {0} elements")]
    ManyElements(usize),
    /// Its sequences are nested more deeply than is read.
    #[error("sequences nested more than {0} deep")]
    Nested(usize),
    /// Its elements cannot be told apart.
    #[error("damaged: its elements cannot be read")]
    Damaged,
    /// It is no image of magnetic resonance.
    #[error("no MR image (modality {modality}, SOP class {class})")]
    NotMr {
        /// The modality, or "unknown".
        modality: String,
        /// The SOP Class UID, or "unknown".
        class: String,
    },
    /// A necessary attribute is missing.
    #[error("attribute {0} is missing or no such value")]
    Missing(&'static str),
    /// An attribute has a value that is not supported.
    #[error("{attribute} = {value}: {need}")]
    Value {
        /// The attribute's keyword.
        attribute: &'static str,
        /// Its value.
        value: String,
        /// The values that are supported.
        need: &'static str,
    },
    /// The image is larger than is read.
    #[error(
        "{columns} x {rows} pixels and {frames} frames out of range: at most {MAX_AXIS} columns or rows, and {MAX_VOXELS} \
         pixels in a frame"
    )]
    Size {
        /// Columns.
        columns: u64,
        /// Rows.
        rows: u64,
        /// Frames.
        frames: u64,
    },
    /// There are several frames and nothing says where each lies.
    #[error("{0} frames without functional groups, which say where each lies")]
    NoGroups(u64),
    /// There is no pixel data.
    #[error("no pixel data")]
    NoPixels,
    /// The pixel data end early.
    #[error("truncated pixel data: {found} of {expected} bytes")]
    ShortPixels {
        /// The bytes that there are.
        found: u64,
        /// Rows x Columns x frames x bytes of a pixel.
        expected: u64,
    },
    /// It is not clear which fragment belongs to which frame.
    #[error(
        "{fragments} fragments of compressed pixels for {frames} frames, without a table of offsets"
    )]
    Fragments {
        /// Fragments.
        fragments: usize,
        /// Frames.
        frames: u32,
    },
    /// There is no such frame.
    #[error("no frame {0}: there are {1}")]
    NoFrame(u32, u32),
    /// The compressed pixels are damaged.
    #[error("damaged {codec} pixels: {problem}")]
    Pixels {
        /// The compression.
        codec: &'static str,
        /// The decoder's reason.
        problem: String,
    },
    /// The position or spacing is no geometry.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
    /// The file is not the one that was there when the folder was searched.
    #[error("changed since the folder was searched")]
    Changed,
}
