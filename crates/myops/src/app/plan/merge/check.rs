//! Whether the cases of a shard were done, once and as planned.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::app::error::Error;
use crate::app::files::{Fingerprint, Fingerprints};
use crate::app::plan::head::Plan;
use crate::app::plan::list::{PlannedCase, ShardList};
use crate::app::plan::place::PlanFolder;
use crate::app::plan::shard::failed::{self, Failure};
use crate::app::record::{Made, Record};
use crate::app::stored::{Results, Stored};

/// A case that is not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Its shard.
    pub shard: usize,
    /// Its name.
    pub case: String,
    /// What there is instead of its results.
    pub reason: String,
}

/// What was found of the cases of a shard.
#[derive(Debug, Default)]
pub struct Checked {
    /// The number of cases that are done as planned.
    pub done: usize,
    /// Cases that failed in the last run.
    pub failed: Vec<Failure>,
    /// Cases that are neither done nor failed.
    pub missing: Vec<Missing>,
    /// Folders with results of cases that are not of this shard.
    pub unplanned: Vec<PathBuf>,
}

/// Checks the cases of a shard. Nothing but what the shard wrote is read.
///
/// # Errors
/// Where the list of the shard is not the one that was planned, or a folder cannot be listed.
pub fn check(folder: &PlanFolder, plan: &Plan, shard: usize) -> Result<Checked, Error> {
    let list = ShardList::read(folder, plan, shard)?;
    let out = folder.results(shard);
    let results = Results::of(&out)?;
    // A listing makes a network file system look again.
    let unplanned = unplanned(&list, &results, &out)?;
    let failures = failed::read(&folder.failed(shard))?.into_iter();
    let mut failures: HashMap<String, Failure> = failures
        .map(|failure| (failure.case.clone(), failure))
        .collect();
    let mut checked = Checked {
        unplanned,
        ..Checked::default()
    };
    for case in &list.cases {
        if let Some(failure) = failures.remove(&case.case) {
            checked.failed.push(failure);
        } else if let Some(reason) = why_missing(case, &results, plan) {
            let case = case.case.clone();
            checked.missing.push(Missing {
                shard,
                case,
                reason,
            });
        } else {
            checked.done += 1;
        }
    }
    Ok(checked)
}

/// Folders with results of cases that are not in a list.
fn unplanned(list: &ShardList, results: &Results, out: &Path) -> Result<Vec<PathBuf>, Error> {
    if !out.exists() {
        return Ok(Vec::new());
    }
    let planned: BTreeSet<&str> = list.cases.iter().map(|case| case.case.as_str()).collect();
    let names = results.names()?.into_iter();
    let others = names.filter(|name| !planned.contains(name.as_str()));
    let with_results = others.filter(|name| results.case(name).is_some());
    let found = with_results.map(|name| out.join(name));
    Ok(found.collect())
}

/// Why a case does not count as done; `None` where its results are there, as planned.
fn why_missing(case: &PlannedCase, results: &Results, plan: &Plan) -> Option<String> {
    let Some(stored) = results.case(&case.case) else {
        return Some("no results".into());
    };
    let record = match stored.record() {
        Ok(record) => record,
        Err(error) => return Some(error.to_string()),
    };
    let asked = Made {
        weights: &plan.model.fingerprint,
        device: plan.device(),
        patient_data: plan.settings.patient_data(),
    };
    record
        .made_otherwise(&asked)
        .or_else(|| other_input(case, &record.inputs))
        .or_else(|| lost_output(&record, &stored))
}

/// Whether the files that were read are not those that were planned. Whole files were read and their ends planned, so that lengths
/// are compared; of an exam, the UIDs of all images.
fn other_input(case: &PlannedCase, read: &Fingerprints) -> Option<String> {
    let is_exam = !case.exam.is_empty();
    let same = |(planned, found): (&Fingerprint, &Fingerprint)| {
        planned.bytes == found.bytes && (!is_exam || planned == found)
    };
    let is_same = case.fingerprints.keys().eq(read.keys())
        && case.fingerprints.values().zip(read.values()).all(same);
    (!is_same).then(|| "made from other files than planned".into())
}

/// Whether a file of the results is not there, or is not as long as it was written.
fn lost_output(record: &Record, stored: &Stored) -> Option<String> {
    let is_there =
        |(name, print): &(&String, &Fingerprint)| stored.bytes(name) == Some(print.bytes);
    let (name, _) = record.outputs.iter().find(|output| !is_there(output))?;
    Some(format!("its file {name} is not as it was written"))
}
