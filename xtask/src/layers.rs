//! Which module may use which: a floor uses only lower ones, and modules of one floor do not use each other.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors from the ground up, each module as `crate::module`.
const FLOORS: &[&[&str]] = &[
    &["image::geometry"],
    &["image::volume", "image::sequence"],
    &["image::label", "image::orientation"],
    &[
        "image::study",
        "measure::distance",
        "measure::percentile",
        "measure::finding",
    ],
    &[
        "image::io",
        "image::preprocess",
        "image::augment",
        "image::phantom",
        "image::picture",
        "measure::evaluate",
        "measure::quantify",
        "kernels",
    ],
    &["net::device"],
    &["net::model"],
    &["net::weights", "net::loss"],
    &["net::infer"],
    &["net::train"],
    &["myops::failure"],
    &["myops::models"],
    &["myops::report"],
    &["myops::cli"],
];

/// Reads the `use` lines of every source file.
pub fn check() -> Result<(), String> {
    let mut offences = Vec::new();
    for name in ["image", "measure", "kernels", "net", "myops"] {
        let root = PathBuf::from("crates").join(name).join("src");
        for file in rust_files(&root).map_err(|e| format!("{}: {e}", root.display()))? {
            let text = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
            let Some(own) = module_of(name, &root, &file) else {
                continue;
            };
            for used in text
                .lines()
                .take_while(|l| !l.contains("#[cfg(test)]"))
                .filter_map(|l| target(name, l))
            {
                if !allowed(&own, &used) {
                    offences.push(format!(
                        "{}: {own} uses {used}, which is not below it",
                        file.display()
                    ));
                }
            }
        }
    }
    if offences.is_empty() {
        Ok(())
    } else {
        Err(offences.join("\n"))
    }
}

fn allowed(own: &str, used: &str) -> bool {
    match (floor(own), floor(used)) {
        (Some(own_floor), Some(used_floor)) => own == used || used_floor < own_floor,
        // Files above all modules (lib.rs, main.rs) and foreign crates have no floor; a group hides one.
        _ => !used.ends_with('{'),
    }
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|modules| modules.contains(&module))
}

/// The module of a file: its first folder or file below `src`.
fn module_of(name: &str, root: &Path, file: &Path) -> Option<String> {
    if name == "kernels" {
        return Some("kernels".into());
    }
    let first = file.strip_prefix(root).ok()?.components().next()?;
    Some(format!(
        "{name}::{}",
        first.as_os_str().to_str()?.trim_end_matches(".rs")
    ))
}

/// What a `use` line names: `crate::x` of the same crate, or `myops_y::x`.
fn target(own: &str, line: &str) -> Option<String> {
    let path = line
        .trim_start()
        .strip_prefix("pub ")
        .unwrap_or(line.trim_start())
        .strip_prefix("use ")?;
    let mut parts = path.split("::").map(|p| p.trim_end_matches([';', ',']));
    let name = match parts.next()? {
        "crate" => own,
        foreign => foreign.strip_prefix("myops_")?,
    };
    if name == "kernels" {
        return Some("kernels".into());
    }
    let module = parts.next()?;
    Some(format!(
        "{name}::{}",
        if module.starts_with('{') { "{" } else { module }
    ))
}

fn rust_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upward_and_sideways_uses_are_found() {
        assert_eq!(
            target("net", "use crate::train::Trainer;").as_deref(),
            Some("net::train")
        );
        assert_eq!(
            target("net", "pub use myops_image::label::Label;").as_deref(),
            Some("image::label")
        );
        assert_eq!(target("net", "use std::fs;"), None);
        assert_eq!(
            target("net", "use crate::{train::Trainer, infer::Recipe};").as_deref(),
            Some("net::{")
        );
        assert!(!allowed("net::infer", "net::{"));
        assert!(allowed("net::train", "net::infer"));
        assert!(!allowed("net::infer", "net::train"));
        assert!(!allowed("image::io", "image::augment"));
    }
}
