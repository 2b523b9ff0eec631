//! The shards of a plan brought together: every case checked, and the tables of the cohort.

mod check;
mod job;

pub use check::Missing;
pub use job::{Incomplete, MergeJob, Merged};
