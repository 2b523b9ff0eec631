//! The project's own checks: `cargo xtask ci` runs all of them, the other tasks one each.

mod bench;
mod cargo;
mod dist;
mod features;
mod floors;
mod layers;
mod sizes;
mod source;
mod standalone;
mod steps;
mod targets;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask TASK
  ci          every check, build and test that a change has to pass
  layers      modules use lower floors only, and files do not use each other in circles
  sizes       lines of files and functions, bool parameters
  standalone  the default program has no package of Burn
  features    running and testing share one build of each dependency
  targets     the libraries without Burn compile for WebAssembly and ARM
  dist        the program for any x86_64 Linux, and a Python wheel that holds it
  bench       a table of speeds beside other engines";

fn main() -> ExitCode {
    let task = std::env::args().nth(1);
    let result = match task.as_deref() {
        Some("ci") => steps::ci(),
        Some("layers") => layers(),
        Some("sizes") => sizes(),
        Some("standalone") => standalone::check(),
        Some("features") => features::check(),
        Some("targets") => targets::check(),
        Some("dist") => dist::build(),
        Some("bench") => bench::run(),
        _ => Err(USAGE.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn layers() -> Result<(), String> {
    let tree = source::Tree::of(&source::workspace()?);
    none(&layers::check(&tree, floors::FLOORS))
}

fn sizes() -> Result<(), String> {
    none(&sizes::check(&source::workspace()?))
}

/// Refuses offences, a line each.
fn none(offences: &[String]) -> Result<(), String> {
    if offences.is_empty() {
        Ok(())
    } else {
        Err(offences.join("\n"))
    }
}
