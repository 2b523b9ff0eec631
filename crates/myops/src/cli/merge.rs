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
    /// Write the tables of the cases that are done, into PLAN/incomplete, although others are missing
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
    let error = anyhow!("{}", what_is_wrong(&merged));
    if merged.again.is_empty() {
        return Err(error);
    }
    Err(error).hint(|| format!("run again: sbatch --array={}", merged.again))
}

/// Why a cohort is not complete.
fn what_is_wrong(merged: &Merged) -> String {
    let all = count(merged.cases, "case");
    let parts = [
        (merged.failed.len(), "failed"),
        (merged.missing.len(), "missing"),
    ];
    let parts = parts.into_iter().filter(|(n, _)| *n > 0);
    let mut parts: Vec<String> = parts
        .map(|(n, what)| format!("{n} of {all} {what}"))
        .collect();
    if !merged.unplanned.is_empty() {
        let folders = count(merged.unplanned.len(), "folder");
        parts.push(format!("{folders} of results not planned"));
    }
    parts.join(", ")
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
    let tables = match &merged.tables {
        Some(folder) => format!(
            "tables of these: {}/cohort.csv, .parquet, .html",
            folder.display()
        ),
        None if !merged.unplanned.is_empty() => {
            "no tables were written: some results were not planned".into()
        }
        None => {
            "no tables were written (--incomplete writes those of the cases that are done)".into()
        }
    };
    console.say(format_args!("{done} of {all} done; {tables}"));
}
