//! The process that writes into a folder, as the file of its lock names it.

use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// The longest description of an owner that is read.
const OWNER_BYTES: u64 = 4096;

/// The process that writes into a folder. Its text gives process, host and how long it has been running.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Its number on the machine.
    pub pid: u32,
    /// The name of the machine.
    pub host: String,
    /// Which start of the machine, where the system tells: containers of one machine have it in common.
    pub boot: String,
    /// When it took the lock, in seconds since 1970.
    pub started_unix_s: u64,
}

impl Owner {
    /// This process.
    pub(crate) fn this_process() -> Self {
        let started = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            pid: std::process::id(),
            host: host_name(),
            boot: boot(),
            started_unix_s: started.as_secs(),
        }
    }

    /// What a lock's file says; nothing where it is empty or was cut short.
    pub(super) fn read(file: &mut File) -> Option<Self> {
        let mut bytes = Vec::new();
        file.rewind().ok()?;
        file.take(OWNER_BYTES).read_to_end(&mut bytes).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    pub(super) fn write(&self, file: &mut File) -> std::io::Result<()> {
        let bytes = serde_json::to_vec(self)?;
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(&bytes)
    }

    /// Whether it ran on the machine of another process, whose locks that one sees.
    pub(super) fn was_on(&self, other: &Self) -> bool {
        self.host == other.host || !self.boot.is_empty() && self.boot == other.boot
    }

    /// Whether this machine runs no such process; one of this process' own number was another one of that number.
    pub(super) fn is_gone(&self) -> bool {
        let running = |process: &str| Path::new("/proc").join(process).exists();
        self.pid == std::process::id() || running("self") && !running(&self.pid.to_string())
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let since = in_words(now.saturating_sub(Duration::from_secs(self.started_unix_s)));
        write!(
            f,
            "pid {} on host {}, started {since} ago",
            self.pid, self.host
        )
    }
}

fn host_name() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| {
        let output = std::process::Command::new("hostname").output()?;
        String::from_utf8(output.stdout).map_err(std::io::Error::other)
    });
    name.map_or_else(|_| "unknown".into(), |name| name.trim().to_owned())
}

fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map_or_else(|_| String::new(), |id| id.trim().to_owned())
}

/// A duration in its largest whole unit.
fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute")];
    let (length, unit) = units
        .into_iter()
        .find(|(length, _)| seconds >= *length)
        .unwrap_or((1, "second"));
    let count = seconds / length;
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_told_in_its_largest_unit() {
        let words = |seconds| in_words(Duration::from_secs(seconds));
        assert_eq!(words(0), "0 seconds");
        assert_eq!(words(119), "1 minute");
        assert_eq!(words(7200), "2 hours");
        assert_eq!(words(900_000), "10 days");
    }
}
