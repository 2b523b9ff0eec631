//! `myops status`: how far the shards of a plan are.

use std::path::PathBuf;

use anyhow::Result;

use super::output::print;
use crate::app::Error;
use crate::app::note::count;
use crate::app::plan::{PATIENCE, ShardState, ShardStatus, Status, status};

/// Arguments of `myops status`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder of the plan
    plan: PathBuf,
    /// Print one JSON document instead of a table
    #[arg(long)]
    json: bool,
}

/// Prints how far the shards of a plan are.
pub fn run(args: Args) -> Result<()> {
    let status = status(args.plan, PATIENCE)?;
    if args.json {
        let json = serde_json::to_string_pretty(&status);
        return print(&(json.map_err(Error::encode("the status"))? + "\n"));
    }
    print(&table(&status))
}

const HEADINGS: [&str; 7] = [
    "shard",
    "state",
    "done",
    "failed",
    "cases",
    "cases/min",
    "left",
];

/// A line for each shard that neither waits nor is done, and one for all.
fn table(status: &Status) -> String {
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    let is_told =
        |shard: &&ShardStatus| !matches!(shard.state, ShardState::Waiting | ShardState::Done);
    rows.extend(status.shards.iter().filter(is_told).map(|shard| {
        [
            shard.shard.to_string(),
            state(shard.state).into(),
            shard.done.to_string(),
            shard.failed.to_string(),
            shard.cases.to_string(),
            number(shard.cases_per_minute),
            time(shard.seconds_left),
        ]
    }));
    rows.push([
        "all".into(),
        String::new(),
        status.done.to_string(),
        status.failed.to_string(),
        status.cases.to_string(),
        number(status.cases_per_minute),
        time(status.seconds_left),
    ]);
    let mut text = String::new();
    let widths: [usize; HEADINGS.len()] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0));
    for row in &rows {
        let cells = row.iter().zip(widths).enumerate();
        let cells = cells.map(|(column, (cell, width))| match column {
            1 => format!("{cell:width$}"),
            _ => format!("{cell:>width$}"),
        });
        text += cells.collect::<Vec<_>>().join("  ").trim_end();
        text.push('\n');
    }
    let number_in = |state| {
        status
            .shards
            .iter()
            .filter(|shard| shard.state == state)
            .count()
    };
    let (waiting, done) = (number_in(ShardState::Waiting), number_in(ShardState::Done));
    text + &format!(
        "{} wait, {} done\n",
        count(waiting, "shard"),
        count(done, "shard")
    )
}

fn state(state: ShardState) -> &'static str {
    match state {
        ShardState::Waiting => "waiting",
        ShardState::Running => "running",
        ShardState::Silent => "silent",
        ShardState::Done => "done",
        ShardState::Failed => "failed",
        ShardState::Stopped => "stopped",
    }
}

fn number(rate: Option<f64>) -> String {
    rate.map_or_else(String::new, |rate| format!("{rate:.1}"))
}

fn time(seconds: Option<f64>) -> String {
    let words = |seconds: f64| {
        let minutes = (seconds / 60.0).ceil() as u64;
        match minutes {
            0..60 => format!("{minutes} min"),
            _ => format!("{} h {:02} min", minutes / 60, minutes % 60),
        }
    };
    seconds.map_or_else(String::new, words)
}
