//! The steps of the continuous check, cheapest first.

use std::process::Command;

/// The two commands of the README come last: the demo, and every test of the workspace.
const STEPS: &[&[&str]] = &[
    &["fmt", "--all", "--check"],
    &["clippy", "--release", "--workspace", "--all-targets", "--", "-D", "warnings"],
    &["doc", "--release", "--workspace", "--no-deps"],
    &["run", "--release", "--", "demo", "--out", "target/demo"],
    &["test", "--release", "--workspace"],
];

/// Runs every step; stops at the first that fails.
pub fn ci() -> Result<(), String> {
    crate::layers::check()?;
    crate::builds::check()?;
    for step in STEPS {
        let line = step.join(" ");
        eprintln!("\n== cargo {line}");
        let status = Command::new("cargo")
            .args(*step)
            .env("RUSTDOCFLAGS", "-D warnings")
            .status()
            .map_err(|e| format!("cargo {line}: {e}"))?;
        if !status.success() {
            return Err(format!("cargo {line} failed"));
        }
    }
    Ok(())
}
