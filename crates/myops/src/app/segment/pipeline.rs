//! Reading, segmenting and writing of many cases at the same time.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::scope;

use myops_segment::Segmentation;

use super::case::{Case, write};
use crate::app::error::{Error, FailedCase};
use crate::app::input::CaseInput;
use crate::app::note::Note;
use crate::app::packer::Packer;
use crate::app::progress::{Progress, Stage, in_stage};
use crate::app::record::{CaseFolder, Packing, Setup};
use crate::app::threads::{contained, spawn};

/// Cases read ahead of the network, and cases waiting to be written.
const IN_FLIGHT: usize = 2;
/// Cases written at once: compression takes longer than the network.
const WRITERS: usize = 2;

/// Who follows the cases through the stages, and may end the run before the last of them.
pub trait Follower: Sync {
    /// Whether another case is to be begun.
    fn goes_on(&self) -> bool {
        true
    }

    /// Asks whether results may still be written, right before those of a case are.
    ///
    /// # Errors
    /// Why they may not.
    fn may_write(&self) -> Result<(), Error> {
        Ok(())
    }

    /// A case was done, or failed. Calls come from several threads.
    fn ended(&self, case: &str, error: Option<&Error>) {
        let _ = (case, error);
    }
}

/// Nobody follows: every case is begun.
pub struct Alone;

impl Follower for Alone {}

/// A case on its way, or why it failed.
type OnTheWay<'a, T> = (&'a str, Result<T, Error>);

/// Reads, segments and writes, each stage a case ahead of the next; gives the cases that failed, sorted by name. Cases that are
/// not begun any more are neither done nor failed.
///
/// The stages wait for each other on threads of their own: a thread of the pool that waited would be missing where the
/// network computes.
///
/// # Errors
/// Where the system gives no threads, or the archive of results cannot be used.
pub fn segment_all(
    cases: &[CaseInput],
    setup: &Setup,
    progress: &dyn Progress,
    follower: &dyn Follower,
) -> Result<Vec<FailedCase>, Error> {
    let (send_loaded, loaded) = sync_channel(IN_FLIGHT);
    let (send_labelled, labelled) = sync_channel(IN_FLIGHT);
    let labelled = Mutex::new(labelled);
    let packer = match setup.options.packing {
        Packing::Folders => None,
        Packing::Archive => Some(Packer::of(setup.out)?),
    };
    let packer = packer.as_ref();
    let work = || {
        scope(|scope| {
            let begun = cases.iter().take_while(|_| follower.goes_on());
            spawn(scope, move || read_all(begun, &send_loaded, progress))?;
            spawn(scope, move || label_all(loaded, &send_labelled, setup))?;
            let write = || write_all(&labelled, setup, packer, progress, follower);
            // This thread is one of the writers, and the only one where the system gives no more.
            let writers: Vec<_> = (1..WRITERS)
                .map_while(|_| spawn(scope, write).ok())
                .collect();
            let mut failed = write();
            for writer in writers {
                failed.extend(writer.join().unwrap_or_else(|panic| resume_unwind(panic)));
            }
            Ok::<_, Error>(failed)
        })
    };
    let mut failed = in_stage(progress, Stage::Segmenting, cases.len(), work)?;
    packer.map_or(Ok(()), |packer| packer.add_all(setup.out))?;
    failed.sort_by(|a, b| a.case.cmp(&b.case));
    Ok(failed)
}

fn read_all<'a>(
    cases: impl Iterator<Item = &'a CaseInput>,
    loaded: &SyncSender<OnTheWay<'a, Case>>,
    progress: &dyn Progress,
) {
    for case in cases {
        let read = contained(|| Case::read(case, progress));
        // The other end hangs up only when the program ends early.
        if loaded.send((case.id(), read)).is_err() {
            break;
        }
    }
}

fn label_all<'a>(
    loaded: Receiver<OnTheWay<'a, Case>>,
    labelled: &SyncSender<OnTheWay<'a, (Case, Segmentation)>>,
    setup: &Setup,
) {
    for (id, case) in loaded {
        let result = case.and_then(|case| {
            let found = contained(|| Ok(setup.model.segment(case.study())?))?;
            Ok((case, found))
        });
        let _ = labelled.send((id, result));
    }
}

fn write_all(
    labelled: &Mutex<Receiver<OnTheWay<(Case, Segmentation)>>>,
    setup: &Setup,
    packer: Option<&Packer>,
    progress: &dyn Progress,
    follower: &dyn Follower,
) -> Vec<FailedCase> {
    let next = || {
        let labelled = labelled.lock().unwrap_or_else(PoisonError::into_inner);
        labelled.recv()
    };
    let write = |case: &Case, found: &Segmentation| {
        follower.may_write()?;
        let told = write(case, found, setup)?;
        let folder = CaseFolder::of(setup.out, case.study().id());
        packer.map_or(Ok(()), |packer| packer.add(&folder))?;
        Ok(told)
    };
    let mut failed = Vec::new();
    while let Ok((id, result)) = next() {
        let result = result.and_then(|(case, found)| contained(|| write(&case, &found)));
        follower.ended(id, result.as_ref().err());
        match result {
            Ok(case) => case
                .told()
                .for_each(|line| progress.message(&Note::Finding(line))),
            Err(error) => failed.push(FailedCase {
                case: id.into(),
                error,
            }),
        }
        progress.advanced(1, "");
    }
    failed
}
