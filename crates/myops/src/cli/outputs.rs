//! Where results may not go: over what was read, or over files of another kind.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use myops_image::io::text_of;

use crate::failure::WithHint;
use crate::models;

const ELSEWHERE: &str = "--out writes the results elsewhere";

/// Refuses a folder for results that is one of the inputs, or holds one.
///
/// # Errors
/// Names the folder and the input.
pub fn not_over<P: AsRef<Path>>(out: &Path, inputs: impl IntoIterator<Item = P>) -> Result<()> {
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
pub fn not_inside<P: AsRef<Path>>(out: &Path, inputs: impl IntoIterator<Item = P>) -> Result<()> {
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

fn refused(out: &Path, input: &Path) -> Result<()> {
    let error = anyhow::anyhow!(
        "{}: results would be written among the input {}",
        out.display(),
        input.display()
    );
    Err(error).hint(|| ELSEWHERE.into())
}

/// Refuses to write a model over a file that was read or that holds no networks.
///
/// # Errors
/// Names the file.
pub fn replaceable_model<P: AsRef<Path>>(
    out: &Path,
    inputs: impl IntoIterator<Item = P>,
) -> Result<()> {
    for input in inputs {
        if same_file::is_same_file(out, input.as_ref()).unwrap_or(false) {
            bail!(
                "{}: one of the files read, so it is not written over",
                out.display()
            );
        }
    }
    if out.is_dir() || out.exists() && models::read_file(out).is_err() {
        bail!(
            "{}: is there and holds no networks, so it is not written over",
            out.display()
        );
    }
    Ok(())
}

/// Refuses a folder that holds anything but what the command itself writes into it.
///
/// # Errors
/// Names the first other file.
pub fn only_ours(out: &Path, command: &str, is_ours: impl Fn(&str) -> bool) -> Result<()> {
    if !out.is_dir() {
        return Ok(());
    }
    for entry in
        std::fs::read_dir(out).with_context(|| format!("{}: cannot be listed", out.display()))?
    {
        let name = text_of(&entry?.file_name());
        if !name.starts_with('.') && !is_ours(&name) {
            let error = anyhow::anyhow!(
                "{}: holds {name}, which myops {command} did not write",
                out.display()
            );
            return Err(error).hint(|| ELSEWHERE.into());
        }
    }
    Ok(())
}

/// Refuses a folder below that of all results which a symbolic link takes out of it.
///
/// # Errors
/// Names the link.
pub fn stays_inside(out: &Path, folder: &Path) -> Result<()> {
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
pub fn no_links_out(folder: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder)
        .with_context(|| format!("{}: cannot be listed", folder.display()))?
    {
        let path = entry?.path();
        if !path.is_dir() {
            no_link_out(&path, folder)?;
        }
    }
    Ok(())
}

fn no_link_out(path: &Path, out: &Path) -> Result<()> {
    let is_link = path.symlink_metadata().is_ok_and(|m| m.is_symlink());
    let inside = || {
        path.canonicalize()
            .is_ok_and(|target| target.starts_with(located(out)))
    };
    if is_link && !inside() {
        let error = anyhow::anyhow!(
            "{}: a symbolic link out of {}",
            path.display(),
            out.display()
        );
        return Err(error).hint(|| {
            "results stay in their folder: remove the link, or give another --out".into()
        });
    }
    Ok(())
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
