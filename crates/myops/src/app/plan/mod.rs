//! A cohort planned once, and segmented in shards by processes that need not know of one another.
//!
//! A [`PlanJob`] reads the headers of all cases and writes a plan: settings, model, and a list of cases for each shard. A
//! [`ShardJob`] does one of them, on any machine that sees the same files. A [`MergeJob`] checks that every case was done once, as
//! planned, and writes the tables of the cohort. [`status`] tells from files alone how far the shards are.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//! use myops::app::plan::{Clock, MergeJob, Outcome, PlanJob, ShardJob, status};
//! use myops::app::{Model, PhantomJob, SegmentJob, Silent};
//! use myops::device::DeviceChoice;
//!
//! let place = tempfile::tempdir()?;
//! let (data, out) = (place.path().join("data"), place.path().join("plan"));
//! PhantomJob { cases: 2, ..PhantomJob::new(&data) }.run(&Silent)?;
//! let job = PlanJob { shards: Some(2), ..PlanJob::new(SegmentJob::new([&data], &out), "runet") };
//! assert_eq!(job.run(&Silent)?.plan.shards.len(), 2);
//!
//! // On one machine or on two, one after the other or at the same time.
//! let model = Model::open("runet", DeviceChoice::Cpu)?;
//! let clock = Clock { date: SystemTime::now, elapsed: || Duration::ZERO };
//! for number in [0, 1] {
//!     let job = ShardJob::new(&out, number, clock);
//!     let run = job.run(&job.read()?, &model, &Silent)?;
//!     assert_eq!(run.outcome(), Outcome::Done);
//! }
//! assert_eq!(status(&out, Duration::ZERO)?.done, 2);
//! assert!(MergeJob::new(&out).run(&Silent)?.is_complete());
//! assert!(out.join("cohort.csv").is_file());
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

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
