//! Whether running and testing the program share one build of every dependency.

use std::collections::BTreeSet;

use crate::cargo;

/// What the two commands of the README build.
const RUN: &[&str] = &["--package", "myops", "--edges", "normal,build"];
const TEST: &[&str] = &[
    "--workspace",
    "--exclude",
    "myops-gpu",
    "--edges",
    "normal,build,dev",
];

/// Compares the features of every package in both; a dependency of the tests alone may turn on more.
///
/// # Errors
/// The packages that are compiled twice, or why `cargo tree` failed.
pub fn check() -> Result<(), String> {
    let (run, test) = (packages(RUN)?, packages(TEST)?);
    let differing: Vec<&str> = run.difference(&test).map(String::as_str).collect();
    if differing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "compiled once for `cargo run` and once more, with other features, for `cargo test`:\n{}\n\
         hint: leave default features of dev-dependencies out, or ask for the same in both",
        differing.join("\n")
    ))
}

/// Every package with its features, a line each.
fn packages(selection: &[&str]) -> Result<BTreeSet<String>, String> {
    let shape = [
        "tree",
        "--prefix",
        "none",
        "--no-dedupe",
        "--format",
        "{p} [{f}]",
    ];
    let arguments: Vec<&str> = shape.iter().chain(selection).copied().collect();
    let tree = cargo::output("cargo", &arguments)?;
    Ok(tree.lines().map(str::to_owned).collect())
}
