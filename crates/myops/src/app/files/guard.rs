//! Where results may not go: over what was read, or among files of another kind.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use myops_image::io::text_of;

use super::error::FolderError;

/// Refuses a folder for results that is one of the inputs, or holds one.
///
/// # Errors
/// Names the folder and the input.
pub fn not_over<P: AsRef<Path>>(
    out: &Path,
    inputs: impl IntoIterator<Item = P>,
) -> Result<(), FolderError> {
    let place = located(out);
    for input in inputs {
        let input = input.as_ref();
        if located(input).starts_with(&place) {
            return refused(out, input);
        }
    }
    Ok(())
}

/// Refuses a folder for results that is one of the input folders or lies in one, or that holds an input file itself.
///
/// # Errors
/// Names the folder and the input.
pub fn not_inside<P: AsRef<Path>>(
    out: &Path,
    inputs: impl IntoIterator<Item = P>,
) -> Result<(), FolderError> {
    let place = located(out);
    for input in inputs {
        let input = input.as_ref();
        let real = located(input);
        let inside = if input.is_dir() {
            place.starts_with(&real)
        } else {
            real.parent() == Some(place.as_path())
        };
        if inside {
            return refused(out, input);
        }
    }
    Ok(())
}

fn refused(out: &Path, input: &Path) -> Result<(), FolderError> {
    Err(FolderError::AmongInput {
        out: out.into(),
        input: input.into(),
    })
}

/// What lies in a folder.
///
/// # Errors
/// Where it cannot be listed.
pub fn entries(folder: &Path) -> Result<Vec<DirEntry>, FolderError> {
    let listed = fs::read_dir(folder).and_then(Iterator::collect);
    listed.map_err(|cause| FolderError::List {
        path: folder.into(),
        cause,
    })
}

/// Refuses a folder that holds anything but what a job itself writes into it.
///
/// # Errors
/// Names the first other file.
pub fn only_ours(
    out: &Path,
    job: &'static str,
    is_ours: impl Fn(&str) -> bool,
) -> Result<(), FolderError> {
    if !out.is_dir() {
        return Ok(());
    }
    let names = entries(out)?
        .into_iter()
        .map(|entry| text_of(&entry.file_name()));
    let mut others = names.filter(|name| !name.starts_with('.') && !is_ours(name));
    match others.next() {
        None => Ok(()),
        Some(name) => Err(FolderError::NotOurs {
            out: out.into(),
            name,
            job,
        }),
    }
}

/// Refuses a folder below that of all results which a symbolic link takes out of it.
///
/// # Errors
/// Names the link.
pub fn stays_inside(out: &Path, folder: &Path) -> Result<(), FolderError> {
    let mut below = folder;
    while below != out && below.starts_with(out) {
        no_link_out(below, out)?;
        below = below.parent().unwrap_or(out);
    }
    Ok(())
}

/// Refuses a folder in which a name that results could have is a link to a file elsewhere.
///
/// # Errors
/// Names the link.
pub fn no_links_out(folder: &Path) -> Result<(), FolderError> {
    for entry in entries(folder)? {
        let path = entry.path();
        if !path.is_dir() {
            no_link_out(&path, folder)?;
        }
    }
    Ok(())
}

fn no_link_out(path: &Path, out: &Path) -> Result<(), FolderError> {
    let is_link = path.symlink_metadata().is_ok_and(|m| m.is_symlink());
    let inside = || {
        path.canonicalize()
            .is_ok_and(|target| target.starts_with(located(out)))
    };
    if is_link && !inside() {
        return Err(FolderError::LinkOut {
            link: path.into(),
            out: out.into(),
        });
    }
    Ok(())
}

/// The way from a folder to a file or folder, `..` where it leads up; the whole path where there is none.
pub fn relative(from: &Path, to: &Path) -> PathBuf {
    let (from, to) = (located(from), located(to));
    let mut up = PathBuf::new();
    for above in from.ancestors() {
        match to.strip_prefix(above) {
            Ok(below) => return up.join(below),
            Err(_) => up.push(".."),
        }
    }
    to
}

/// Where a path leads, symbolic links followed as far as it exists.
fn located(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => {
            let parent = if parent.as_os_str().is_empty() {
                Path::new(".")
            } else {
                parent
            };
            located(parent).join(name)
        }
        _ => std::path::absolute(path).unwrap_or_else(|_| path.into()),
    }
}
