//! `myops models`: the built-in models.

use super::output::print;
use crate::app::model::{BUILT_IN, BuiltIn, TERMS};

/// Arguments of `myops models`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Lists the built-in models.
pub fn run(_: &Args) -> anyhow::Result<()> {
    let line = |model: &BuiltIn| format!("{:<10} {}\n", model.name, model.about);
    let lines: String = BUILT_IN.iter().map(line).collect();
    print(&format!("{lines}\n{TERMS}\n"))
}
