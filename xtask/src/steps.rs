//! The steps of the continuous check, cheapest first.

use std::process::Command;

/// The two commands of the README, the demo and every test, come last; between them stands a minute of fuzzing.
const STEPS: &[&[&str]] = &[
    &["fmt", "--all", "--check"],
    &[
        "clippy",
        "--release",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ],
    &["doc", "--release", "--workspace", "--no-deps"],
    &["run", "--release", "--", "demo", "--out", "target/demo"],
    &[
        "run",
        "--release",
        "--package",
        "myops-fuzz",
        "--",
        "--inputs",
        "1000000",
        "--seconds",
        "10",
    ],
    &["test", "--release", "--workspace"],
];

/// Runs every step; stops at the first that fails.
pub fn ci() -> Result<(), String> {
    crate::layers()?;
    crate::sizes()?;
    crate::features::check()?;
    for step in STEPS {
        let line = step.join(" ");
        eprintln!("\n== cargo {line}");
        let status = Command::new("cargo")
            .args(*step)
            .env(
                "RUSTDOCFLAGS",
                "-D warnings -A rustdoc::private-intra-doc-links",
            )
            .status()
            .map_err(|e| format!("cargo {line}: {e}"))?;
        if !status.success() {
            return Err(format!("cargo {line} failed"));
        }
    }
    Ok(())
}
