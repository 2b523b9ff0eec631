//! The table of the cases of a shard that failed.

use std::path::Path;

use myops_image::io::{read_small, write_whole};
use serde::Serialize;

use crate::app::error::Error;
use crate::report::{Csv, name_in_cell, rows_of};

/// A case that failed, as files tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Its shard.
    pub shard: usize,
    /// Its name.
    pub case: String,
    /// Why it failed.
    pub error: String,
    /// Whether it may succeed when it is tried again.
    pub may_pass: bool,
}

const COLUMNS: [&str; 4] = ["shard", "case", "may_pass", "error"];

/// Writes the table; one of no cases has its first line alone.
///
/// # Errors
/// Where it cannot be written.
pub fn write(path: &Path, failures: &[Failure]) -> Result<(), Error> {
    let mut csv = Csv::default();
    csv.row(COLUMNS);
    for Failure {
        shard,
        case,
        error,
        may_pass,
    } in failures
    {
        let may_pass = if *may_pass { "yes" } else { "no" };
        csv.row([&shard.to_string(), case, may_pass, error]);
    }
    let text = csv.into_text();
    Ok(write_whole(path, |w| w.write_all(text.as_bytes()))?)
}

/// Reads the table of a shard; one that is not there is empty.
///
/// # Errors
/// Where it cannot be read.
pub fn read(path: &Path) -> Result<Vec<Failure>, Error> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = read_small(path)?;
    let rows = rows_of(&String::from_utf8_lossy(&text)).into_iter().skip(1);
    Ok(rows.filter_map(parsed).collect())
}

fn parsed(row: Vec<String>) -> Option<Failure> {
    let [shard, case, may_pass, error]: [String; 4] = row.try_into().ok()?;
    Some(Failure {
        shard: shard.parse().ok()?,
        case: name_in_cell(&case).into(),
        error: name_in_cell(&error).into(),
        may_pass: may_pass == "yes",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_come_back_from_their_table() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("failed.csv");
        assert_eq!(read(&path).unwrap(), []);
        let failure = |case: &str, may_pass| Failure {
            shard: 7,
            case: case.into(),
            error: "a \"b\", c".into(),
            may_pass,
        };
        let failures = [failure("=1", true), failure("p, 2", false)];
        write(&path, &failures).unwrap();
        assert_eq!(read(&path).unwrap(), failures);
    }
}
