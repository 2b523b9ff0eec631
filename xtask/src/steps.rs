//! The steps of the continuous check, cheapest first.

#![expect(clippy::print_stdout, reason = "the time of each step is reported")]

use std::fs;
use std::time::{Duration, Instant};

use crate::{cargo, features, standalone, targets};

/// One step.
enum Step {
    /// A check of this program, with its name.
    Own(&'static str, fn() -> Result<(), String>),
    /// A program with its arguments.
    Run(&'static [&'static str]),
    /// A build of `myops` with a feature, where there is such a feature.
    Feature(&'static str),
}

/// All steps. The own checks and the test command are the first and the last to need a build.
const STEPS: &[Step] = &[
    Step::Run(&["cargo", "fmt", "--all", "--check"]),
    Step::Own("layers", crate::layers),
    Step::Own("sizes", crate::sizes),
    Step::Own("standalone", standalone::check),
    Step::Own("features", features::check),
    Step::Run(&["scripts/deny.sh"]),
    Step::Run(&[
        "cargo",
        "clippy",
        "--release",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
        "-D",
        "missing_docs",
    ]),
    Step::Run(&["cargo", "doc", "--release", "--workspace", "--no-deps"]),
    Step::Own("targets", targets::check),
    Step::Run(&[
        "cargo",
        "check",
        "--release",
        "--manifest-path",
        "benches/Cargo.toml",
        "--benches",
        "--target-dir",
        "target",
    ]),
    Step::Feature("wgpu"),
    Step::Feature("cuda"),
    Step::Run(&[
        "cargo",
        "run",
        "--release",
        "--",
        "demo",
        "--out",
        "target/demo",
    ]),
    Step::Run(&[
        "cargo",
        "run",
        "--release",
        "--package",
        "myops-fuzz",
        "--",
        "--inputs",
        "1000000",
        "--seconds",
        "10",
    ]),
    Step::Run(&[
        "cargo",
        "test",
        "--release",
        "--workspace",
        "--exclude",
        "myops-gpu",
    ]),
    Step::Run(&["cargo", "test", "--release", "--package", "myops-gpu"]),
    Step::Run(&["scripts/check_label_maps.sh"]),
    Step::Run(&["scripts/check_cohort.sh"]),
    Step::Run(&["scripts/check_onnx.sh"]),
    Step::Run(&["scripts/check_dicom_pixels.sh"]),
    Step::Run(&["scripts/check_dicom_exam.sh"]),
    Step::Run(&["scripts/check_dicom.sh"]),
    Step::Run(&["scripts/check_slurm.sh"]),
    Step::Run(&["scripts/check_dist.sh"]),
];

/// What every step runs with: documentation has no warnings either.
const ENVIRONMENT: &[(&str, &str)] = &[(
    "RUSTDOCFLAGS",
    "-D warnings -A rustdoc::private-intra-doc-links",
)];

/// Runs the steps up to the first that fails, and prints the time of each.
///
/// # Errors
/// What the step that failed says.
pub fn ci() -> Result<(), String> {
    let mut times = Vec::new();
    let result = STEPS.iter().try_for_each(|step| {
        println!("\n== {}", step.name());
        let start = Instant::now();
        let result = step.run();
        times.push((step.name(), start.elapsed()));
        result
    });
    println!("\n{}", table(&times));
    result
}

impl Step {
    fn name(&self) -> String {
        match self {
            Self::Own(name, _) => (*name).to_owned(),
            Self::Run(words) => words.join(" "),
            Self::Feature(name) => format!("cargo check of the feature {name}"),
        }
    }

    fn run(&self) -> Result<(), String> {
        match self {
            Self::Own(_, check) => check(),
            Self::Run([program, arguments @ ..]) => cargo::run(program, arguments, ENVIRONMENT),
            Self::Run([]) => Ok(()),
            Self::Feature(name) => check_feature(name),
        }
    }
}

fn check_feature(name: &str) -> Result<(), String> {
    const MANIFEST: &str = "crates/myops/Cargo.toml";
    let manifest = fs::read_to_string(MANIFEST).map_err(|e| format!("{MANIFEST}: {e}"))?;
    if !manifest
        .lines()
        .any(|line| line.starts_with(&format!("{name} = ")))
    {
        println!("NOT CHECKED: myops has no feature {name}");
        return Ok(());
    }
    let check = [
        "check",
        "--release",
        "--package",
        "myops",
        "--features",
        name,
    ];
    // Nothing is linked: the build scripts below Burn need not fetch LLVM, which they leave out where documentation is made.
    cargo::run("cargo", &check, &[("DOCS_RS", "1")])
}

/// The seconds of each step and of all, a line each.
fn table(times: &[(String, Duration)]) -> String {
    let total: Duration = times.iter().map(|(_, time)| *time).sum();
    let rows = times.iter().map(|(name, time)| (name.as_str(), *time));
    rows.chain([("all", total)])
        .map(|(name, time)| format!("{:8.1} s  {name}", time.as_secs_f64()))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_each_step_and_of_all_is_told() {
        let times = [
            ("layers".to_owned(), Duration::from_millis(1234)),
            ("tests".into(), Duration::from_secs(100)),
        ];
        assert_eq!(
            table(&times),
            "     1.2 s  layers\n   100.0 s  tests\n   101.2 s  all"
        );
    }

    #[test]
    fn the_test_command_of_the_readme_is_a_step() {
        let readme = include_str!("../../README.md");
        let step = STEPS
            .iter()
            .map(Step::name)
            .find(|name| name.starts_with("cargo test"))
            .unwrap();
        assert!(readme.contains(&step), "{step}");
    }
}
