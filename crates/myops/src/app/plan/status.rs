//! How far the shards of a plan are, from files alone.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use serde::Serialize;

use super::head::Plan;
use super::place::PlanFolder;
use super::shard::progress::{RunState, ShardProgress};
use crate::app::error::Error;
use crate::app::files::lock::Lock;

/// The name of the layout of what is told.
const SCHEMA: &str = "myops-status-1";
/// How long a sign of life is waited for: a few times as long as from one to the next.
pub const PATIENCE: Duration = Duration::from_secs(16);

/// How far the shards of a plan are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    /// The name of the layout.
    pub schema: &'static str,
    /// The SHA-256 of the plan.
    pub plan: String,
    /// The number of all cases.
    pub cases: usize,
    /// Those that are done.
    pub done: usize,
    /// Those that failed in the last run of their shard.
    pub failed: usize,
    /// Cases that all running shards together end in a minute; `None` where none runs, or none has ended a case.
    pub cases_per_minute: Option<f64>,
    /// The time until the last case, if no more and no fewer shards run than now, s.
    pub seconds_left: Option<f64>,
    /// All shards.
    pub shards: Vec<ShardStatus>,
}

/// How far a shard is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShardStatus {
    /// The shard.
    pub shard: usize,
    /// Where it stands.
    pub state: ShardState,
    /// The machine of its last run.
    pub host: Option<String>,
    /// The number of its cases.
    pub cases: usize,
    /// Those that are done.
    pub done: usize,
    /// Those that failed in the last run.
    pub failed: usize,
    /// Cases that it ends in a minute, while it runs.
    pub cases_per_minute: Option<f64>,
    /// The time until its last case, while it runs, s.
    pub seconds_left: Option<f64>,
}

/// Where a shard stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ShardState {
    /// It was not started.
    Waiting,
    /// It runs.
    Running,
    /// It was running when it last wrote, and gives no sign of life: it was killed, or its machine does not answer.
    Silent,
    /// All of its cases are done.
    Done,
    /// It ended, and some of its cases failed.
    Failed,
    /// It ended before its last case, and is to be run again.
    Stopped,
}

/// Reads how far the shards of a plan are. Where the locks of a running shard are not seen here, a sign of life is waited for, at most
/// `patience`; no clock of another machine is asked.
///
/// # Errors
/// Where there is no plan, or it was changed.
pub fn status(folder: impl Into<PathBuf>, patience: Duration) -> Result<Status, Error> {
    let folder = PlanFolder::at(folder);
    let plan = Plan::read(&folder)?;
    let read = |shard| ShardProgress::read(&folder, &plan.sha256, shard);
    let first: Vec<_> = (0..plan.shards.len()).map(read).collect();
    let is_running = |progress: &ShardProgress| progress.state == RunState::Running;
    let in_doubt = |progress: &ShardProgress| {
        is_running(progress) && Lock::check_free(&folder.results(progress.shard)).is_ok()
    };
    let doubtful: Vec<bool> = first
        .iter()
        .map(|progress| progress.as_ref().is_some_and(in_doubt))
        .collect();
    if doubtful.contains(&true) {
        thread::sleep(patience);
    }
    let shards = first
        .into_iter()
        .zip(doubtful)
        .enumerate()
        .map(|(shard, (before, doubtful))| {
            let now = if doubtful {
                read(shard)
            } else {
                before.clone()
            };
            let is_silent = doubtful && now == before;
            of_shard(shard, plan.shards[shard].cases, now.as_ref(), is_silent)
        });
    Ok(Status::of(&plan, shards.collect()))
}

fn of_shard(
    shard: usize,
    cases: usize,
    progress: Option<&ShardProgress>,
    is_silent: bool,
) -> ShardStatus {
    let state = match progress.map(|progress| progress.state) {
        None => ShardState::Waiting,
        Some(RunState::Running) if is_silent => ShardState::Silent,
        Some(RunState::Running) => ShardState::Running,
        Some(RunState::Done) => ShardState::Done,
        Some(RunState::Failed) => ShardState::Failed,
        Some(RunState::Stopped) => ShardState::Stopped,
    };
    let running = progress.filter(|_| state == ShardState::Running);
    let ended = |p: &ShardProgress| (p.counts.segmented + p.counts.failed) as f64;
    let per_minute = |p: &ShardProgress| (ended(p) > 0.0).then(|| 60.0 * ended(p) / p.seconds);
    let seconds_left = |p: &ShardProgress| {
        let voxels = p.counts.voxels_ended as f64;
        (voxels > 0.0).then(|| p.seconds * p.counts.voxels_left() as f64 / voxels)
    };
    ShardStatus {
        shard,
        state,
        host: progress.map(|p| p.host.clone()),
        cases,
        done: progress.map_or(0, |p| p.counts.done()),
        failed: progress.map_or(0, |p| p.counts.failed),
        cases_per_minute: running.and_then(per_minute),
        seconds_left: running.and_then(seconds_left),
    }
}

impl Status {
    fn of(plan: &Plan, shards: Vec<ShardStatus>) -> Self {
        let done = shards.iter().map(|shard| shard.done).sum();
        let failed = shards.iter().map(|shard| shard.failed).sum();
        let rates: Vec<f64> = shards
            .iter()
            .filter_map(|shard| shard.cases_per_minute)
            .collect();
        let rate = (!rates.is_empty()).then(|| rates.iter().sum::<f64>());
        let left = plan.cases.saturating_sub(done + failed) as f64;
        Self {
            schema: SCHEMA,
            plan: plan.sha256.clone(),
            cases: plan.cases,
            done,
            failed,
            cases_per_minute: rate,
            seconds_left: rate.map(|rate| 60.0 * left / rate),
            shards,
        }
    }
}
