//! What people do with numbers and reports, end to end, on synthetic patients.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod bad_input;
mod cardiologist;
mod cohort;
mod page;
mod patients;
mod researcher;
mod reviewer;
mod schema;
mod table;
