//! Why a batch script cannot be written.

use std::path::PathBuf;

/// Why a batch script cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SlurmError {
    /// A path cannot stand in the script.
    #[error("{}: a path in a script for Slurm has to be text without \" \\ % and line breaks", .0.display())]
    Path(PathBuf),
}
