//! `myops plan`: a cohort planned in shards.

use std::env::current_exe;
use std::path::PathBuf;

use anyhow::Result;

use super::console::Console;
use super::input::InputArgs;
use super::output::print;
use super::results::ResultArgs;
use crate::app::note::count;
use crate::app::plan::{Before, PlanJob, Planned};
use crate::app::segment::Finished;
use crate::app::slurm::of_plan;

/// Arguments of `myops plan`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    input: InputArgs,
    /// Folder for the plan, in which the shards put their results
    #[arg(long, value_name = "DIR", default_value = "plan")]
    out: PathBuf,
    /// Number of shards, 1 to the number of cases [default: one for every 1000 cases]
    #[arg(long, value_name = "N")]
    shards: Option<usize>,
    /// Write batch scripts for Slurm too, and print the two lines that submit them: DIR/segment.sbatch, a task for each
    /// shard, and DIR/merge.sbatch, which follows
    #[arg(long)]
    slurm: bool,
    #[command(flatten)]
    results: ResultArgs,
}

/// Cases without a plan that are told one by one.
const TOLD: usize = 10;

/// Plans all cases.
pub fn run(args: Args, console: &Console) -> Result<()> {
    let job = PlanJob {
        segment: args
            .results
            .job(args.input.read()?, args.out, Finished::Skip),
        model: args.results.model,
        device: args.results.device,
        shards: args.shards,
    };
    let planned = job.run(console)?;
    tell_unusable(&planned, console);
    let (plan, out) = (&planned.plan, job.segment.out.display());
    match planned.before {
        Before::Nothing => {}
        Before::Same => console.say(format_args!("{out} holds the same plan already")),
        Before::Other => console.say(format_args!(
            "{out} held another plan, of which nothing was done; it was replaced"
        )),
    }
    let (cases, shards) = (count(plan.cases, "case"), count(plan.shards.len(), "shard"));
    console.say(format_args!(
        "{cases} in {shards}, planned with {} into {out}",
        plan.model.name
    ));
    if args.slurm {
        let scripts = of_plan(plan, &job.segment.out, &current_exe()?)?;
        return print(&scripts.submission());
    }
    let last = plan.shards.len() - 1;
    console.say(format_args!(
        "next: myops segment --plan {out} --shard K for each K from 0 to {last}, then myops merge {out}"
    ));
    Ok(())
}

fn tell_unusable(planned: &Planned, console: &Console) {
    let unusable = &planned.unusable;
    for (case, problem) in unusable.iter().take(TOLD) {
        console.say(format_args!("case {case} will fail: {problem}"));
    }
    if unusable.len() > TOLD {
        let more = count(unusable.len() - TOLD, "more case");
        console.say(format_args!(
            "and {more} will fail: see \"problem\" in the lists of the plan"
        ));
    }
}
