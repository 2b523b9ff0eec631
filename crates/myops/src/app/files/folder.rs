//! Folders that results go into.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use myops_image::io::remove_unfinished;

use super::error::FolderError;
use super::guard;
use super::lock::{Lock, Taken};

/// Makes a folder and those above it, where they are not there yet.
///
/// # Errors
/// Where it cannot be made, or holds a symbolic link to a file elsewhere, which results could be written through.
pub fn make(path: &Path) -> Result<(), FolderError> {
    fs::create_dir_all(path).map_err(|cause| FolderError::Make {
        path: path.into(),
        cause,
    })?;
    guard::no_links_out(path)
}

/// Makes a folder below that of all results, as [`make`] does.
///
/// # Errors
/// As [`make`]; and where a symbolic link leads out of `out`.
pub fn make_inside(out: &Path, path: &Path) -> Result<(), FolderError> {
    guard::stays_inside(out, path)?;
    make(path)
}

/// Removes a file, where it is there.
///
/// # Errors
/// Where it cannot be removed.
pub fn remove_file(path: &Path) -> Result<(), FolderError> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => Err(FolderError::Remove {
            path: path.into(),
            cause,
        }),
        _ => Ok(()),
    }
}

/// Refuses to write a single file into a folder that another program writes into.
///
/// # Errors
/// Where another program does.
pub fn check_free_beside(file: &Path) -> Result<(), FolderError> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    Lock::check_free(folder.unwrap_or(Path::new(".")))
}

/// A folder of results that no other program writes into while this value lives.
#[derive(Debug)]
pub struct OutputFolder {
    path: PathBuf,
    made: bool,
    /// Released before the folder is removed.
    lock: Option<Lock>,
}

/// How deep below a folder of results others lie that this program writes into.
const DEPTH: usize = 2;

impl OutputFolder {
    /// Makes a folder, where it is not there yet, locks it, and removes the temporary files of killed runs.
    ///
    /// # Errors
    /// Where it cannot be made or written to, or another program writes into it.
    pub fn claim(path: impl Into<PathBuf>) -> Result<Self, FolderError> {
        let path = path.into();
        let made = !path.exists();
        make(&path)?;
        let Taken { lock, after_a_kill } = Lock::take(&path)?;
        let folder = Self {
            path,
            made,
            lock: Some(lock),
        };
        remove_unfinished(&folder.path)?;
        if after_a_kill {
            remove_unfinished_below(&folder.path, DEPTH);
        }
        Ok(folder)
    }

    /// Whether nobody else took the folder over since it was claimed.
    pub fn is_ours(&self) -> bool {
        self.lock.as_ref().is_some_and(Lock::names_us)
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        drop(self.lock.take());
        if self.made {
            // Where nothing came of it, it is empty; otherwise it stays.
            let _ = fs::remove_dir(&self.path);
        }
    }
}

/// Removes the temporary files of killed runs in the folders below; those that cannot be listed are not this program's.
fn remove_unfinished_below(folder: &Path, depth: usize) {
    let folders = fs::read_dir(folder).into_iter().flatten().flatten();
    // A link leads out of the folder.
    for entry in folders.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        let _ = remove_unfinished(entry.path());
        if depth > 1 {
            remove_unfinished_below(&entry.path(), depth - 1);
        }
    }
}
