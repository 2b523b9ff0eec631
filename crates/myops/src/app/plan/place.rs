//! Where the files of a plan lie.

use std::path::{Path, PathBuf};

/// The folder of a plan, with the files in it.
#[derive(Debug, Clone)]
pub struct PlanFolder(PathBuf);

impl PlanFolder {
    /// The folder at a path, whether it is there or not.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The file of the plan's settings and shards.
    pub fn head(&self) -> PathBuf {
        self.0.join("plan.json")
    }

    /// The folder of the lists of all shards.
    pub fn lists(&self) -> PathBuf {
        self.0.join("shards")
    }

    /// The list of a shard's cases.
    pub fn list(&self, shard: usize) -> PathBuf {
        self.lists().join(format!("{shard:04}.json"))
    }

    /// Whether a file is the list of a shard, by its name.
    pub fn is_list(&self, path: &Path) -> bool {
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        stem.and_then(|stem| stem.parse().ok())
            .is_some_and(|shard| self.list(shard) == path)
    }

    /// The table of the cases that are not done, which a merge writes.
    pub fn not_done(&self) -> PathBuf {
        self.0.join("not-done.csv")
    }

    /// The folder of the tables of a cohort of which cases are missing.
    pub fn incomplete(&self) -> PathBuf {
        self.0.join("incomplete")
    }

    /// The folder of the results of all shards.
    pub fn all_results(&self) -> PathBuf {
        self.0.join("results")
    }

    /// The folder of a shard's results, one folder a case.
    pub fn results(&self, shard: usize) -> PathBuf {
        self.all_results().join(format!("{shard:04}"))
    }

    /// The folder of what is told of the runs of all shards.
    pub fn all_runs(&self) -> PathBuf {
        self.0.join("runs")
    }

    /// The folder of what is told of the runs of a shard.
    pub fn run(&self, shard: usize) -> PathBuf {
        self.all_runs().join(format!("{shard:04}"))
    }

    /// How far the last run of a shard has come.
    pub fn progress(&self, shard: usize) -> PathBuf {
        self.run(shard).join("progress.json")
    }

    /// With what, from what, when and where the results of a shard were made.
    pub fn manifest(&self, shard: usize) -> PathBuf {
        self.run(shard).join("manifest.json")
    }

    /// The table of the cases that failed in the last run of a shard.
    pub fn failed(&self, shard: usize) -> PathBuf {
        self.run(shard).join("failed.csv")
    }
}
