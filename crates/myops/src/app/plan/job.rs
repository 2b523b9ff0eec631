//! The job that plans a cohort.

use std::collections::BTreeMap;

use myops_image::io::write_whole;
use rayon::prelude::*;

use super::deal::deal;
use super::error::PlanError;
use super::head::{Plan, ShardHead};
use super::list::{PlannedCase, ShardList, absolute};
use super::place::PlanFolder;
use super::settings::Settings;
use crate::app::error::Error;
use crate::app::files::{Fingerprint, OutputFolder, folder, guard};
use crate::app::model::BUILT_IN;
use crate::app::model::trained::Trained;
use crate::app::note::first_of;
use crate::app::progress::{Progress, Stage, in_stage};
use crate::app::segment::SegmentJob;
use crate::device::DeviceChoice;
use crate::report::ModelId;

/// The cases of a shard where the number of shards is not given: half an hour of two cores.
const CASES_A_SHARD: usize = 1000;
/// The largest number of shards.
const MOST_SHARDS: usize = 10_000;

/// Plans a [`SegmentJob`] that is done in shards, by processes that need not know of one another.
#[derive(Debug, Clone)]
pub struct PlanJob {
    /// What is segmented, and how. Its folder for results is that of the plan.
    pub segment: SegmentJob,
    /// The model: a built-in one, the folder of a training, or a file of weights.
    pub model: String,
    /// Where it will be computed.
    pub device: DeviceChoice,
    /// The number of shards; without one, a shard for every 1000 cases.
    pub shards: Option<usize>,
}

/// What a [`PlanJob`] planned.
#[derive(Debug)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// What was in its folder before.
    pub before: Before,
    /// Cases that are planned and cannot be segmented as they are now, with the reason.
    pub unusable: Vec<(String, String)>,
}

/// What was in the folder of a plan before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// No plan.
    Nothing,
    /// The same plan.
    Same,
    /// Another plan, of which nothing was done; it was replaced.
    Other,
}

impl PlanJob {
    /// A plan of what a job would do with a model, on the CPU, in a shard for every 1000 cases.
    pub fn new(segment: SegmentJob, model: impl Into<String>) -> Self {
        Self {
            segment,
            model: model.into(),
            device: DeviceChoice::default(),
            shards: None,
        }
    }

    /// Finds the cases, reads the headers of their files, deals them into shards and writes the plan. Where the same plan is there,
    /// nothing is written. Another plan is replaced as long as nothing of it was done.
    ///
    /// # Errors
    /// Where there is no case or no such model, the plan would be written among the input, there cannot be so many shards, or
    /// the folder holds another plan that was begun.
    pub fn run(&self, progress: &dyn Progress) -> Result<Planned, Error> {
        let model = self.model()?;
        let cases = self.cases(progress)?;
        let most = MOST_SHARDS.min(cases.len());
        let shards = self.shards.unwrap_or(cases.len().div_ceil(CASES_A_SHARD));
        if !(1..=most).contains(&shards) {
            return Err(PlanError::Shards { shards, most }.into());
        }
        let unusable = cases
            .iter()
            .filter_map(|case| Some((case.case.clone(), case.problem.clone()?)));
        let unusable = unusable.collect();
        let lists = dealt(cases, shards);
        let heads = lists.iter().map(head).collect::<Result<_, Error>>()?;
        let settings = Settings::of(&self.segment);
        let plan = Plan::new(self.device.name(), model, settings, heads)?;
        let out = OutputFolder::claim(&self.segment.out)?;
        let folder = PlanFolder::at(out.path());
        let before = place(&folder, &plan, &lists)?;
        Ok(Planned {
            plan,
            before,
            unusable,
        })
    }

    /// The model by a name that holds in every folder, and its weights.
    fn model(&self) -> Result<ModelId, Error> {
        let Trained { fingerprint, .. } = Trained::read(&self.model)?;
        let is_built_in = BUILT_IN.iter().any(|model| model.name == self.model);
        let name = if is_built_in {
            self.model.clone()
        } else {
            let path = absolute(self.model.as_ref())?;
            path.to_string_lossy().into_owned()
        };
        Ok(ModelId { name, fingerprint })
    }

    fn cases(&self, progress: &dyn Progress) -> Result<Vec<PlannedCase>, Error> {
        let found = self.segment.find(progress)?;
        let survey = |case| {
            let planned = PlannedCase::of(&case);
            progress.advanced(1, "");
            planned
        };
        in_stage(progress, Stage::Planning, found.len(), || {
            found.into_par_iter().map(survey).collect()
        })
    }
}

/// The lists of all shards; cases keep their order.
fn dealt(cases: Vec<PlannedCase>, shards: usize) -> Vec<ShardList> {
    let weights: Vec<u64> = cases.iter().map(PlannedCase::weight).collect();
    let mut lists: Vec<ShardList> = (0..shards)
        .map(|shard| ShardList::new(shard, Vec::new()))
        .collect();
    for (case, shard) in cases.into_iter().zip(deal(&weights, shards)) {
        lists[shard].cases.push(case);
    }
    lists
}

fn head(list: &ShardList) -> Result<ShardHead, Error> {
    Ok(ShardHead {
        cases: list.cases.len(),
        voxels: list.cases.iter().map(|case| case.voxels).sum(),
        sha256: Fingerprint::of_bytes(&list.encoded()?).sha256,
    })
}

/// Puts a plan into its folder, unless it is there.
fn place(folder: &PlanFolder, plan: &Plan, lists: &[ShardList]) -> Result<Before, Error> {
    let before = match Plan::find(folder)? {
        None => Before::Nothing,
        Some(there) if there == *plan => Before::Same,
        Some(_) if !is_begun(folder) => Before::Other,
        Some(there) => {
            let mut differences = plan.differences(&there)?;
            differences.extend(different_cases(folder, &there, lists));
            let path = folder.head();
            return Err(PlanError::Differs { path, differences }.into());
        }
    };
    if before == Before::Same && lists_are_there(folder, plan) {
        return Ok(before);
    }
    // The head says that the plan is whole: it goes first and comes last.
    folder::remove_file(&folder.head())?;
    folder::make_inside(folder.path(), &folder.lists())?;
    for entry in guard::entries(&folder.lists())? {
        if folder.is_list(&entry.path()) {
            folder::remove_file(&entry.path())?;
        }
    }
    for list in lists {
        let bytes = list.encoded()?;
        write_whole(folder.list(list.shard), |w| w.write_all(&bytes))?;
    }
    plan.write(folder)?;
    Ok(before)
}

/// Whether a task was started.
fn is_begun(folder: &PlanFolder) -> bool {
    folder.all_runs().exists() || folder.all_results().exists()
}

fn lists_are_there(folder: &PlanFolder, plan: &Plan) -> bool {
    (0..plan.shards.len()).all(|shard| ShardList::read(folder, plan, shard).is_ok())
}

/// In what the cases of two plans differ, as far as the lists of the other can be read.
fn different_cases(folder: &PlanFolder, there: &Plan, lists: &[ShardList]) -> Vec<String> {
    let mut others = BTreeMap::new();
    for shard in 0..there.shards.len() {
        let Ok(list) = ShardList::read(folder, there, shard) else {
            return vec!["the list of a shard was changed or is gone".into()];
        };
        others.extend(list.cases.into_iter().map(|case| (case.case.clone(), case)));
    }
    let (mut new, mut changed) = (Vec::new(), Vec::new());
    for case in lists.iter().flat_map(|list| &list.cases) {
        match others.remove(&case.case) {
            None => new.push(case.case.clone()),
            Some(other) if other != *case => changed.push(case.case.clone()),
            Some(_) => {}
        }
    }
    let gone: Vec<String> = others.into_keys().collect();
    let kinds = [
        ("only here", new),
        ("only there", gone),
        ("with other files", changed),
    ];
    let told = kinds.into_iter().filter(|(_, cases)| !cases.is_empty());
    told.map(|(what, cases)| format!("cases {what}: {}", first_of(&cases)))
        .collect()
}
