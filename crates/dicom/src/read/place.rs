//! Where the bytes of a DICOM file are: a file, or an entry of a zip archive.

use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use myops_image::io::open_regular;
use zip::ZipArchive;

use super::Flaw;

/// The largest file that is read: ten times a cine of 40 slices and 30 phases in one file.
pub const MAX_FILE_BYTES: u64 = 1 << 30;

/// An open zip archive.
pub type Archive = ZipArchive<BufReader<File>>;

/// Where a file's bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file.
    File(PathBuf),
    /// An entry of a zip archive.
    Entry {
        /// The archive.
        archive: Arc<Path>,
        /// The entry's index.
        index: usize,
        /// The entry's name, which is only printed.
        name: String,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Entry { archive, name, .. } => write!(f, "{}:{name}", archive.display()),
        }
    }
}

impl Place {
    /// All bytes, at most [`MAX_FILE_BYTES`].
    ///
    /// # Errors
    /// [`Flaw::Unreadable`] or [`Flaw::TooLarge`].
    pub fn bytes(&self) -> Result<Vec<u8>, Flaw> {
        Ok(self.first_bytes(MAX_FILE_BYTES, None)?.0)
    }

    /// The first bytes, at most `most`, and whether these are all. An archive that is already open is used.
    ///
    /// # Errors
    /// [`Flaw::Unreadable`], or [`Flaw::TooLarge`] if the file is longer than [`MAX_FILE_BYTES`].
    pub fn first_bytes(
        &self,
        most: u64,
        archive: Option<&mut Archive>,
    ) -> Result<(Vec<u8>, bool), Flaw> {
        match (self, archive) {
            (Self::File(path), _) => {
                let file = open(path)?;
                let length = file.metadata().map_err(unreadable)?.len();
                take(file, length, most)
            }
            (Self::Entry { index, .. }, Some(archive)) => entry(archive, *index, most),
            (Self::Entry { archive, index, .. }, None) => {
                entry(&mut open_archive(archive)?, *index, most)
            }
        }
    }
}

/// Opens a zip archive.
///
/// # Errors
/// [`Flaw::Unreadable`] if it is none.
pub fn open_archive(path: &Path) -> Result<Archive, Flaw> {
    ZipArchive::new(BufReader::new(open(path)?)).map_err(unreadable)
}

fn open(path: &Path) -> Result<File, Flaw> {
    // The path stands before the flaw already.
    open_regular(path).map_err(|error| match error {
        myops_image::io::IoError::Read { cause, .. } => unreadable(cause),
        other => unreadable(other),
    })
}

fn unreadable(cause: impl fmt::Display) -> Flaw {
    Flaw::Unreadable(cause.to_string())
}

fn entry(archive: &mut Archive, index: usize, most: u64) -> Result<(Vec<u8>, bool), Flaw> {
    let entry = archive.by_index(index).map_err(unreadable)?;
    let length = entry.size();
    take(entry, length, most)
}

fn take(from: impl Read, length: u64, most: u64) -> Result<(Vec<u8>, bool), Flaw> {
    if length > MAX_FILE_BYTES {
        return Err(Flaw::TooLarge(length, MAX_FILE_BYTES));
    }
    // An archive may hold more than it says; that is never read.
    let mut bytes = Vec::with_capacity(length.min(most).min(1 << 20) as usize);
    from.take(most.min(length))
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    Ok((bytes, length <= most))
}
