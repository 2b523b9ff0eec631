//! Why a plan cannot be made, done or merged.

use std::path::PathBuf;

/// Why a plan cannot be made, done or merged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// There is no plan in the folder.
    #[error("{}: no plan there", .0.display())]
    NoPlan(PathBuf),
    /// A file of the plan is damaged, or of another version of the program.
    #[error("{}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// A file of the plan is not as it was written.
    #[error("{}: changed since it was planned: its SHA-256 is {found}, planned {planned}", path.display())]
    Edited {
        /// The file.
        path: PathBuf,
        /// Its SHA-256 now.
        found: String,
        /// That in the plan.
        planned: String,
    },
    /// Another version of the program made the plan.
    #[error("{}: planned with myops {planned}, and this is myops {}", path.display(), env!("CARGO_PKG_VERSION"))]
    OtherProgram {
        /// The file of the plan.
        path: PathBuf,
        /// The version that made it.
        planned: String,
    },
    /// The model has other weights than when the plan was made.
    #[error("model {name}: its weights are {found}, planned {planned}")]
    OtherModel {
        /// The model.
        name: String,
        /// The fingerprint of its weights now.
        found: String,
        /// That in the plan.
        planned: String,
    },
    /// The plan has no shard of this number.
    #[error("shard = {shard}: need 0 to {}", shards.saturating_sub(1))]
    NoShard {
        /// The number.
        shard: usize,
        /// How many there are.
        shards: usize,
    },
    /// Cases cannot be dealt into so many shards.
    #[error("shards = {shards}: need 1 to {most}")]
    Shards {
        /// The number asked for.
        shards: usize,
        /// The largest number.
        most: usize,
    },
    /// The folder holds another plan, of which something was done.
    #[error("{}: another plan, part of which was done: {}", path.display(), differences.join("; "))]
    Differs {
        /// The file of the other plan.
        path: PathBuf,
        /// In what it differs.
        differences: Vec<String>,
    },
    /// A path is no text, so that it cannot be written into a plan.
    #[error("{}: a path that is not UTF-8 cannot be planned", .0.display())]
    NotText(PathBuf),
    /// A case could not be segmented as it was when it was planned.
    #[error("{0}")]
    Unusable(String),
    /// None of a shard's files is there.
    #[error("none of the files of {cases} cases is there, the first of them {}", first.display())]
    NoInput {
        /// The number of cases.
        cases: usize,
        /// The first file.
        first: PathBuf,
    },
    /// The run was asked to stop.
    #[error("stopped by a signal with {left} of {cases} cases left")]
    Stopped {
        /// The cases that are not done.
        left: usize,
        /// All cases of the shard.
        cases: usize,
    },
    /// Another process took the shard over.
    #[error("{}: another process took this shard over", .0.display())]
    TakenOver(PathBuf),
}
