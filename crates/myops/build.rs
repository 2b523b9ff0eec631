//! Finds the commit that the program is built from, for `myops --version`.

use std::path::Path;
use std::process::Command;

fn main() {
    // Which source files have changed does not matter here; without this line any of them would run this program again.
    println!("cargo::rerun-if-changed=build.rs");
    // Git writes a line here when HEAD moves to another commit, and at no other time.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"]);
    if let Some(log) = log.filter(|log| Path::new(log).exists()) {
        println!("cargo::rerun-if-changed={log}");
    }
    let commit = commit().unwrap_or_else(|| "unknown".into());
    println!("cargo::rustc-env=MYOPS_COMMIT={commit}");
}

/// The commit at HEAD, where this file is under version control: an unpacked archive may lie in another repository.
fn commit() -> Option<String> {
    git(&["ls-files", "--error-unmatch", "build.rs"])?;
    git(&["rev-parse", "HEAD"])
}

/// What a command of git prints, where it succeeds.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
