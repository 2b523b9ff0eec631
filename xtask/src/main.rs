//! The project's own checks: `cargo xtask ci` runs all of them, the other tasks one each.

mod bench;
mod cargo;
mod features;
mod floors;
mod layers;
mod offence;
mod sizes;
mod source;
mod standalone;
mod steps;
mod targets;

use std::process::ExitCode;

use offence::{Kind, Offence};

const USAGE: &str = "\
usage: cargo xtask TASK
  ci          every check, build and test that a change has to pass
  layers      modules use lower floors only, and files do not use each other in circles
  sizes       lines of files and functions, bool parameters
  standalone  the default program has no package of Burn
  features    running and testing share one build of each dependency
  targets     the libraries without Burn compile for WebAssembly and ARM
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
    let offences = layers::check(&tree, floors::FLOORS);
    judge(&offences, &[Kind::Floor, Kind::Circle])
}

fn sizes() -> Result<(), String> {
    let offences = sizes::check(&source::workspace()?);
    let kinds = [Kind::LongFile, Kind::LongFunction, Kind::BoolParameter];
    judge(&offences, &kinds)
}

/// Accepts offences as the table allows, and names the allowances of these kinds that are larger than needed.
fn judge(offences: &[Offence], kinds: &[Kind]) -> Result<(), String> {
    let mut allowances = offence::allowances(include_str!("../allowances.txt"))?;
    allowances.retain(|row| kinds.contains(&row.kind));
    for note in offence::judge(offences, &allowances)? {
        eprintln!("note: {note}");
    }
    Ok(())
}
