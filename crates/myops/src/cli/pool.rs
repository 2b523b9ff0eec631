//! The threads that compute.

use anyhow::{Context, Result, bail};

use super::failure::WithHint;
use super::hint::FEWER_THREADS;

/// The most threads that are computed with.
pub const MOST: u16 = 1024;

/// The number of threads that compute where none is given.
const VARIABLE: &str = "RAYON_NUM_THREADS";

/// Starts the threads that compute, before any work asks for them: the pool would start them by itself, and panic where
/// the system gives none.
///
/// # Errors
/// Where there are to be too many, or the system gives no more.
pub fn start(threads: Option<u16>) -> Result<()> {
    let in_environment = || std::env::var(VARIABLE).ok()?.parse::<usize>().ok();
    if threads.is_none()
        && let Some(number) = in_environment().filter(|number| *number > MOST.into())
    {
        bail!("{VARIABLE} = {number}: need 1 to {MOST}");
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0).into());
    pool.build_global()
        .context("the threads to compute with cannot be started")
        .hint(|| FEWER_THREADS.into())
}
