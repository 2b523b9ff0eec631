//! With what, from what, when and where the results of a shard were made.

use std::collections::BTreeMap;

use myops_image::io::{read_small, write_whole};
use serde::{Deserialize, Serialize};

use super::failed::Failure;
use super::progress::{Counts, RunState};
use crate::app::error::Error;
use crate::app::files::Fingerprints;
use crate::app::plan::head::Plan;
use crate::app::plan::place::PlanFolder;
use crate::app::plan::settings::Settings;
use crate::report::{ModelId, Program};

/// The name of the layout of the file.
const SCHEMA: &str = "myops-manifest-1";

/// The manifest of a shard.
#[derive(Debug, Serialize)]
pub struct Manifest<'a> {
    schema: &'static str,
    program: &'a Program,
    model: &'a ModelId,
    settings: &'a Settings,
    /// The SHA-256 of the plan.
    plan: &'a str,
    shard: usize,
    /// The SHA-256 of the list of the shard's cases.
    list: &'a str,
    /// All runs, the last one last.
    pub runs: Vec<Run>,
    /// What was read of each case that is done: the length and SHA-256 of whole files.
    pub inputs: BTreeMap<String, Fingerprints>,
    /// The cases that failed in the last run.
    pub failed: Vec<Failure>,
}

/// One run of a shard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The name of the machine.
    pub host: String,
    /// The process on that machine.
    pub pid: u32,
    /// Threads that compute.
    pub threads: usize,
    /// When it began, by the clock of that machine.
    pub started: String,
    /// When it ended; `None` while it runs, and of one that was killed.
    pub ended: Option<String>,
    /// How long it took, s.
    pub seconds: Option<f64>,
    /// How it ended.
    pub state: RunState,
    /// Why it ended early, if it did.
    pub stopped_by: Option<String>,
    /// What it did.
    pub counts: Counts,
}

/// The runs of a manifest.
#[derive(Deserialize)]
struct Runs {
    plan: String,
    runs: Vec<Run>,
}

impl<'a> Manifest<'a> {
    /// The manifest of a shard, with the runs before.
    pub fn of(folder: &PlanFolder, plan: &'a Plan, shard: usize) -> Result<Self, Error> {
        Ok(Self {
            schema: SCHEMA,
            program: &plan.program,
            model: &plan.model,
            settings: &plan.settings,
            plan: &plan.sha256,
            shard,
            list: &plan.shard(shard)?.sha256,
            runs: runs_before(folder, plan, shard),
            inputs: BTreeMap::new(),
            failed: Vec::new(),
        })
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, folder: &PlanFolder) -> Result<(), Error> {
        let bytes = serde_json::to_vec_pretty(self).map_err(Error::encode("the manifest"))?;
        Ok(write_whole(folder.manifest(self.shard), |w| {
            w.write_all(&bytes)
        })?)
    }
}

/// The runs that a shard had before; those of another plan, or in a file that cannot be read, are forgotten.
fn runs_before(folder: &PlanFolder, plan: &Plan, shard: usize) -> Vec<Run> {
    let read = read_small(folder.manifest(shard)).ok();
    let parsed: Option<Runs> = read.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    parsed
        .filter(|before| before.plan == plan.sha256)
        .map_or_else(Vec::new, |before| before.runs)
}
