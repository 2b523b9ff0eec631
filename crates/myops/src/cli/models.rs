//! `myops models`: what is inside the program.

use std::io::Write;

use crate::models::BUILT_IN;

/// Arguments of `myops models`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Lists the built-in models.
pub fn run(_: &Args) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for model in BUILT_IN {
        writeln!(out, "{:<10} {}", model.name, model.about)?;
    }
    Ok(())
}
