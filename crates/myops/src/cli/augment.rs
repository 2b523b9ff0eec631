//! `myops augment`: the enlarged training set of the published system.

use std::path::PathBuf;

use super::console::Console;
use crate::app::augment::{AugmentJob, SHEET};

/// Arguments of `myops augment`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of labelled cases
    data: PathBuf,
    /// Size factor: each case plus N - 1 augmented copies
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    times: u32,
    /// Random seed
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Table of each case's patient (CSV: case,patient), kept in the enlarged set [default: patients.csv beside the cases,
    /// else by the cases' names]
    #[arg(long, value_name = "FILE")]
    patients: Option<PathBuf>,
    /// Folder for the enlarged set, one folder a case
    #[arg(long, value_name = "DIR", default_value = "augmented")]
    out: PathBuf,
}

/// Writes the enlarged set and a sheet of the kinds of augmentation.
pub fn run(args: Args, console: &Console) -> anyhow::Result<()> {
    let out = args.out.display().to_string();
    let job = AugmentJob {
        data: args.data,
        times: args.times as usize,
        seed: args.seed,
        patients: args.patients,
        out: args.out,
    };
    let cases = job.run(console)?;
    console.say(format_args!(
        "{cases} cases and the sheet {SHEET} are in {out}"
    ));
    Ok(())
}
