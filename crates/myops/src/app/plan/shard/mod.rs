//! One shard of a plan: its cases segmented by one process, and what is told of the run.

mod claim;
pub(super) mod failed;
mod job;
mod journal;
pub(super) mod manifest;
pub(super) mod progress;

pub use job::{Outcome, Shard, ShardJob, ShardRun};
