//! Folders that results go into.

use std::path::Path;

use anyhow::{Context, Result};

use crate::failure::WithHint;

/// Makes a folder and those above it, where they are not there yet.
///
/// # Errors
/// Where it cannot be made.
pub fn make(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path)
        .with_context(|| format!("{}: the folder cannot be made", path.display()))
        .hint(|| "give a place that may be written to with --out".into())
}
