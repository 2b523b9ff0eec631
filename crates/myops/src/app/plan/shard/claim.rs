//! A shard's folder for one process alone, also where the one before died on another machine.

use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::app::error::Error;
use crate::app::files::{FolderError, OutputFolder, lock};
use crate::app::note::Note;
use crate::app::progress::Progress;

/// How long to wait between two looks at the other process.
const PAUSE: Duration = Duration::from_secs(1);

/// Claims the folder of a shard's results.
///
/// A process of another machine, whose locks may not be seen here, writes again and again how far it is. One that does not within
/// `patience`, counted by this machine alone, is taken for dead, and the folder for free.
///
/// # Errors
/// Where another process has the folder, or it cannot be used.
pub fn claim(
    folder: &Path,
    signs_of_life: &Path,
    patience: Duration,
    progress: &dyn Progress,
) -> Result<OutputFolder, Error> {
    let (owner, lock) = match OutputFolder::claim(folder) {
        Err(FolderError::MayBeHeld { owner, lock, .. }) => (owner, lock),
        claimed => return Ok(claimed?),
    };
    progress.message(&Note::MayBeAlive {
        owner: owner.clone(),
        patience,
    });
    if changes(signs_of_life, patience) {
        return Err(FolderError::Held {
            folder: folder.into(),
            owner: Some(owner),
        }
        .into());
    }
    lock::remove_of(&owner, &lock)?;
    Ok(OutputFolder::claim(folder)?)
}

/// Whether a file changes within some time.
fn changes(file: &Path, patience: Duration) -> bool {
    // A file that is being replaced may be gone for a moment.
    let read = || std::fs::read(file).ok();
    let mut before = read();
    let mut left = patience;
    while !left.is_zero() {
        let pause = PAUSE.min(left);
        thread::sleep(pause);
        left = left.saturating_sub(pause);
        match (read(), &before) {
            (Some(now), Some(then)) if now != *then => return true,
            (Some(now), None) => before = Some(now),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::progress::Silent;
    use std::fs;

    const OTHER: &str =
        r#"{"pid":123,"host":"another-host","boot":"another-boot","started_unix_s":99999999999}"#;

    #[test]
    fn a_process_of_another_machine_is_taken_for_dead_when_it_gives_no_sign_of_life() {
        let place = tempfile::tempdir().unwrap();
        let (folder, life) = (
            place.path().join("0000"),
            place.path().join("progress.json"),
        );
        fs::create_dir(&folder).unwrap();
        let leave = || fs::write(folder.join(".myops.lock"), OTHER).unwrap();
        let claim = |patience| claim(&folder, &life, Duration::from_millis(patience), &Silent);
        for told in [None, Some("1")] {
            leave();
            if let Some(told) = told {
                fs::write(&life, told).unwrap();
            }
            assert!(claim(30).unwrap().is_ours());
        }
        leave();
        let error = thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(300));
                fs::write(&life, "2").unwrap();
            });
            claim(20_000).unwrap_err().to_string()
        });
        assert!(
            error.starts_with("another myops (pid 123 on host another-host"),
            "{error}"
        );
    }

    #[test]
    fn who_lost_its_folder_notices_and_leaves_the_lock_of_its_successor() {
        let place = tempfile::tempdir().unwrap();
        let ours = OutputFolder::claim(place.path()).unwrap();
        let lock = place.path().join(".myops.lock");
        fs::remove_file(&lock).unwrap();
        fs::write(&lock, OTHER).unwrap();
        assert!(!ours.is_ours());
        drop(ours);
        assert_eq!(fs::read_to_string(&lock).unwrap(), OTHER);
    }
}
