//! Moving finished cases from their folders into the archive of a folder of results.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use myops_image::io::{IoError, open_regular};
use tar::{Builder, Header, HeaderMode};

use super::error::Error;
use super::files::archive::{Archive, BLOCK, NAME};
use super::files::{FolderError, guard};
use super::record::CaseFolder;

/// Moves finished cases from their folders into the archive, one at a time.
#[derive(Debug)]
pub struct Packer {
    path: PathBuf,
    /// Where the next case goes.
    end: Mutex<u64>,
}

impl Packer {
    /// A packer for a folder of results that no other program writes into.
    ///
    /// # Errors
    /// Where the folder holds an archive that cannot be read or is damaged, or that is a link out of it.
    pub fn of(out: &Path) -> Result<Self, FolderError> {
        let path = out.join(NAME);
        guard::stays_inside(out, &path)?;
        let end = Archive::of(out)?.map_or(0, |archive| archive.end());
        Ok(Self {
            path,
            end: Mutex::new(end),
        })
    }

    /// Adds the files of a finished case, and removes its folder when they are on the disk.
    ///
    /// # Errors
    /// Where the record or a file of the case cannot be read, or the archive cannot be written; the case then stays in its
    /// folder.
    pub fn add(&self, folder: &CaseFolder) -> Result<(), Error> {
        let outputs = folder.read_record()?.outputs;
        let files: Vec<PathBuf> = outputs
            .keys()
            .map(|name| folder.output(name))
            .chain([folder.record()])
            .collect();
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        *end = self.append(*end, folder, &files)?;
        folder.remove()
    }

    /// Adds every finished case that `myops segment` left in a folder of its own, and removes what a killed run left of the folder
    /// of a case that is in the archive. Cases with missing files stay, to be segmented again.
    ///
    /// # Errors
    /// As for [`Self::add`], and where the folder of results cannot be listed.
    pub fn add_all(&self, out: &Path) -> Result<(), Error> {
        let archive = Archive::of(out)?;
        let is_packed = |case: &str| archive.as_ref().is_some_and(|archive| archive.holds(case));
        let entries = guard::entries(out)?
            .into_iter()
            .filter(|entry| entry.path().is_dir());
        for case in entries.filter_map(|entry| entry.file_name().into_string().ok()) {
            let folder = CaseFolder::of(out, &case);
            if folder.is_whole() {
                self.add(&folder)?;
            } else if is_packed(&case) && !folder.record().exists() {
                folder.remove()?;
            }
        }
        Ok(())
    }

    /// Writes files after the last case; gives the new end. What a killed run left there is cut off.
    fn append(&self, end: u64, folder: &CaseFolder, files: &[PathBuf]) -> Result<u64, IoError> {
        let failed = |cause| IoError::Write {
            path: self.path.clone(),
            cause,
        };
        let open = || {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(false);
            let mut archive = options.open(&self.path)?;
            archive.set_len(end)?;
            archive.seek(SeekFrom::Start(end))?;
            Ok(archive)
        };
        let archive = open().map_err(failed)?;
        let written = write(&archive, folder, files, failed);
        if written.is_err() {
            // The error that led here is the one to report.
            let _ = archive.set_len(end);
        }
        written
    }
}

/// Writes the files of a case and the end of the archive; gives where the latter starts.
fn write(
    mut archive: &File,
    folder: &CaseFolder,
    files: &[PathBuf],
    failed: impl Fn(io::Error) -> IoError,
) -> Result<u64, IoError> {
    let mut tar = Builder::new(BufWriter::new(archive));
    for path in files {
        let mut file = open_regular(path)?;
        let mut header = header(&file).map_err(&failed)?;
        let added = tar.append_data(&mut header, folder.relative(path), &mut file);
        added.map_err(&failed)?;
    }
    let finish = || {
        tar.into_inner()?.flush()?;
        archive.sync_data()?;
        archive.stream_position()
    };
    finish().map(|end| end - 2 * BLOCK).map_err(failed)
}

/// The header of a member: size and time of a file, and no owner.
fn header(file: &File) -> io::Result<Header> {
    let metadata = file.metadata()?;
    let mut header = Header::new_gnu();
    header.set_metadata_in_mode(&metadata, HeaderMode::Deterministic);
    let modified = metadata.modified()?.duration_since(UNIX_EPOCH);
    header.set_mtime(modified.unwrap_or_default().as_secs());
    Ok(header)
}
