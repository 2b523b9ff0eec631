//! `myops phantom`: synthetic patients with reference labels.

use std::path::PathBuf;

use super::console::Console;
use crate::app::PhantomJob;

/// Arguments of `myops phantom`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Number of patients
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    cases: u32,
    /// Random seed
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Folder for the patients, one folder each
    #[arg(long, value_name = "DIR", default_value = "phantoms")]
    out: PathBuf,
}

/// Writes synthetic patients.
pub fn run(args: Args, console: &Console) -> anyhow::Result<()> {
    let Args { cases, seed, out } = args;
    let job = PhantomJob {
        cases: cases as usize,
        seed,
        out,
    };
    job.run(console)?;
    let out = job.out.display();
    console.say(format_args!("{cases} synthetic patients are in {out}"));
    Ok(())
}
