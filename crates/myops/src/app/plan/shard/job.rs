//! The job that does one shard.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use myops_image::io::remove_unfinished;

use super::claim::claim;
use super::failed::Failure;
use super::journal::Journal;
use super::manifest::{Manifest, Run};
use super::progress::{Counts, RunState, ShardProgress};
use crate::app::error::{Error, FailedCase};
use crate::app::files::{Fingerprints, Owner, folder};
use crate::app::input::CaseInput;
use crate::app::model::Model;
use crate::app::plan::clock::Clock;
use crate::app::plan::error::PlanError;
use crate::app::plan::head::Plan;
use crate::app::plan::list::ShardList;
use crate::app::plan::may_pass::{is_of_results, may_pass};
use crate::app::plan::place::PlanFolder;
use crate::app::progress::Progress;
use crate::app::segment::pipeline::{Follower, segment_all};
use crate::app::segment::{Finished, unfinished};
use crate::app::stored::Results;

/// How long a process of another machine may give no sign of life: far longer than a network shows an old file.
const PATIENCE: Duration = Duration::from_mins(3);

/// Segments the cases of one shard of a plan that are not finished.
#[derive(Debug, Clone)]
pub struct ShardJob {
    /// The folder of the plan.
    pub plan: PathBuf,
    /// The shard, counted from 0.
    pub shard: usize,
    /// The clocks of this machine.
    pub clock: Clock,
    /// What happens to cases that have current results.
    pub finished: Finished,
    /// How long a process of another machine may give no sign of life before its shard is taken over.
    pub patience: Duration,
    /// Set from elsewhere, it ends the run after the cases that are begun.
    pub stop: Arc<AtomicBool>,
}

/// A shard of a plan, read and checked.
#[derive(Debug)]
pub struct Shard {
    folder: PlanFolder,
    plan: Plan,
    list: ShardList,
}

/// What a [`ShardJob`] did.
#[derive(Debug)]
pub struct ShardRun {
    /// What is done.
    pub counts: Counts,
    /// Cases that failed; the others are done.
    pub failed: Vec<FailedCase>,
    /// Why it ended before its last case, if it did.
    pub stopped_by: Option<Error>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All cases are done.
    Done,
    /// Some cases failed, and will fail again.
    Failed,
    /// It is to be tried again: it was ended early, or cases failed for a reason that may pass.
    TryAgain,
    /// Results cannot be written, for a reason that will not pass by itself.
    Refused,
}

impl ShardRun {
    /// What a run did that ended, with the cases that failed.
    fn of(failed: Vec<FailedCase>, journal: &Journal) -> Self {
        let counts = journal.counts();
        let (of_results, failed): (Vec<_>, Vec<_>) = failed
            .into_iter()
            .partition(|case| is_of_results(&case.error));
        let stopped_by = if let Err(error) = journal.may_write() {
            Some(error)
        } else if let Some(case) = of_results.into_iter().next() {
            Some(case.error)
        } else if counts.left() > 0 {
            let (left, cases) = (counts.left(), counts.cases);
            Some(PlanError::Stopped { left, cases }.into())
        } else {
            None
        };
        Self {
            counts,
            failed,
            stopped_by,
        }
    }

    /// How the run ended.
    pub fn outcome(&self) -> Outcome {
        match &self.stopped_by {
            Some(error) if may_pass(error) => Outcome::TryAgain,
            Some(_) => Outcome::Refused,
            None if self.failed.iter().any(|case| may_pass(&case.error)) => Outcome::TryAgain,
            None if !self.failed.is_empty() => Outcome::Failed,
            None => Outcome::Done,
        }
    }

    fn state(&self) -> RunState {
        match (&self.stopped_by, self.failed.as_slice()) {
            (Some(_), _) => RunState::Stopped,
            (None, []) => RunState::Done,
            (None, _) => RunState::Failed,
        }
    }
}

impl Shard {
    /// The name of the model that the plan names.
    pub fn model(&self) -> &str {
        &self.plan.model.name
    }

    /// The name of the device that the plan names.
    pub fn device(&self) -> &str {
        self.plan.device()
    }
}

impl ShardJob {
    /// A job on a shard.
    pub fn new(plan: impl Into<PathBuf>, shard: usize, clock: Clock) -> Self {
        Self {
            plan: plan.into(),
            shard,
            clock,
            finished: Finished::default(),
            patience: PATIENCE,
            stop: Arc::default(),
        }
    }

    /// Reads the plan and the list of the shard: the first half of the job, for which no model has to be open.
    ///
    /// # Errors
    /// Where there is no such plan or shard, another version of the program made it, or one of its files was changed.
    pub fn read(&self) -> Result<Shard, Error> {
        let folder = PlanFolder::at(&self.plan);
        let plan = Plan::read(&folder)?;
        let list = ShardList::read(&folder, &plan, self.shard)?;
        Ok(Shard { folder, plan, list })
    }

    /// Segments the cases that have no current results, with the model that the plan names. A case that fails is reported with the
    /// result and leaves the others alone.
    ///
    /// # Errors
    /// Where the model has other weights than planned, another process works on the shard, none of its files is there, or
    /// what is told of the run cannot be written.
    pub fn run(
        &self,
        shard: &Shard,
        model: &Model,
        progress: &dyn Progress,
    ) -> Result<ShardRun, Error> {
        let Shard { folder, plan, list } = shard;
        check_model(plan, model)?;
        let claimed = claim(
            &folder.results(self.shard),
            &folder.progress(self.shard),
            self.patience,
            progress,
        )?;
        let place = folder.run(self.shard);
        folder::make_inside(folder.path(), &place)?;
        remove_unfinished(&place)?;
        let host = Owner::this_process().host;
        let begun = ShardProgress::new(&plan.sha256, self.shard, host.clone(), all_of(list));
        let journal = Journal::new(folder, &claimed, list, begun, self.clock, &self.stop);
        let mut manifest = Manifest::of(folder, plan, self.shard)?;
        manifest.runs.push(self.run_of(host, &journal));
        manifest.write(folder)?;
        journal.write(|_| {})?;
        let done = journal.during(|| self.segment(shard, model, &journal, progress))?;
        let run = match done {
            Ok(failed) => ShardRun::of(failed, &journal),
            Err(error) => ShardRun {
                counts: journal.counts(),
                failed: Vec::new(),
                stopped_by: Some(error),
            },
        };
        // What another process tells of the shard stays.
        if journal.may_write().is_err() {
            return Ok(run);
        }
        let written = self.write_end(&run, &journal, manifest, shard);
        // What stopped the run, such as a full disk, may stop this too.
        if run.stopped_by.is_none() {
            written?;
        }
        Ok(run)
    }

    fn write_end(
        &self,
        run: &ShardRun,
        journal: &Journal,
        mut manifest: Manifest,
        Shard { folder, list, .. }: &Shard,
    ) -> Result<(), Error> {
        if let Some(last) = manifest.runs.last_mut() {
            last.ended = Some(self.clock.now());
            last.seconds = Some(journal.seconds());
            last.state = run.state();
            last.stopped_by = run.stopped_by.as_ref().map(ToString::to_string);
            last.counts = run.counts;
        }
        manifest.failed = journal.failures();
        manifest.inputs = inputs_of(&folder.results(self.shard), list, &manifest.failed)?;
        manifest.write(folder)?;
        journal.write(|progress| progress.state = run.state())
    }

    fn run_of(&self, host: String, journal: &Journal) -> Run {
        Run {
            host,
            pid: std::process::id(),
            threads: rayon::current_num_threads(),
            started: self.clock.now(),
            ended: None,
            seconds: None,
            state: RunState::Running,
            stopped_by: None,
            counts: journal.counts(),
        }
    }

    fn segment(
        &self,
        Shard { folder, plan, list }: &Shard,
        model: &Model,
        journal: &Journal,
        progress: &dyn Progress,
    ) -> Result<Vec<FailedCase>, Error> {
        let out = folder.results(self.shard);
        let job = plan.settings.job(&out);
        let (inputs, mut failed) = list.inputs(&job.input);
        check_there(list, &inputs)?;
        for case in &failed {
            journal.ended(&case.case, Some(&case.error));
        }
        let setup = job.setup(model, &out);
        let all: Vec<String> = inputs.iter().map(|input| input.id().to_owned()).collect();
        let todo = match self.finished {
            Finished::Overwrite => inputs,
            Finished::Skip => unfinished(inputs, &setup, progress)?,
        };
        let mut left = todo.iter().map(CaseInput::id).peekable();
        let before = all
            .iter()
            .filter(|case| left.next_if_eq(&case.as_str()).is_none());
        journal.finished_before(before.map(String::as_str));
        failed.extend(segment_all(&todo, &setup, progress, journal)?);
        Ok(failed)
    }
}

fn all_of(list: &ShardList) -> Counts {
    Counts {
        cases: list.cases.len(),
        voxels: list.cases.iter().map(|case| case.voxels).sum(),
        ..Counts::default()
    }
}

/// Refuses a model with other weights than those that were planned.
fn check_model(plan: &Plan, model: &Model) -> Result<(), PlanError> {
    if model.fingerprint == plan.model.fingerprint {
        return Ok(());
    }
    Err(PlanError::OtherModel {
        name: plan.model.name.clone(),
        found: model.fingerprint.clone(),
        planned: plan.model.fingerprint.clone(),
    })
}

/// Refuses a shard of which no file is there: a file system may be missing on this machine.
fn check_there(list: &ShardList, inputs: &[CaseInput]) -> Result<(), PlanError> {
    let usable = list.cases.iter().filter(|case| case.problem.is_none());
    let mut files = usable
        .clone()
        .flat_map(|case| case.images.values().chain(&case.exam));
    match files.clone().next() {
        Some(first) if inputs.is_empty() && files.all(|file| !file.exists()) => {
            Err(PlanError::NoInput {
                cases: usable.count(),
                first: first.clone(),
            })
        }
        _ => Ok(()),
    }
}

/// What was read of each case that is done.
///
/// # Errors
/// Where the archive of results cannot be read.
fn inputs_of(
    out: &Path,
    list: &ShardList,
    failed: &[Failure],
) -> Result<BTreeMap<String, Fingerprints>, Error> {
    let results = Results::of(out)?;
    let failed: HashSet<&str> = failed.iter().map(|failure| failure.case.as_str()).collect();
    let read = |case: &str| Some(results.case(case)?.record().ok()?.inputs);
    let cases = list.cases.iter().map(|case| case.case.as_str());
    let done = cases.filter(|case| !failed.contains(case));
    Ok(done
        .filter_map(|case| Some((case.to_owned(), read(case)?)))
        .collect())
}
