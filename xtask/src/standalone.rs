//! Whether the default program and the libraries under it do without Burn.

use crate::cargo;

/// Refuses a default build of the program that has a package of Burn.
///
/// # Errors
/// The packages of Burn, or why `cargo tree` failed.
pub fn check() -> Result<(), String> {
    let found = burn_packages("myops")?;
    if found.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the default program depends on Burn, which only its features cuda and wgpu may bring: {}\n\
         hint: `cargo tree --package myops --edges normal --invert {}` shows why",
        found.join(", "),
        found[0].split(' ').next().unwrap_or_default()
    ))
}

/// The packages of Burn that a package of the workspace depends on without features.
///
/// # Errors
/// Why `cargo tree` failed.
pub fn burn_packages(package: &str) -> Result<Vec<String>, String> {
    let tree = cargo::output(
        "cargo",
        &[
            "tree",
            "--package",
            package,
            "--edges",
            "normal",
            "--prefix",
            "none",
        ],
    )?;
    Ok(burn_lines(&tree))
}

/// The lines of a tree that name a package of Burn, each once, without marks.
fn burn_lines(tree: &str) -> Vec<String> {
    let mut found: Vec<String> = tree
        .lines()
        .filter(|line| line.starts_with("burn ") || line.starts_with("burn-"))
        .map(|line| {
            line.trim_end_matches(" (*)")
                .trim_end_matches(" (proc-macro)")
                .to_owned()
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_of_burn_are_named_once() {
        let tree = "myops v0.1.0\nserde v1.0.1\nburn-core v0.22.1\nburn v0.22.1\nburn-core v0.22.1 (*)\n\
                    burn-derive v0.22.1 (proc-macro)\nsunburn v1.0.0";
        assert_eq!(
            burn_lines(tree),
            ["burn v0.22.1", "burn-core v0.22.1", "burn-derive v0.22.1"]
        );
        assert!(burn_lines("myops v0.1.0\nburner v1.0.0\n").is_empty());
    }
}
