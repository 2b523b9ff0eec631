//! The results of cases that a folder holds: in a folder for each case, or together in an archive.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use myops_image::io::IoError;

use super::error::Error;
use super::files::archive::Archive;
use super::files::{Fingerprint, FolderError, guard};
use super::input::CaseInput;
use super::record::{CaseFolder, Pictures, Record, Setup, State};

/// A folder of results.
#[derive(Debug)]
pub struct Results {
    out: PathBuf,
    archive: Option<Archive>,
}

/// The finished results of a case, wherever they are.
#[derive(Debug)]
pub enum Stored<'a> {
    /// In a folder of their own.
    Folder(CaseFolder),
    /// In the archive, under the name of the case.
    Archive(&'a Archive, &'a str),
}

impl Results {
    /// The results in a folder, or none where there is no folder.
    ///
    /// # Errors
    /// Where their archive cannot be read, or is damaged.
    pub fn of(out: &Path) -> Result<Self, FolderError> {
        Ok(Self {
            out: out.into(),
            archive: Archive::of(out)?,
        })
    }

    /// The names of cases that may be finished, and of other files of the folder.
    ///
    /// # Errors
    /// Where the folder cannot be listed.
    pub fn names(&self) -> Result<BTreeSet<String>, FolderError> {
        let entries = guard::entries(&self.out)?.into_iter();
        let folders = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let packed = self.archive.iter().flat_map(Archive::cases);
        Ok(folders.chain(packed.map(str::to_owned)).collect())
    }

    /// The results of a case, where it is finished: those in its folder, which are newer, before those in the archive.
    pub fn case<'a>(&'a self, case: &'a str) -> Option<Stored<'a>> {
        let folder = CaseFolder::of(&self.out, case);
        if folder.record().is_file() {
            return Some(Stored::Folder(folder));
        }
        let archive = self.archive.as_ref()?;
        archive
            .holds(case)
            .then_some(Stored::Archive(archive, case))
    }

    /// Whether `myops segment` wrote results of a case, as far as can be told.
    pub fn is_segmented(&self, case: &str) -> bool {
        let is_packed = self
            .archive
            .as_ref()
            .is_some_and(|archive| archive.holds(case));
        is_packed || CaseFolder::of(&self.out, case).is_segmented()
    }

    /// Compares what is stored of a case with its files and with what a run would write.
    pub fn state(&self, case: &CaseInput, setup: &Setup) -> State {
        if !self.is_segmented(case.id()) {
            return State::Unfinished;
        }
        let stored = self.case(case.id());
        let record = stored.as_ref().map(|stored| Ok((stored, stored.record()?)));
        let Some(Ok::<_, Error>((stored, record))) = record else {
            return State::Outdated(
                "the record of the results is damaged or of another version".into(),
            );
        };
        // What is wrong with a file that cannot be read is told where the case is segmented.
        let Ok(inputs) = case.fingerprints() else {
            return State::Unfinished;
        };
        if let Some(reason) = record.outdated(&inputs, setup) {
            return State::Outdated(reason);
        }
        let folder = CaseFolder::of(&self.out, case.id());
        if setup.options.pictures == Pictures::Written && !record.has_output(&folder.report()) {
            return State::Outdated("written without pictures".into());
        }
        let changed = stored.changed(&record, &folder.outputs(&case.sequences(), setup));
        if changed.is_empty() {
            State::Current
        } else {
            State::Outdated(format!(
                "output missing or changed since ({})",
                changed.join(", ")
            ))
        }
    }
}

impl Stored<'_> {
    /// What is told of the case, and its files.
    ///
    /// # Errors
    /// Where the record cannot be read, is damaged, or is of another version.
    pub fn record(&self) -> Result<Record, Error> {
        match self {
            Self::Folder(folder) => folder.read_record(),
            Self::Archive(archive, case) => {
                let name = format!("{case}.json");
                Record::parse(&archive.read(case, &name)?, &archive.place(case, &name))
            }
        }
    }

    /// The length of a file, where it is there.
    pub fn bytes(&self, name: &str) -> Option<u64> {
        match self {
            Self::Folder(folder) => {
                let file = folder.output(name).metadata().ok()?;
                file.is_file().then_some(file.len())
            }
            Self::Archive(archive, case) => archive.bytes(case, name),
        }
    }

    fn fingerprint(&self, name: &str) -> Result<Fingerprint, IoError> {
        match self {
            Self::Folder(folder) => Fingerprint::of_file(&folder.output(name)),
            Self::Archive(archive, case) => archive.fingerprint(case, name),
        }
    }

    /// The files, expected or recorded, that are not as they were written.
    fn changed(&self, record: &Record, expected: &[PathBuf]) -> Vec<String> {
        let expected = expected
            .iter()
            .filter_map(|path| path.file_name()?.to_str());
        let recorded = record.outputs.keys().map(String::as_str);
        let names: BTreeSet<&str> = expected.chain(recorded).collect();
        let same = |name: &str| {
            let found = self.fingerprint(name);
            found.is_ok_and(|found| record.outputs.get(name) == Some(&found))
        };
        let changed = names.into_iter().filter(|name| !same(name));
        changed.map(str::to_owned).collect()
    }
}
