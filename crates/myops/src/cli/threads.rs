//! The threads that work is done on: those that compute, and those that read and write beside them.

use std::thread::{Builder, Scope, ScopedJoinHandle};

use anyhow::{Context, Result, bail};

use crate::failure::WithHint;

/// The most threads that are computed with.
pub const MOST: u16 = 1024;

/// The number of threads that compute where none is given.
const VARIABLE: &str = "RAYON_NUM_THREADS";

/// Starts the threads that compute, before any work asks for them: the pool would start them by itself, and panic where
/// the system gives none.
///
/// # Errors
/// Where there are to be too many, or the system gives no more.
pub fn start_pool(threads: Option<u16>) -> Result<()> {
    let in_environment = || std::env::var(VARIABLE).ok()?.parse::<usize>().ok();
    if threads.is_none()
        && let Some(number) = in_environment().filter(|number| *number > MOST.into())
    {
        bail!("{VARIABLE} = {number}: need 1 to {MOST}");
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0).into());
    pool.build_global()
        .context("the threads to compute with cannot be started")
        .hint(advice)
}

/// Starts a thread beside those that compute.
///
/// # Errors
/// Where the system gives no more.
pub fn spawn<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> Result<ScopedJoinHandle<'scope, T>> {
    Builder::new()
        .spawn_scoped(scope, work)
        .context("the threads to read and write with cannot be started")
        .hint(advice)
}

fn advice() -> String {
    "--threads N starts fewer; ulimit -u tells how many there may be".into()
}
