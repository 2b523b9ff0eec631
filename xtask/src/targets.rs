//! Whether the libraries without Burn compile for targets other than this machine's.

#![expect(clippy::print_stdout, reason = "what was not checked is reported")]

use std::path::Path;

use crate::cargo;
use crate::standalone::burn_packages;

/// The targets: a browser, and 64-bit ARM.
const TARGETS: [&str; 2] = ["wasm32-unknown-unknown", "aarch64-unknown-linux-gnu"];
/// The folders under `crates/` of the libraries that are to compile for them.
const LIBRARIES: [&str; 7] = [
    "settings", "image", "measure", "kernels", "net", "segment", "train",
];

/// Compiles each library for each target whose standard library is installed, and prints what was not checked and why.
///
/// # Errors
/// The command that failed.
pub fn check() -> Result<(), String> {
    let mut packages = Vec::new();
    for library in LIBRARIES {
        let package = format!("myops-{library}");
        let burn = burn_packages(&package)?;
        if burn.is_empty() {
            packages.push(package);
        } else {
            println!("NOT CHECKED for other targets: {package} depends on Burn");
        }
    }
    for target in TARGETS {
        if !is_installed(target)? {
            println!(
                "NOT CHECKED for {target}: {}; the standard library of this target is not installed (`rustup target add \
                 {target}`)",
                packages.join(", ")
            );
            continue;
        }
        for package in &packages {
            let check = [
                "check",
                "--release",
                "--lib",
                "--target",
                target,
                "--package",
                package,
            ];
            cargo::run("cargo", &check, &[])?;
        }
    }
    Ok(())
}

fn is_installed(target: &str) -> Result<bool, String> {
    let folder = cargo::output("rustc", &["--print", "target-libdir", "--target", target])?;
    Ok(Path::new(folder.trim()).is_dir())
}
