//! The lock on a folder of results, so that one program at a time writes there.
//!
//! The file `.myops.lock` is locked while a program writes into the folder, and names that program. The system releases
//! the lock of a process however it ends, so the lock of a killed process never has to be removed by hand on its own
//! machine. A network file system may not show the locks of other machines: what a process of another machine has left
//! is therefore refused until somebody removes the file. Where a file system has no locks at all, the existence of
//! `.myops.owner` takes their place, and a process counts as gone that this machine no longer runs.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use myops_image::io::{IoError, leads_to};

use super::error::FolderError;
use super::owner::Owner;

/// The file that is locked.
const LOCK: &str = ".myops.lock";
/// The file whose existence is the lock where a file system has no others.
const OWNER: &str = ".myops.owner";
/// How often a lock is tried for that others take and remove in the meantime.
const ATTEMPTS: usize = 100;
/// How long to wait at a time, [`ATTEMPTS`] times at most, for a process that has just taken a lock to write who it is.
const PAUSE: Duration = Duration::from_millis(10);

/// A lock on a folder; it ends with this value.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
    owner: Owner,
}

/// A lock that was taken.
#[derive(Debug)]
pub struct Taken {
    /// The lock.
    pub lock: Lock,
    /// Whether the process that had it before was killed.
    pub after_a_kill: bool,
}

impl Lock {
    /// Locks a folder that is there.
    ///
    /// # Errors
    /// Where another process has it, may have it on another machine, or the lock cannot be written.
    pub fn take(folder: &Path) -> Result<Taken, FolderError> {
        let path = folder.join(LOCK);
        if fs::symlink_metadata(&path).is_ok_and(|there| !there.is_file()) {
            return Err(FolderError::LockNotAFile { path });
        }
        let failed = |cause| IoError::Write {
            path: path.clone(),
            cause,
        };
        for _ in 0..ATTEMPTS {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)
                .map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return held(folder, owner_of(&mut file)),
                Err(TryLockError::Error(_)) => {
                    let _ = fs::remove_file(&path);
                    return Self::take_by_existence(folder, &Owner::this_process());
                }
            }
            // The owner before may have removed the file between the two.
            if leads_to(&path, &file) == Some(false) {
                continue;
            }
            let before = Owner::read(&mut file);
            let after_a_kill = before.is_some();
            if let Some(owner) = before.filter(|owner| !owner.was_on(&Owner::this_process())) {
                return may_be_held(folder, owner, &path);
            }
            let owner = Owner::this_process();
            owner.write(&mut file).map_err(failed)?;
            return Ok(Taken {
                lock: Self { path, file, owner },
                after_a_kill,
            });
        }
        held(folder, None)
    }

    /// The lock of a file system without locks: whoever creates the file has it.
    fn take_by_existence(folder: &Path, owner: &Owner) -> Result<Taken, FolderError> {
        let path = folder.join(OWNER);
        let failed = |cause| IoError::Write {
            path: path.clone(),
            cause,
        };
        let mut after_a_kill = false;
        for _ in 0..ATTEMPTS {
            match OpenOptions::new()
                .read(true)
                .write(true)
                .create_new(true)
                .open(&path)
            {
                Ok(mut file) => {
                    owner.write(&mut file).map_err(failed)?;
                    let owner = owner.clone();
                    return Ok(Taken {
                        lock: Self { path, file, owner },
                        after_a_kill,
                    });
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed(error).into()),
            }
            let before = File::open(&path)
                .ok()
                .and_then(|mut file| owner_of(&mut file));
            match before {
                Some(before) if before.host == owner.host && before.is_gone() => {
                    remove_left(&path, &before).map_err(failed)?;
                }
                Some(before) => return may_be_held(folder, before, &path),
                None => return held(folder, None),
            }
            after_a_kill = true;
        }
        held(folder, None)
    }

    /// Whether the lock still names this process: another one may have taken this one for dead. A file that cannot be read for
    /// a moment, as may happen on a network, tells nothing.
    pub fn names_us(&self) -> bool {
        match File::open(&self.path) {
            Ok(mut file) => Owner::read(&mut file).is_none_or(|owner| owner == self.owner),
            Err(error) => error.kind() != ErrorKind::NotFound,
        }
    }

    /// Refuses a folder that another process has locked; a folder without a lock is fine, and stays so.
    ///
    /// # Errors
    /// Where another process has it.
    pub fn check_free(folder: &Path) -> Result<(), FolderError> {
        let Ok(mut file) = File::open(folder.join(LOCK)) else {
            return Ok(());
        };
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => held(folder, owner_of(&mut file)),
            _ => Ok(()),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if !self.names_us() {
            return;
        }
        // Elsewhere than on Unix a file that somebody has open cannot be told from its successor, so it stays, empty. What
        // cannot be removed says as long as it is there that its owner was killed, which is harmless.
        let _ = if cfg!(unix) || self.path.ends_with(OWNER) {
            fs::remove_file(&self.path)
        } else {
            self.file.set_len(0)
        };
    }
}

/// The process that a lock names. One that has taken it a moment ago is given the time to write its name.
fn owner_of(file: &mut File) -> Option<Owner> {
    for _ in 0..ATTEMPTS {
        let owner = Owner::read(file);
        if owner.is_some() {
            return owner;
        }
        thread::sleep(PAUSE);
    }
    None
}

fn held<T>(folder: &Path, owner: Option<Owner>) -> Result<T, FolderError> {
    Err(FolderError::Held {
        folder: folder.into(),
        owner,
    })
}

fn may_be_held<T>(folder: &Path, owner: Owner, lock: &Path) -> Result<T, FolderError> {
    Err(FolderError::MayBeHeld {
        folder: folder.into(),
        owner,
        lock: lock.into(),
    })
}

/// Removes the lock that a process of another machine has left, of which it is known that it is gone.
///
/// # Errors
/// Where it cannot be removed.
pub fn remove_of(gone: &Owner, path: &Path) -> Result<(), FolderError> {
    remove_left(path, gone).map_err(|cause| FolderError::Remove {
        path: path.into(),
        cause,
    })
}

/// Removes what a process that is gone has left. Of several that find it, one moves it away; another would move the file
/// of that one, which it puts back.
fn remove_left(path: &Path, gone: &Owner) -> std::io::Result<()> {
    let aside = path.with_file_name(format!(".myops-{:016x}.tmp", rand::random::<u64>()));
    match fs::rename(path, &aside) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        moved => moved?,
    }
    let moved = File::open(&aside)
        .ok()
        .and_then(|mut file| Owner::read(&mut file));
    if moved.as_ref() != Some(gone) {
        fs::hard_link(&aside, path)?;
    }
    fs::remove_file(&aside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn message(error: &FolderError) -> String {
        error.to_string()
    }

    #[test]
    fn a_lock_is_held_once_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let taken = Lock::take(folder.path()).unwrap();
        assert!(!taken.after_a_kill);
        let error = message(&Lock::take(folder.path()).unwrap_err());
        assert!(
            error.starts_with(&format!(
                "another myops (pid {} on host ",
                std::process::id()
            )),
            "{error}"
        );
        assert!(
            error.ends_with(&format!(" ago) writes into {}", folder.path().display())),
            "{error}"
        );
        assert!(Lock::check_free(folder.path()).is_err());
        drop(taken);
        assert!(Lock::check_free(folder.path()).is_ok());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn of_many_that_want_it_one_has_it_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let (inside, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let want = || {
            for _ in 0..200 {
                if let Ok(lock) = Lock::take(folder.path()) {
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                    assert!(!lock.after_a_kill);
                    std::thread::yield_now();
                    inside.fetch_sub(1, Ordering::SeqCst);
                    taken.fetch_add(1, Ordering::SeqCst);
                }
            }
        };
        std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(want))));
        assert!(taken.load(Ordering::SeqCst) > 0);
    }

    #[test]
    fn an_owner_that_has_not_yet_written_its_name_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(LOCK);
        let mut taking = File::create(&path).unwrap();
        taking.lock().unwrap();
        let error = thread::scope(|scope| {
            let refused = scope.spawn(|| Lock::take(folder.path()).unwrap_err());
            thread::sleep(5 * PAUSE);
            Owner::this_process().write(&mut taking).unwrap();
            message(&refused.join().unwrap())
        });
        assert!(error.starts_with("another myops (pid "), "{error}");
    }

    #[test]
    fn what_a_killed_process_left_is_taken_over_on_its_machine_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(LOCK);
        let here = Owner {
            pid: 1,
            ..Owner::this_process()
        };
        let container = Owner {
            host: "3f2a1b".into(),
            ..here.clone()
        };
        let elsewhere = Owner {
            boot: "another".into(),
            ..container.clone()
        };
        let leave = |owner: &Owner| fs::write(&path, serde_json::to_vec(owner).unwrap()).unwrap();
        leave(&here);
        assert!(Lock::take(folder.path()).unwrap().after_a_kill);
        if !container.boot.is_empty() {
            leave(&container);
            assert!(Lock::take(folder.path()).unwrap().after_a_kill);
        }
        leave(&elsewhere);
        let error = message(&Lock::take(folder.path()).unwrap_err());
        assert!(
            error.starts_with("another myops (pid 1 on host 3f2a1b, started "),
            "{error}"
        );
        assert!(path.exists(), "it stays until somebody removes it");
    }

    #[test]
    fn without_locks_of_the_file_system_a_file_is_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let (path, own) = (folder.path().join(OWNER), Owner::this_process());
        let taken = Lock::take_by_existence(folder.path(), &own).unwrap();
        assert!(!taken.after_a_kill && path.exists());
        drop(taken);
        assert!(!path.exists());
        let leave = |owner: &Owner| fs::write(&path, serde_json::to_vec(owner).unwrap()).unwrap();
        // The first process of the machine runs; none has the largest number, and a namesake of this one is gone.
        leave(&Owner {
            pid: 1,
            ..own.clone()
        });
        assert!(Lock::take_by_existence(folder.path(), &own).is_err());
        leave(&Owner {
            host: "elsewhere".into(),
            ..own.clone()
        });
        assert!(Lock::take_by_existence(folder.path(), &own).is_err());
        leave(&own);
        assert!(
            Lock::take_by_existence(folder.path(), &own)
                .unwrap()
                .after_a_kill
        );
        if cfg!(target_os = "linux") {
            leave(&Owner {
                pid: u32::MAX,
                ..own.clone()
            });
            assert!(
                Lock::take_by_existence(folder.path(), &own)
                    .unwrap()
                    .after_a_kill
            );
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_the_lock_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let other = folder.path().join("other");
        fs::write(&other, "precious").unwrap();
        std::os::unix::fs::symlink(&other, folder.path().join(LOCK)).unwrap();
        assert!(message(&Lock::take(folder.path()).unwrap_err()).contains("not a regular file"));
        assert_eq!(fs::read_to_string(other).unwrap(), "precious");
    }
}
