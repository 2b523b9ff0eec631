//! All files below some paths, and the entries of zip archives.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use myops_image::io::ends_in;
use walkdir::WalkDir;

use crate::error::DicomError;
use crate::read::{Place, open_archive};

/// The most files that are searched.
const MAX_FILES: usize = 200_000;
/// The deepest folder.
const MAX_DEPTH: usize = 64;
/// How a zip archive begins.
const ZIP: &[u8] = b"PK\x03\x04";

/// The files below some paths, sorted by their names.
///
/// # Errors
/// [`DicomError`] if a path cannot be read, or there are too many files.
pub fn places(paths: &[&Path]) -> Result<Vec<Place>, DicomError> {
    let mut places = Vec::new();
    for path in paths {
        let kind = fs::metadata(path).map_err(|cause| search(path, &cause))?;
        if !kind.is_dir() {
            add(path, &mut places)?;
            continue;
        }
        let walk = WalkDir::new(path).follow_links(true).max_depth(MAX_DEPTH);
        for entry in walk.sort_by_file_name() {
            match entry {
                Ok(entry) if entry.file_type().is_file() => add(entry.path(), &mut places)?,
                Ok(_) => {}
                // Links in a circle, and folders that were removed meanwhile, hold nothing; others would be missed.
                Err(error) if error.loop_ancestor().is_some() => {}
                Err(error) => {
                    let at = error.path().unwrap_or(path);
                    return Err(search(at, &error));
                }
            }
        }
    }
    Ok(places)
}

fn search(path: &Path, cause: &dyn std::error::Error) -> DicomError {
    DicomError::Search {
        path: path.into(),
        cause: cause.to_string(),
    }
}

/// Adds a file, or what is in an archive. A file that cannot be opened is told of later, with those that are passed over.
fn add(path: &Path, places: &mut Vec<Place>) -> Result<(), DicomError> {
    if is_zip(path)
        && let Ok(archive) = open_archive(path)
    {
        let shared: Arc<Path> = path.into();
        if places.len().saturating_add(archive.len()) > MAX_FILES {
            return Err(DicomError::ManyFiles(MAX_FILES));
        }
        let names = archive.file_names_raw();
        for (index, name) in names.enumerate() {
            let name = String::from_utf8_lossy(name).replace(char::is_control, " ");
            if !name.ends_with('/') {
                places.push(Place::Entry {
                    archive: shared.clone(),
                    index,
                    name,
                });
            }
        }
        return Ok(());
    }
    if places.len() >= MAX_FILES {
        return Err(DicomError::ManyFiles(MAX_FILES));
    }
    places.push(Place::File(path.into()));
    Ok(())
}

/// Whether a file is called and begins as a zip archive. Documents of other programs begin so too.
fn is_zip(path: &Path) -> bool {
    let mut first = [0; ZIP.len()];
    ends_in(path, "zip")
        && path.is_file()
        && File::open(path)
            .and_then(|mut file| file.read_exact(&mut first))
            .is_ok()
        && first == ZIP
}
