//! The job that brings the shards of a plan together.

use std::collections::BTreeSet;
use std::path::PathBuf;

use myops_image::io::write_whole;
use rayon::prelude::*;
use serde::Serialize;

use super::check::{Checked, Missing, check};
use crate::app::cohort::Cohort;
use crate::app::error::Error;
use crate::app::files::{OutputFolder, folder, guard};
use crate::app::plan::head::Plan;
use crate::app::plan::place::PlanFolder;
use crate::app::plan::shard::failed::Failure;
use crate::app::progress::{Progress, Stage, in_stage};
use crate::report::Csv;

/// The name of the layout of what a merge tells.
const SCHEMA: &str = "myops-merge-1";

/// Brings the shards of a plan together.
#[derive(Debug, Clone)]
pub struct MergeJob {
    /// The folder of the plan.
    pub plan: PathBuf,
    /// What happens where cases are missing.
    pub incomplete: Incomplete,
}

/// What happens to the tables of a cohort where cases were not done yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Incomplete {
    /// They are not written.
    #[default]
    Refuse,
    /// They are written of the cases that are done, into a folder of their own.
    Write,
}

/// What a [`MergeJob`] found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Merged {
    /// The name of the layout.
    pub schema: &'static str,
    /// The SHA-256 of the plan.
    pub plan: String,
    /// The number of shards.
    pub shards: usize,
    /// The number of all cases.
    pub cases: usize,
    /// The number of cases that were done, once and as planned.
    pub done: usize,
    /// Cases that failed.
    pub failed: Vec<Failure>,
    /// Cases that are neither done nor failed.
    pub missing: Vec<Missing>,
    /// Folders with results of cases that are not planned there.
    pub unplanned: Vec<PathBuf>,
    /// The folder into which the tables were written, if they were.
    pub tables: Option<PathBuf>,
    /// The shards to run again, as `sbatch --array` takes them: `0-3,7`.
    pub again: String,
}

impl Merged {
    /// Whether every case was done, once and as planned.
    pub fn is_complete(&self) -> bool {
        self.done == self.cases && self.unplanned.is_empty()
    }
}

impl MergeJob {
    /// A job that writes no tables where cases are missing.
    pub fn new(plan: impl Into<PathBuf>) -> Self {
        Self {
            plan: plan.into(),
            incomplete: Incomplete::default(),
        }
    }

    /// Checks every case, and writes the tables and the page of the cohort into the folder of the plan. A case that failed is left
    /// out of them, and is in `not-done.csv` instead. Where cases are missing, tables of the others go into the folder
    /// `incomplete` if they are asked for; where there are results that were not planned, none are written.
    ///
    /// # Errors
    /// Where there is no plan, one of its files was changed, or a file cannot be written.
    pub fn run(&self, progress: &dyn Progress) -> Result<Merged, Error> {
        let folder = PlanFolder::at(&self.plan);
        let plan = Plan::read(&folder)?;
        let claimed = OutputFolder::claim(folder.path())?;
        let mut merged = check_all(&folder, &plan, progress)?;
        write_not_done(&folder, &merged)?;
        let out = if merged.missing.is_empty() {
            claimed.path().to_path_buf()
        } else {
            folder.incomplete()
        };
        let is_wanted = merged.missing.is_empty() || self.incomplete == Incomplete::Write;
        if is_wanted && merged.unplanned.is_empty() && merged.done > 0 {
            folder::make_inside(folder.path(), &out)?;
            let results = (0..plan.shards.len()).map(|shard| folder.results(shard));
            let cohort = Cohort {
                folders: results.filter(|results| results.exists()).collect(),
                failed: merged.not_done(),
                patient_data: plan.settings.patient_data(),
            };
            cohort.write(&out, progress)?;
            merged.tables = Some(out);
        }
        Ok(merged)
    }
}

/// Checks the cases of all shards.
fn check_all(folder: &PlanFolder, plan: &Plan, progress: &dyn Progress) -> Result<Merged, Error> {
    let one = |shard: usize| {
        let checked = check(folder, plan, shard);
        progress.advanced(plan.shards[shard].cases as u64, "");
        checked
    };
    let checked: Vec<Checked> = in_stage(progress, Stage::Checking, plan.cases, || {
        (0..plan.shards.len())
            .into_par_iter()
            .map(one)
            .collect::<Result<_, Error>>()
    })?;
    let mut merged = Merged {
        schema: SCHEMA,
        plan: plan.sha256.clone(),
        shards: plan.shards.len(),
        cases: plan.cases,
        done: 0,
        failed: Vec::new(),
        missing: Vec::new(),
        unplanned: other_folders(folder, plan)?,
        tables: None,
        again: String::new(),
    };
    let mut again = Vec::new();
    for (shard, checked) in checked.into_iter().enumerate() {
        if !checked.missing.is_empty() || checked.failed.iter().any(|case| case.may_pass) {
            again.push(shard);
        }
        merged.done += checked.done;
        merged.failed.extend(checked.failed);
        merged.missing.extend(checked.missing);
        merged.unplanned.extend(checked.unplanned);
    }
    merged.again = ranges(&again);
    Ok(merged)
}

impl Merged {
    /// The names of cases that are not done.
    fn not_done(&self) -> BTreeSet<String> {
        let failed = self.failed.iter().map(|case| case.case.clone());
        let missing = self.missing.iter().map(|case| case.case.clone());
        failed.chain(missing).collect()
    }
}

/// Folders among the results that are those of no shard.
fn other_folders(folder: &PlanFolder, plan: &Plan) -> Result<Vec<PathBuf>, Error> {
    let all = folder.all_results();
    if !all.exists() {
        return Ok(Vec::new());
    }
    let shards: BTreeSet<PathBuf> = (0..plan.shards.len())
        .map(|shard| folder.results(shard))
        .collect();
    let there = guard::entries(&all)?.into_iter().map(|entry| entry.path());
    let mut others: Vec<PathBuf> = there
        .filter(|path| path.is_dir() && !shards.contains(path))
        .collect();
    others.sort();
    Ok(others)
}

/// Writes the table of the cases that are not done.
fn write_not_done(folder: &PlanFolder, merged: &Merged) -> Result<(), Error> {
    let mut csv = Csv::default();
    csv.row(["shard", "case", "state", "reason"]);
    for case in &merged.failed {
        csv.row([&case.shard.to_string(), &case.case, "failed", &case.error]);
    }
    for case in &merged.missing {
        csv.row([&case.shard.to_string(), &case.case, "missing", &case.reason]);
    }
    let text = csv.into_text();
    Ok(write_whole(folder.not_done(), |w| {
        w.write_all(text.as_bytes())
    })?)
}

/// Rising numbers as a list of ranges: `0-3,7`.
fn ranges(numbers: &[usize]) -> String {
    let follow = |a: &usize, b: &usize| a + 1 == *b;
    let ranges = numbers.chunk_by(follow).filter_map(|range| match range {
        [] => None,
        [one] => Some(one.to_string()),
        [first, .., last] => Some(format!("{first}-{last}")),
    });
    ranges.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_told_in_ranges() {
        assert_eq!(ranges(&[]), "");
        assert_eq!(ranges(&[0, 1, 2, 5, 7, 8]), "0-2,5,7-8");
    }
}
