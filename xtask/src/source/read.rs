//! Reading source files and manifests from disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The text of each `.rs` file and each `Cargo.toml` by its path from the root of the workspace, with `/` between parts.
pub type Files = BTreeMap<String, String>;

/// The folders that hold source files.
const FOLDERS: [&str; 4] = ["crates", "xtask", "fuzz", "benches"];

const MANIFEST: &str = "Cargo.toml";

/// Reads the files of the workspace in the current folder.
///
/// # Errors
/// The path and the cause, where a file or a folder cannot be read.
pub fn workspace() -> Result<Files, String> {
    let mut files = Files::new();
    for folder in FOLDERS {
        read_folder(Path::new(folder), &mut files)?;
    }
    Ok(files)
}

/// Whether one of the [`Files`] is a source file, not a manifest.
pub fn is_source(path: &str) -> bool {
    !path.ends_with(MANIFEST)
}

fn read_folder(folder: &Path, files: &mut Files) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_target = path.file_name().is_some_and(|name| name == "target");
        let is_source = path.extension().is_some_and(|e| e == "rs")
            || path.file_name().is_some_and(|name| name == MANIFEST);
        if path.is_dir() && !is_target {
            read_folder(&path, files)?;
        } else if is_source {
            let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
            files.insert(path.to_string_lossy().replace('\\', "/"), text);
        }
    }
    Ok(())
}
