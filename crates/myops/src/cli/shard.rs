//! `myops segment --plan`: one shard of a plan.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::LazyLock;
use std::time::{Instant, SystemTime};

use anyhow::{Context, Result, anyhow};

use super::console::Console;
use super::failure::{TryAgain, hinted, tell_failed};
use super::results::open;
use crate::app::note::count;
use crate::app::plan::{Clock, Outcome, ShardJob, ShardRun, may_pass};
use crate::app::segment::Finished;
use crate::app::{Error, FolderError};

/// The clocks of this machine.
const CLOCK: Clock = Clock {
    date: SystemTime::now,
    elapsed: || START.elapsed(),
};

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Segments the cases of a shard that are not finished.
pub fn run(plan: PathBuf, number: usize, finished: Finished, console: &Console) -> Result<()> {
    let job = ShardJob {
        finished,
        ..ShardJob::new(plan, number, CLOCK)
    };
    stop_at_signals(&job)?;
    let shard = job.read()?;
    let device = shard.device().parse()?;
    let model = open(shard.model(), device, console)?;
    let run = job.run(&shard, &model, console).map_err(again)?;
    let done = run.counts.done();
    let all = count(run.counts.cases, "case");
    console.say(format_args!("shard {number}: {done} of {all} done"));
    let outcome = run.outcome();
    ended(run, outcome).map_err(|error| match outcome {
        Outcome::TryAgain => TryAgain(error).into(),
        _ => error,
    })
}

/// The error of a shard whose cases are not all done.
fn ended(run: ShardRun, outcome: Outcome) -> Result<()> {
    let all = count(run.counts.cases, "case");
    let failed = tell_failed(run.failed);
    if let Some(error) = run.stopped_by {
        return Err(error.into());
    }
    if failed.is_empty() {
        return Ok(());
    }
    let error = anyhow!("{} of {all} failed: {}", failed.len(), failed.join(", "));
    match outcome {
        Outcome::TryAgain => Err(hinted(error, "the same command tries these cases again")),
        _ => Err(error),
    }
}

/// Marks an error that may be gone when the same command is given again.
fn again(error: Error) -> anyhow::Error {
    if !may_pass(&error) {
        return error.into();
    }
    let is_held = matches!(error, Error::Folder(FolderError::Held { .. }));
    let error = anyhow::Error::from(error);
    let advised = if is_held {
        hinted(
            error,
            "nothing needs to be done: that process does the shard",
        )
    } else {
        error
    };
    TryAgain(advised).into()
}

/// Has the signals by which schedulers announce the end of a job end it in order: the cases that are begun are finished.
#[cfg(unix)]
fn stop_at_signals(job: &ShardJob) -> Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::flag;
    for signal in [SIGTERM, SIGINT] {
        // A second signal of the kind ends the process at once.
        flag::register_conditional_default(signal, Arc::clone(&job.stop))
            .and_then(|_| flag::register(signal, Arc::clone(&job.stop)))
            .context("signals of the system cannot be received")?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn stop_at_signals(_: &ShardJob) -> Result<()> {
    Ok(())
}
