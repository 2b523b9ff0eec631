//! `myops segment`: labels for one case or thousands.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::console::Console;
use super::failure::tell_failed;
use super::input::InputArgs;
use super::results::{ResultArgs, open};
use super::shard;
use crate::app::note::count;
use crate::app::segment::Finished;

/// Arguments of `myops segment`.
#[derive(Debug, clap::Args)]
#[command(mut_arg("paths", |paths| paths.required_unless_present("plan")))]
pub struct Args {
    #[command(flatten)]
    input: InputArgs,
    /// Folder for the results, one folder a case unless they are packed
    #[arg(long, value_name = "DIR", default_value = "segmented")]
    out: PathBuf,
    #[command(flatten)]
    results: ResultArgs,
    /// Overwrite finished cases
    #[arg(long, alias = "again")]
    overwrite: bool,
    /// The folder of a plan that myops plan wrote, one shard of which is segmented; all else stands in the plan
    #[arg(long, value_name = "DIR", help_heading = SHARD, requires = "shard", conflicts_with_all = PLANNED)]
    plan: Option<PathBuf>,
    /// The number of the shard, from 0. Exit code 0: all of its cases are done; 1: some failed; 75: try again
    #[arg(long, value_name = "K", help_heading = SHARD, requires = "plan")]
    shard: Option<usize>,
}

const SHARD: &str = "A shard of a plan";

/// What a plan fixes.
const PLANNED: [&str; 20] = [
    "paths",
    "bssfp",
    "lge",
    "t2",
    "labels",
    "id",
    "cases",
    "phase",
    "grid",
    "series",
    "rules",
    "out",
    "model",
    "device",
    "probabilities",
    "all_grids",
    "dicom",
    "slim",
    "pack",
    "identify",
];

/// Segments every case.
pub fn run(args: Args, console: &Console) -> Result<()> {
    let finished = if args.overwrite {
        Finished::Overwrite
    } else {
        Finished::Skip
    };
    if let Some((plan, shard)) = args.plan.zip(args.shard) {
        return shard::run(plan, shard, finished, console);
    }
    let job = args.results.job(args.input.read()?, args.out, finished);
    let found = job.find(console)?;
    let model = open(&args.results.model, args.results.device, console)?;
    let done = job.segment(found, &model, console)?;
    let (name, out) = (&model.name, job.out.display());
    let segmented = count(done.segmented, "case");
    console.say(format_args!("{segmented} segmented with {name} into {out}"));
    let todo = count(done.segmented + done.failed.len(), "case");
    let failed = tell_failed(done.failed);
    if !failed.is_empty() {
        bail!("{} of {todo} failed: {}", failed.len(), failed.join(", "));
    }
    Ok(())
}
