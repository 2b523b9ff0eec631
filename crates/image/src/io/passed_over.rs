//! Files and folders that a search did not take.

use std::path::PathBuf;

/// An image file, or a folder, that belongs to no case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PassedOver {
    /// The file or folder.
    pub path: PathBuf,
    /// Why it was not taken; `None` for a format that is not read, which its name shows.
    pub reason: Option<String>,
}

impl PassedOver {
    /// With the reason.
    pub fn new(path: PathBuf, reason: String) -> Self {
        Self {
            path,
            reason: Some(reason),
        }
    }
}

impl From<PathBuf> for PassedOver {
    fn from(path: PathBuf) -> Self {
        Self { path, reason: None }
    }
}

impl std::fmt::Display for PassedOver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.path.display())?;
        match &self.reason {
            Some(reason) => write!(f, " ({reason})"),
            None => Ok(()),
        }
    }
}
