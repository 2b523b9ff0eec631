//! Why a folder or a file of results cannot be used.

use std::path::PathBuf;

use myops_image::io::IoError;

use super::owner::Owner;

/// Why a folder or a file of results cannot be used. The text is complete; there is no further cause behind it.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file cannot be read or written.
    #[error(transparent)]
    Io(#[from] IoError),
    /// The operating system would not let a folder be made.
    #[error("{}: the folder cannot be made: {cause}", path.display())]
    Make {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The operating system would not let a folder be listed.
    #[error("{}: cannot be listed: {cause}", path.display())]
    List {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The operating system would not let a file be removed.
    #[error("{}: cannot be removed: {cause}", path.display())]
    Remove {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Something else lies where the file of the lock would be.
    #[error("{}: not a regular file, so the folder cannot be locked", path.display())]
    LockNotAFile {
        /// The file of the lock.
        path: PathBuf,
    },
    /// Another process writes into the folder.
    #[error("another myops{} writes into {}", in_brackets(owner.as_ref()), folder.display())]
    Held {
        /// The folder.
        folder: PathBuf,
        /// The process, where its lock names it.
        owner: Option<Owner>,
    },
    /// A process of another machine may write into the folder.
    #[error("another myops ({owner}) may still write into {}", folder.display())]
    MayBeHeld {
        /// The folder.
        folder: PathBuf,
        /// The process.
        owner: Owner,
        /// The file of its lock.
        lock: PathBuf,
    },
    /// The folder for results is an input, or holds or lies in one.
    #[error("{}: results would be written among the input {}", out.display(), input.display())]
    AmongInput {
        /// The folder for results.
        out: PathBuf,
        /// The input.
        input: PathBuf,
    },
    /// The folder for results holds something that the job does not write.
    #[error("{}: holds {name}, which myops {job} did not write", out.display())]
    NotOurs {
        /// The folder for results.
        out: PathBuf,
        /// The other file or folder.
        name: String,
        /// The name of the job.
        job: &'static str,
    },
    /// The folder for reports holds a segmented case, whose report would be overwritten.
    #[error("{}: holds what myops segment wrote of {case}", out.display())]
    HoldsSegmentation {
        /// The folder for reports.
        out: PathBuf,
        /// The case.
        case: String,
    },
    /// An archive of results is damaged.
    #[error("{}: damaged behind its first {cases} cases: {cause}", path.display())]
    DamagedArchive {
        /// The archive.
        path: PathBuf,
        /// The number of cases before the damage.
        cases: usize,
        /// What was found.
        cause: std::io::Error,
    },
    /// Two folders of results hold the same case.
    #[error("case {case} lies in {} and in {}", first.display(), second.display())]
    TwoResults {
        /// The case.
        case: String,
        /// One folder.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A symbolic link leads out of the folder for results.
    #[error("{}: a symbolic link out of {}", link.display(), out.display())]
    LinkOut {
        /// The link.
        link: PathBuf,
        /// The folder for results.
        out: PathBuf,
    },
}

fn in_brackets(owner: Option<&Owner>) -> String {
    owner.map_or_else(String::new, |owner| format!(" ({owner})"))
}
