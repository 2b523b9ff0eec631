//! Which errors may be gone when the same is tried again.

use std::io;

use myops_image::io::{Flaw, IoError};

use super::error::PlanError;
use crate::app::error::Error;
use crate::app::files::FolderError;

/// Whether the same may succeed later or on another machine: a full disk, a lock, a network that does not answer.
pub fn may_pass(error: &Error) -> bool {
    match error {
        Error::Io(error) | Error::Folder(FolderError::Io(error)) => io_may_pass(error),
        Error::Folder(
            FolderError::Make { cause, .. }
            | FolderError::List { cause, .. }
            | FolderError::Remove { cause, .. },
        ) => passes(cause),
        Error::Folder(FolderError::Held { .. } | FolderError::MayBeHeld { .. })
        | Error::Plan(
            PlanError::NoInput { .. } | PlanError::Stopped { .. } | PlanError::TakenOver(_),
        )
        | Error::Threads(_) => true,
        _ => false,
    }
}

/// Whether results cannot be written, so that no other case can be done either.
pub fn is_of_results(error: &Error) -> bool {
    matches!(
        error,
        Error::Io(IoError::Write { .. })
            | Error::Folder(
                FolderError::Io(_)
                    | FolderError::Make { .. }
                    | FolderError::List { .. }
                    | FolderError::Remove { .. }
            )
            | Error::Plan(PlanError::TakenOver(_))
            | Error::Threads(_)
    )
}

fn io_may_pass(error: &IoError) -> bool {
    match error {
        IoError::Read { cause, .. } | IoError::Write { cause, .. } => passes(cause),
        // The system refused to read on, in the middle of a file.
        IoError::File { flaw, .. } => matches!(**flaw, Flaw::Unreadable(_)),
        _ => false,
    }
}

/// The number that Unix systems give to an error of a disk.
const EIO: i32 = 5;
/// The numbers of too many open files, of the system and of the process.
const OPEN_FILES: [i32; 2] = [23, 24];

fn passes(cause: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    let by_number = |number| number == EIO || OPEN_FILES.contains(&number);
    cfg!(unix) && cause.raw_os_error().is_some_and(by_number)
        || matches!(
            cause.kind(),
            Kind::StorageFull
                | Kind::QuotaExceeded
                | Kind::FileTooLarge
                | Kind::ReadOnlyFilesystem
                | Kind::StaleNetworkFileHandle
                | Kind::TimedOut
                | Kind::Interrupted
                | Kind::WouldBlock
                | Kind::ResourceBusy
                | Kind::OutOfMemory
                | Kind::HostUnreachable
                | Kind::NetworkUnreachable
                | Kind::NetworkDown
                | Kind::NotConnected
                | Kind::ConnectionReset
                | Kind::ConnectionRefused
                | Kind::ConnectionAborted
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_passes_and_a_damaged_file_does_not() {
        let written = |cause: io::Error| {
            Error::from(IoError::Write {
                path: "x".into(),
                cause,
            })
        };
        let full = written(io::ErrorKind::StorageFull.into());
        assert!(may_pass(&full) && is_of_results(&full));
        let forbidden = written(io::ErrorKind::PermissionDenied.into());
        assert!(!may_pass(&forbidden) && is_of_results(&forbidden));
        let read = |cause: io::Error| {
            Error::from(IoError::Read {
                path: "x".into(),
                cause,
            })
        };
        let broken = read(io::Error::from_raw_os_error(EIO));
        assert_eq!(may_pass(&broken), cfg!(unix));
        assert!(!is_of_results(&broken));
        assert!(!may_pass(&read(io::ErrorKind::NotFound.into())));
        assert!(!may_pass(&Error::Panicked("x".into())));
    }
}
