//! A cohort planned once, and segmented in shards by processes that need not know of one another.
//!
//! A [`PlanJob`] reads the headers of all cases and writes a plan: settings, model, and a list of cases for each shard. A
//! [`ShardJob`] does one of them, on any machine that sees the same files. A [`MergeJob`] checks that every case was done once, as
//! planned, and writes the tables of the cohort. [`status`] tells from files alone how far the shards are.

mod clock;
mod deal;
mod error;
mod head;
mod job;
mod list;
mod may_pass;
mod merge;
mod place;
mod settings;
mod shard;
mod status;

pub use clock::Clock;
pub use error::PlanError;
pub use head::{Plan, ShardHead};
pub use job::{Before, PlanJob, Planned};
pub use may_pass::may_pass;
pub use merge::{Incomplete, MergeJob, Merged, Missing};
pub use settings::Settings;
pub use shard::failed::Failure;
pub use shard::progress::Counts;
pub use shard::{Outcome, Shard, ShardJob, ShardRun};
pub use status::{PATIENCE, ShardState, ShardStatus, Status, status};
