//! Paths in batch scripts.

use std::path::{Path, PathBuf};

use super::error::SlurmError;

/// A path as text that the lines `#SBATCH` take between double quotes.
///
/// # Errors
/// Where they would read something else in it.
pub fn text(path: &Path) -> Result<&str, SlurmError> {
    path.to_str()
        .filter(|text| !text.contains(['"', '\\', '%', '\n', '\r']))
        .ok_or_else(|| SlurmError::Path(path.into()))
}

/// A path that holds in every folder.
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.into())
}

/// A word as a shell reads it.
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.into()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_read_otherwise_is_quoted() {
        assert_eq!(quoted("/data/plan-1/a.toml"), "/data/plan-1/a.toml");
        assert_eq!(quoted("/my data/$HOME"), "'/my data/$HOME'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn patterns_of_slurm_in_a_path_are_refused() {
        assert_eq!(text(Path::new("/my data/é")), Ok("/my data/é"));
        for path in ["/100%", "/a\"b", "/a\\b", "/a\nb"] {
            let error = text(Path::new(path)).unwrap_err();
            assert_eq!(error, SlurmError::Path(path.into()));
        }
    }
}
