//! Threads that read and write beside those that compute, and work whose panic ends one case only.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{Builder, Scope, ScopedJoinHandle};

use super::error::Error;

/// Starts a thread beside those that compute.
///
/// # Errors
/// Where the system gives no more.
pub fn spawn<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> Result<ScopedJoinHandle<'scope, T>, Error> {
    Builder::new()
        .spawn_scoped(scope, work)
        .map_err(Error::Threads)
}

/// Does the work of one case: a panic in it becomes an error, so that the other cases are still done.
///
/// # Errors
/// What the work fails with, or its panic.
pub fn contained<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().copied();
        let words = text
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("a panic without words");
        Err(Error::Panicked(words.into()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_one_case_is_its_error() {
        let error = contained(|| -> Result<(), Error> { panic!("index {}", 7) }).unwrap_err();
        assert_eq!(error.to_string(), "internal error: index 7");
        assert!(contained(|| Ok(())).is_ok());
    }
}
