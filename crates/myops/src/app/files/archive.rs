//! Results of many cases in one file, for file systems that bound the number of files: a tar archive.
//!
//! The files of a case follow one another under the paths that they have in a folder of results, its record last, and replace
//! those that came before. A run that is killed leaves at most one case cut short at the end of the file, without its record:
//! it counts as none, and the next run cuts it off.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use myops_image::io::{IoError, open_regular};

use super::error::FolderError;
use super::fingerprint::Fingerprint;

/// The name of the archive in a folder of results.
pub const NAME: &str = "cases.tar";
/// Everything in a tar archive takes whole blocks.
pub const BLOCK: u64 = 512;
/// The longest start of a member that may be cut short: its header, and a long name with a header of its own.
const LONGEST_START: u64 = 8 * BLOCK;
/// The longest file that is read from an archive.
const MAX_BYTES: u64 = 1 << 28;

/// The finished cases in an archive.
#[derive(Debug)]
pub struct Archive {
    path: PathBuf,
    /// The files of each case, by their names.
    cases: BTreeMap<String, BTreeMap<String, Part>>,
    /// Where the last case ends.
    end: u64,
}

/// The bytes of a file in the archive.
#[derive(Debug, Clone, Copy)]
struct Part {
    at: u64,
    bytes: u64,
}

impl Part {
    /// Where the next member starts.
    fn next(self) -> u64 {
        self.at
            .saturating_add(self.bytes.div_ceil(BLOCK).saturating_mul(BLOCK))
    }
}

impl Archive {
    /// The archive of a folder of results; `None` where there is none.
    ///
    /// # Errors
    /// Where it cannot be read, or is damaged.
    pub fn of(out: &Path) -> Result<Option<Self>, FolderError> {
        let path = out.join(NAME);
        path.exists().then(|| Self::open(path)).transpose()
    }

    /// The archive at a path. Only the headers of its members are read.
    ///
    /// # Errors
    /// Where it cannot be read, or is damaged.
    pub fn open(path: PathBuf) -> Result<Self, FolderError> {
        let file = open_regular(&path)?;
        let mut archive = Self {
            path,
            cases: BTreeMap::new(),
            end: 0,
        };
        match archive.scan(file) {
            Ok(()) => Ok(archive),
            Err(cause) => Err(FolderError::DamagedArchive {
                path: archive.path,
                cases: archive.cases.len(),
                cause,
            }),
        }
    }

    fn scan(&mut self, file: File) -> io::Result<()> {
        let length = file.metadata()?.len();
        let mut tar = tar::Archive::new(file);
        let (mut case, mut parts, mut next) = (String::new(), BTreeMap::new(), 0);
        for entry in tar.entries_with_seek()? {
            let entry = match entry {
                Err(_) if length - next < LONGEST_START => break,
                entry => entry?,
            };
            let part = Part {
                at: entry.raw_file_position(),
                bytes: entry.size(),
            };
            next = part.next();
            if next > length {
                break;
            }
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let Some((of, name)) = path.split_once('/') else {
                self.end = next;
                continue;
            };
            if of != case {
                parts.clear();
                of.clone_into(&mut case);
            }
            parts.insert(name.to_owned(), part);
            if name.strip_suffix(".json") == Some(of) {
                self.cases.insert(case.clone(), std::mem::take(&mut parts));
                self.end = next;
            }
        }
        Ok(())
    }

    /// Where its last case ends.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// The names of its cases.
    pub fn cases(&self) -> impl Iterator<Item = &str> {
        self.cases.keys().map(String::as_str)
    }

    /// Whether it holds a case.
    pub fn holds(&self, case: &str) -> bool {
        self.cases.contains_key(case)
    }

    /// Whether it holds a file of a case.
    pub fn holds_file(&self, case: &str, name: &str) -> bool {
        let parts = self.cases.get(case);
        parts.is_some_and(|parts| parts.contains_key(name))
    }

    /// The length of a file of a case, where the archive holds it.
    pub fn bytes(&self, case: &str, name: &str) -> Option<u64> {
        Some(self.cases.get(case)?.get(name)?.bytes)
    }

    /// Where a file of a case is, for messages.
    pub fn place(&self, case: &str, name: &str) -> PathBuf {
        self.path.join(case).join(name)
    }

    /// The bytes of a file of a case.
    ///
    /// # Errors
    /// Where there is none, it is longer than any file of results, or it cannot be read.
    pub fn read(&self, case: &str, name: &str) -> Result<Vec<u8>, IoError> {
        let read = || {
            let mut part = self.part(case, name)?;
            if part.limit() > MAX_BYTES {
                return Err(io::Error::other(format!("longer than {MAX_BYTES} bytes")));
            }
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map_err(|cause| self.cannot_be_read(case, name, cause))
    }

    /// The fingerprint of a file of a case.
    ///
    /// # Errors
    /// Where there is none, or it cannot be read.
    pub fn fingerprint(&self, case: &str, name: &str) -> Result<Fingerprint, IoError> {
        let print = self.part(case, name).and_then(Fingerprint::of_reader);
        print.map_err(|cause| self.cannot_be_read(case, name, cause))
    }

    fn part(&self, case: &str, name: &str) -> io::Result<io::Take<File>> {
        let part = self.cases.get(case).and_then(|parts| parts.get(name));
        let part = part.ok_or(io::ErrorKind::NotFound)?;
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(part.at))?;
        Ok(file.take(part.bytes))
    }

    fn cannot_be_read(&self, case: &str, name: &str, cause: io::Error) -> IoError {
        IoError::Read {
            path: self.place(case, name),
            cause,
        }
    }
}
