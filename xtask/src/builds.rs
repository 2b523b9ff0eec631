//! Whether running and testing share one build of every dependency: Burn takes minutes to compile.

use std::collections::BTreeSet;
use std::process::Command;

/// What the two commands of the README build.
const RUN: &[&str] = &["--package", "myops", "--edges", "normal,build"];
const TEST: &[&str] = &["--workspace", "--edges", "normal,build,dev"];

/// Compares the features of every package in both; a dependency of the tests alone may turn on more.
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
    let output = Command::new("cargo")
        .args(shape)
        .args(selection)
        .output()
        .map_err(|e| format!("cargo tree: {e}"))?;
    if !output.status.success() {
        return Err(format!(
            "cargo tree: {}",
            String::from_utf8_lossy(&output.stderr)
        ));
    }
    Ok(String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect())
}
