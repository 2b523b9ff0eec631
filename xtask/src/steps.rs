//! The steps of the continuous check, cheapest first.

use std::process::Command;

/// The test command of the README comes last but one; it runs every test of the workspace.
const STEPS: &[&[&str]] = &[
    &["fmt", "--all", "--check"],
    &["clippy", "--release", "--workspace", "--all-targets", "--", "-D", "warnings"],
    &["test", "--release", "--workspace"],
    &["run", "--release", "--", "demo", "--out", "target/demo"],
];

/// Runs every step; stops at the first that fails.
pub fn ci() -> Result<(), String> {
    crate::layers::check()?;
    for step in STEPS {
        let line = step.join(" ");
        eprintln!("\n== cargo {line}");
        let status = Command::new("cargo").args(*step).status().map_err(|e| format!("cargo {line}: {e}"))?;
        if !status.success() {
            return Err(format!("cargo {line} failed"));
        }
    }
    Ok(())
}
