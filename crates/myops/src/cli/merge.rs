//! `myops merge`: the shards of a plan brought together.

use std::path::PathBuf;

use anyhow::{Result, anyhow};

use super::console::Console;
use super::failure::WithHint;
use super::output::print;
use crate::app::Error;
use crate::app::note::count;
use crate::app::plan::{Incomplete, MergeJob, Merged};

/// Arguments of `myops merge`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder of the plan
    plan: PathBuf,
    /// Write the tables of the cohort although cases were not done yet
    #[arg(long)]
    incomplete: bool,
    /// Print one JSON document instead of the shards to run again
    #[arg(long)]
    json: bool,
}

/// Failed and missing cases that are told one by one.
const TOLD: usize = 10;

/// Checks all cases and writes the tables of the cohort; prints the shards to run again.
pub fn run(args: Args, console: &Console) -> Result<()> {
    let job = MergeJob {
        plan: args.plan,
        incomplete: if args.incomplete {
            Incomplete::Write
        } else {
            Incomplete::Refuse
        },
    };
    let merged = job.run(console)?;
    tell(&merged, &job, console);
    if args.json {
        let json = serde_json::to_string_pretty(&merged);
        print(&(json.map_err(Error::encode("what was merged"))? + "\n"))?;
    } else if !merged.again.is_empty() {
        print(&format!("{}\n", merged.again))?;
    }
    if merged.is_complete() {
        return Ok(());
    }
    let (failed, missing) = (merged.failed.len(), merged.missing.len());
    let (all, unplanned) = (count(merged.cases, "case"), merged.unplanned.len());
    let mut parts = vec![
        format!("{failed} of {all} failed"),
        format!("{missing} are missing"),
    ];
    if unplanned > 0 {
        parts.push(format!("{} not planned", count(unplanned, "folder")));
    }
    let error = anyhow!("{}", parts.join(", "));
    if merged.again.is_empty() {
        return Err(error);
    }
    Err(error).hint(|| format!("run again: sbatch --array={}", merged.again))
}

fn tell(merged: &Merged, job: &MergeJob, console: &Console) {
    let plan = job.plan.display();
    for case in merged.failed.iter().take(TOLD) {
        console.say(format_args!(
            "shard {}, case {}: failed: {}",
            case.shard, case.case, case.error
        ));
    }
    for case in merged.missing.iter().take(TOLD) {
        console.say(format_args!(
            "shard {}, case {}: {}",
            case.shard, case.case, case.reason
        ));
    }
    for folder in merged.unplanned.iter().take(TOLD) {
        console.say(format_args!("{}: not planned there", folder.display()));
    }
    let most = [merged.failed.len(), merged.missing.len()]
        .into_iter()
        .max();
    if most.is_some_and(|most| most > TOLD) {
        console.say(format_args!("all of them: {plan}/not-done.csv"));
    }
    let (done, all) = (merged.done, count(merged.cases, "case"));
    let tables = match merged.tables {
        true if merged.done == merged.cases => {
            format!("tables of all: {plan}/cohort.csv, cohort.html")
        }
        true => format!("tables of these {done} alone: {plan}/cohort.csv, cohort.html"),
        false => {
            "no tables were written (--incomplete writes those of the cases that are done)".into()
        }
    };
    console.say(format_args!("{done} of {all} done; {tables}"));
}
