//! Reading small files, up to a bound.

use std::fs::{self, File};
use std::io::{Error, ErrorKind, Read};
use std::path::Path;

use super::error::{Flaw, IoError};

/// The largest settings file, list or description, bytes: about ten times the list of 50,000 cases.
const MAX_SMALL_BYTES: u64 = 1 << 26;

/// Opens a regular file. Devices and pipes are refused, because reading them may never end, and so
/// are folders.
///
/// # Errors
/// [`IoError::Read`] if it is not a regular file, or cannot be opened.
pub fn open_regular(path: impl AsRef<Path>) -> Result<File, IoError> {
    let path = path.as_ref();
    let open = || {
        // Opening a pipe without a writer would block, so the file type is checked first.
        let kind = fs::metadata(path)?;
        if kind.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        if !kind.is_file() {
            return Err(Error::other("not a regular file"));
        }
        File::open(path)
    };
    open().map_err(|cause| IoError::Read {
        path: path.into(),
        cause,
    })
}

/// Whether a path leads to an open file; `None` where the system cannot tell.
#[cfg(unix)]
pub fn leads_to(path: &Path, file: &File) -> Option<bool> {
    use std::os::unix::fs::MetadataExt;
    let same = |a: fs::Metadata, b: fs::Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
    let open = file.metadata();
    Some(open.is_ok_and(|open| fs::metadata(path).is_ok_and(|there| same(open, there))))
}

/// Whether a path leads to an open file; `None` where the system cannot tell.
#[cfg(not(unix))]
pub fn leads_to(_: &Path, _: &File) -> Option<bool> {
    None
}

/// Reads a file of at most 64 MiB.
///
/// # Errors
/// [`IoError::Read`] if it is not a regular file or cannot be read; [`Flaw::NotSmall`] if it is
/// longer.
pub fn read_small(path: impl AsRef<Path>) -> Result<Vec<u8>, IoError> {
    read_bounded(path.as_ref(), MAX_SMALL_BYTES)
}

/// Reads a file of at most `most_bytes` bytes.
///
/// # Errors
/// As for [`read_small`].
pub fn read_bounded(path: impl AsRef<Path>, most_bytes: u64) -> Result<Vec<u8>, IoError> {
    let path = path.as_ref();
    let read_error = |cause| IoError::Read {
        path: path.into(),
        cause,
    };
    let file = open_regular(path)?;
    let length = file.metadata().map_err(read_error)?.len();
    let mut bytes = Vec::new();
    if length <= most_bytes {
        // A file may grow while it is read, and virtual files of the system report no length.
        file.take(most_bytes + 1)
            .read_to_end(&mut bytes)
            .map_err(read_error)?;
    }
    match length.max(bytes.len() as u64) {
        found if found > most_bytes => Err(IoError::file(path, Flaw::NotSmall(found, most_bytes))),
        _ => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_the_bound() {
        let path = std::env::temp_dir().join(format!("myops-small-{}", std::process::id()));
        fs::write(&path, b"12345").unwrap();
        assert_eq!(read_bounded(&path, 5).unwrap(), b"12345");
        let error = read_bounded(&path, 4).unwrap_err().to_string();
        assert!(
            error.ends_with("file of 5 bytes too large: at most 4"),
            "{error}"
        );
        fs::remove_file(&path).unwrap();
    }

    #[test]
    #[cfg(unix)]
    fn what_has_no_end_is_not_read() {
        let error = read_small("/dev/zero").unwrap_err().to_string();
        assert_eq!(error, "/dev/zero: cannot be read: not a regular file");
        let error = read_small(std::env::temp_dir()).unwrap_err().to_string();
        assert!(error.ends_with("cannot be read: is a directory"), "{error}");
    }
}
