//! The file of one sequence of a case, and what its name follows.

use std::path::PathBuf;

use super::described::Chosen;
use super::nnunet::Channels;

/// The file of a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ImageFile {
    pub(super) path: PathBuf,
    /// What told that it is of the sequence, unless it is one of the known layouts.
    pub(super) reason: Option<String>,
    /// A second file that could be meant; it is an error when they are read.
    pub(super) rival: Option<PathBuf>,
}

impl From<PathBuf> for ImageFile {
    fn from(path: PathBuf) -> Self {
        Self {
            path,
            reason: None,
            rival: None,
        }
    }
}

impl From<Chosen> for ImageFile {
    fn from(chosen: Chosen) -> Self {
        Self {
            path: chosen.path,
            reason: Some(chosen.reason),
            rival: chosen.rival,
        }
    }
}

/// How the files of a case are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Naming {
    /// `ID_C0`, `ID_LGE` or `ID_DE`, `ID_T2`, `ID_gd`.
    BySequence,
    /// `ID_0000`, `ID_0001`, `ID_0002`, with the sequence of each.
    ByChannel(Channels),
    /// Names that tell a sequence, or files that were named outright.
    Described,
}
