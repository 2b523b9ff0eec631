//! How far a run of a shard has come, in a small file that is written whole again and again.

use myops_image::io::{read_small, write_whole};
use serde::{Deserialize, Serialize};

use crate::app::error::Error;
use crate::app::plan::place::PlanFolder;

/// The name of the layout of the file.
const SCHEMA: &str = "myops-progress-1";

/// How far a run of a shard has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShardProgress {
    /// The name of the layout.
    pub schema: String,
    /// The SHA-256 of the plan.
    pub plan: String,
    /// The shard.
    pub shard: usize,
    /// Where it stands.
    pub state: RunState,
    /// The machine that it runs on.
    pub host: String,
    /// The process on that machine.
    pub pid: u32,
    /// How many times this was written: a sign of life that needs no clock.
    pub beat: u64,
    /// The time that passed in the process, s.
    pub seconds: f64,
    /// What is done.
    pub counts: Counts,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It runs, or was killed.
    Running,
    /// It ended, and all cases are done.
    Done,
    /// It ended, and some cases failed.
    Failed,
    /// It ended before its last case, and is to be run again.
    Stopped,
}

/// Cases of a run, and their voxels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// All cases of the shard.
    pub cases: usize,
    /// Those that an earlier run finished.
    pub finished_before: usize,
    /// Those that this run segmented.
    pub segmented: usize,
    /// Those that failed in this run.
    pub failed: usize,
    /// Voxels of all cases.
    pub voxels: u64,
    /// Voxels of the cases finished before.
    pub voxels_before: u64,
    /// Voxels of the cases that this run segmented or that failed.
    pub voxels_ended: u64,
}

impl Counts {
    /// Cases that are done.
    pub fn done(&self) -> usize {
        self.finished_before + self.segmented
    }

    /// Cases that are neither done nor failed.
    pub fn left(&self) -> usize {
        self.cases.saturating_sub(self.done() + self.failed)
    }

    /// Their voxels.
    pub fn voxels_left(&self) -> u64 {
        self.voxels
            .saturating_sub(self.voxels_before + self.voxels_ended)
    }
}

impl ShardProgress {
    /// How far the run of a shard has come that just began.
    pub fn new(plan: &str, shard: usize, host: String, counts: Counts) -> Self {
        Self {
            schema: SCHEMA.into(),
            plan: plan.into(),
            shard,
            state: RunState::Running,
            host,
            pid: std::process::id(),
            beat: 0,
            seconds: 0.0,
            counts,
        }
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, folder: &PlanFolder) -> Result<(), Error> {
        let bytes = serde_json::to_vec_pretty(self).map_err(Error::encode("the progress"))?;
        Ok(write_whole(folder.progress(self.shard), |w| {
            w.write_all(&bytes)
        })?)
    }

    /// Reads what the last run of a shard of this plan has written; `None` where there is none, or it cannot be read now.
    pub fn read(folder: &PlanFolder, plan: &str, shard: usize) -> Option<Self> {
        let bytes = read_small(folder.progress(shard)).ok()?;
        let read: Self = serde_json::from_slice(&bytes).ok()?;
        (read.schema == SCHEMA && read.plan == plan && read.shard == shard).then_some(read)
    }
}
