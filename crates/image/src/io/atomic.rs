//! Atomic writing of files.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::error::IoError;
use super::small::leads_to;

/// The size of the write buffer.
const BUFFER_BYTES: usize = 1 << 16;

/// Writes a file atomically: it appears complete or not at all.
///
/// `write` writes to a temporary file in the same folder, which is renamed to `path` when all of it
/// is on the disk. On failure it is removed, and an existing file at `path` is unchanged. Symbolic
/// links are followed.
///
/// # Errors
/// [`IoError::Write`] if the folder does not exist or is not writable, if `path` is a folder or a
/// device, if the disk is full, or if `write` fails.
pub fn write_whole(
    path: impl AsRef<Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), IoError> {
    let path = path.as_ref();
    let mut file = WholeFile::create(path)?;
    write(&mut file).map_err(|cause| IoError::Write {
        path: path.into(),
        cause,
    })?;
    file.finish()
}

/// A file in the making, for what is written piece by piece: as with [`write_whole`], it appears
/// complete when it is [finished](Self::finish), or not at all.
#[derive(Debug)]
pub struct WholeFile {
    path: PathBuf,
    target: PathBuf,
    file: BufWriter<File>,
    temporary: Temporary,
}

impl WholeFile {
    /// Opens the temporary file that will become `path`.
    ///
    /// # Errors
    /// [`IoError::Write`] if the folder does not exist or is not writable, or if `path` is a folder
    /// or a device.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, IoError> {
        let path = path.as_ref();
        let open = || {
            let target = match fs::metadata(path) {
                Ok(there) if there.is_dir() => return Err(ErrorKind::IsADirectory.into()),
                Ok(there) if !there.is_file() => {
                    return Err(io::Error::other("not a regular file"));
                }
                Ok(_) => fs::canonicalize(path)?,
                Err(_) => path.into(),
            };
            let (temporary, file) = Temporary::beside(&target)?;
            Ok(Self {
                path: path.into(),
                target,
                file: BufWriter::with_capacity(BUFFER_BYTES, file),
                temporary,
            })
        };
        open().map_err(|cause| IoError::Write {
            path: path.into(),
            cause,
        })
    }

    /// Puts the file in its place when all of it is on the disk.
    ///
    /// # Errors
    /// [`IoError::Write`] if the disk is full or the file cannot be renamed.
    pub fn finish(self) -> Result<(), IoError> {
        let Self {
            path,
            target,
            file,
            temporary,
        } = self;
        let finish = || {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            temporary.rename(&file, &target)
        };
        finish().map_err(|cause| IoError::Write { path, cause })
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Removes temporary files that interrupted processes left in a folder. Files that a process is
/// still writing are locked and kept, also those of other machines whose file locks are visible
/// here.
///
/// # Errors
/// [`IoError::Read`] if the folder cannot be listed; [`IoError::Write`] if a file cannot be
/// removed.
pub fn remove_unfinished(folder: impl AsRef<Path>) -> Result<(), IoError> {
    let read = |cause| IoError::Read {
        path: folder.as_ref().into(),
        cause,
    };
    for entry in fs::read_dir(&folder).map_err(read)? {
        let entry = entry.map_err(read)?;
        let name = entry.file_name();
        let ours = name
            .to_str()
            .is_some_and(|n| n.starts_with(TEMPORARY.0) && n.ends_with(TEMPORARY.1));
        if ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            remove_abandoned(&entry.path()).map_err(|cause| IoError::Write {
                path: entry.path(),
                cause,
            })?;
        }
    }
    Ok(())
}

/// The start and end of the names of temporary files; a random number is between them.
const TEMPORARY: (&str, &str) = (".myops-", ".tmp");

fn remove_abandoned(path: &Path) -> io::Result<()> {
    let gone = |error: &io::Error| error.kind() == ErrorKind::NotFound;
    let file = match OpenOptions::new().write(true).open(path) {
        Err(error) if gone(&error) => return Ok(()),
        opened => opened?,
    };
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        return Ok(());
    }
    match fs::remove_file(path) {
        Err(error) if !gone(&error) => Err(error),
        _ => Ok(()),
    }
}

/// A file that is removed when it goes out of scope, unless it was renamed.
#[derive(Debug)]
struct Temporary {
    path: PathBuf,
    renamed: bool,
}

impl Temporary {
    /// Creates a hidden file with a new name in the folder of `target`, and locks it if the file
    /// system has locks: see [`remove_unfinished`].
    fn beside(target: &Path) -> io::Result<(Self, File)> {
        target.file_name().ok_or(ErrorKind::InvalidFilename)?;
        loop {
            // The standard library seeds its hashers at random on every platform.
            let number = RandomState::new().build_hasher().finish();
            let name = format!("{}{number:016x}{}", TEMPORARY.0, TEMPORARY.1);
            let path = target.with_file_name(name);
            let file = match OpenOptions::new().write(true).create_new(true).open(&path) {
                Err(e) if e.kind() == ErrorKind::AlreadyExists => continue,
                opened => opened?,
            };
            // Another process may have removed the file before it was locked.
            let taken = matches!(file.try_lock(), Err(TryLockError::WouldBlock)) || !path.exists();
            if !taken {
                return Ok((
                    Self {
                        path,
                        renamed: false,
                    },
                    file,
                ));
            }
        }
    }

    /// Gives the file its name. A network file system that lost the answer renames once more, and says that the file is not
    /// there: it is where it was to go.
    fn rename(mut self, file: &File, target: &Path) -> io::Result<()> {
        match fs::rename(&self.path, target) {
            Err(error)
                if error.kind() == ErrorKind::NotFound && leads_to(target, file) == Some(true) => {}
            renamed => renamed?,
        }
        self.renamed = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.renamed {
            // The error that led here is the one to report.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_with_all_its_bytes_and_replaces_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        for text in ["first", "second"] {
            write_whole(&path, |w| w.write_all(text.as_bytes())).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(files(folder.path()), ["a.txt"]);
    }

    #[test]
    fn a_failure_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "old").unwrap();
        let error = write_whole(&path, |w| {
            w.write_all(b"half")?;
            Err(io::Error::other("the pen broke"))
        });
        let expected = format!("{}: cannot be written: the pen broke", path.display());
        assert_eq!(error.unwrap_err().to_string(), expected);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(files(folder.path()), ["a.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_was_renamed_without_an_answer_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a.txt"), folder.path().join("b.txt"));
        let mut file = WholeFile::create(&path).unwrap();
        file.write_all(b"whole").unwrap();
        fs::rename(&file.temporary.path, &path).unwrap();
        file.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole");
        // Lost to somebody else, it is an error.
        let file = WholeFile::create(&path).unwrap();
        fs::rename(&file.temporary.path, &other).unwrap();
        assert!(file.finish().is_err());
    }

    #[test]
    fn what_a_killed_process_left_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        // The first was left by version 0.1.0 in a process of the number that this one has: in a container every first
        // process has the same.
        let left = [
            &format!(".myops-{}-0.tmp", std::process::id()),
            ".myops-0123456789abcdef.tmp",
        ];
        let others = [".hidden.tmp", "a.txt", "myops-1-1.tmp"];
        left.into_iter()
            .chain(others)
            .for_each(|name| fs::write(folder.path().join(name), "x").unwrap());
        fs::create_dir(folder.path().join(".myops-folder.tmp")).unwrap();
        remove_unfinished(folder.path()).unwrap();
        assert_eq!(
            files(folder.path()),
            [".hidden.tmp", ".myops-folder.tmp", "a.txt", "myops-1-1.tmp"]
        );
    }

    #[test]
    fn what_is_being_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write_whole(&path, |w| {
            remove_unfinished(folder.path()).unwrap();
            w.write_all(b"whole")
        })
        .unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole");
        assert_eq!(files(folder.path()), ["a.txt"]);
    }

    #[test]
    fn a_panic_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let caught = std::panic::catch_unwind(|| write_whole(&path, |_| panic!("a bug")));
        assert!(caught.is_err() && files(folder.path()).is_empty());
    }

    #[test]
    fn a_folder_and_a_missing_folder_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let text = |path: &Path| write_whole(path, |_| Ok(())).unwrap_err().to_string();
        assert_eq!(
            text(folder.path()),
            format!(
                "{}: cannot be written: is a directory",
                folder.path().display()
            )
        );
        assert!(text(&folder.path().join("no/a.txt")).contains("cannot be written: No such file"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_device_stays_a_device() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write_whole(&link, |w| w.write_all(b"new")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert!(write_whole("/dev/null", |_| Ok(())).is_err());
    }
}
