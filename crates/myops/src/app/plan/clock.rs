//! The clocks that a caller passes in.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

/// The clocks of a run. Dates are written down and never compared; what is compared is the time that passed in one process.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// The time of day.
    pub date: fn() -> SystemTime,
    /// The time since the process began, whatever is done to the time of day.
    pub elapsed: fn() -> Duration,
}

impl Clock {
    /// Now, as RFC 3339 writes it in UTC.
    pub(super) fn now(&self) -> String {
        let now: DateTime<Utc> = (self.date)().into();
        now.format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}
