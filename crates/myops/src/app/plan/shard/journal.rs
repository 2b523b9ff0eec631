//! What is written down while a shard is segmented.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::scope;
use std::time::Duration;

use super::failed::{self, Failure};
use super::progress::{Counts, ShardProgress};
use crate::app::error::Error;
use crate::app::files::OutputFolder;
use crate::app::plan::clock::Clock;
use crate::app::plan::error::PlanError;
use crate::app::plan::list::ShardList;
use crate::app::plan::may_pass::{is_of_results, may_pass};
use crate::app::plan::place::PlanFolder;
use crate::app::segment::pipeline::Follower;
use crate::app::threads::spawn;

/// How often it is written how far the run is.
const BEAT: Duration = Duration::from_secs(5);

/// Follows a run, writes down how far it is, and ends it where going on would be of no use.
pub struct Journal<'a> {
    folder: &'a PlanFolder,
    /// The folder of the results.
    claimed: &'a OutputFolder,
    clock: Clock,
    began: Duration,
    /// Set where the run is to end early.
    stop: &'a AtomicBool,
    voxels: HashMap<&'a str, u64>,
    entry: Mutex<Entry>,
}

/// What is known so far.
struct Entry {
    progress: ShardProgress,
    failures: Vec<Failure>,
    /// How many failures the table holds that was written.
    written: usize,
    /// Whether results cannot be written any more.
    hopeless: bool,
}

impl<'a> Journal<'a> {
    /// The journal of a run that just began.
    pub fn new(
        folder: &'a PlanFolder,
        claimed: &'a OutputFolder,
        list: &'a ShardList,
        progress: ShardProgress,
        clock: Clock,
        stop: &'a AtomicBool,
    ) -> Self {
        let voxels = list
            .cases
            .iter()
            .map(|case| (case.case.as_str(), case.voxels));
        Self {
            folder,
            claimed,
            clock,
            began: (clock.elapsed)(),
            stop,
            voxels: voxels.collect(),
            entry: Mutex::new(Entry {
                progress,
                failures: Vec::new(),
                written: usize::MAX,
                hopeless: false,
            }),
        }
    }

    fn entry(&self) -> MutexGuard<'_, Entry> {
        self.entry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says which cases an earlier run finished.
    pub fn finished_before<'b>(&self, cases: impl Iterator<Item = &'b str>) {
        let counts = &mut self.entry().progress.counts;
        for case in cases {
            counts.finished_before += 1;
            counts.voxels_before += self.voxels.get(case).copied().unwrap_or_default();
        }
    }

    /// What is done so far.
    pub fn counts(&self) -> Counts {
        self.entry().progress.counts
    }

    /// The cases that failed.
    pub fn failures(&self) -> Vec<Failure> {
        self.entry().failures.clone()
    }

    /// The time since the run began.
    pub fn seconds(&self) -> f64 {
        (self.clock.elapsed)()
            .saturating_sub(self.began)
            .as_secs_f64()
    }

    /// Writes down how far the run is.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn write(&self, change: impl FnOnce(&mut ShardProgress)) -> Result<(), Error> {
        let mut entry = self.entry();
        change(&mut entry.progress);
        entry.progress.beat += 1;
        entry.progress.seconds = self.seconds();
        if entry.written != entry.failures.len() {
            let table = self.folder.failed(entry.progress.shard);
            failed::write(&table, &entry.failures)?;
            entry.written = entry.failures.len();
        }
        entry.progress.write(self.folder)
    }

    /// Does the work of the run while another thread writes down every few seconds how far it is.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn during<T>(&self, work: impl FnOnce() -> T) -> Result<T, Error> {
        let (ends, ended) = channel::<()>();
        let beats = move || {
            while ended.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
                if self.may_write().is_err() {
                    return;
                }
                // On a full disk the results cannot be written either, which is told.
                let _ = self.write(|_| {});
            }
        };
        scope(|scope| {
            spawn(scope, beats)?;
            let result = work();
            drop(ends);
            Ok(result)
        })
    }
}

impl Follower for Journal<'_> {
    fn goes_on(&self) -> bool {
        !self.entry().hopeless && !self.stop.load(Ordering::Relaxed)
    }

    fn may_write(&self) -> Result<(), Error> {
        if self.claimed.is_ours() {
            return Ok(());
        }
        self.entry().hopeless = true;
        Err(PlanError::TakenOver(self.claimed.path().into()).into())
    }

    fn ended(&self, case: &str, error: Option<&Error>) {
        let mut entry = self.entry();
        if error.is_some_and(is_of_results) {
            entry.hopeless = true;
            return;
        }
        let counts = &mut entry.progress.counts;
        counts.voxels_ended += self.voxels.get(case).copied().unwrap_or_default();
        let Some(error) = error else {
            counts.segmented += 1;
            return;
        };
        counts.failed += 1;
        let shard = entry.progress.shard;
        entry.failures.push(Failure {
            shard,
            case: case.into(),
            error: error.to_string(),
            may_pass: may_pass(error),
        });
    }
}
