//! How a failure is told: one line, and a hint where one is known.

use std::process::ExitCode;

use myops_image::io::IoError;

/// A failure with advice.
#[derive(Debug)]
pub struct Hinted {
    error: anyhow::Error,
    hint: String,
}

impl std::fmt::Display for Hinted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#}", self.error)
    }
}

impl std::error::Error for Hinted {}

/// Adds advice to a failure.
pub trait WithHint<T> {
    /// What the user could do about it.
    ///
    /// # Errors
    /// The failure itself, with the advice.
    fn hint(self, hint: impl FnOnce() -> String) -> anyhow::Result<T>;
}

impl<T, E: Into<anyhow::Error>> WithHint<T> for Result<T, E> {
    fn hint(self, hint: impl FnOnce() -> String) -> anyhow::Result<T> {
        self.map_err(|error| Hinted { error: error.into(), hint: hint() }.into())
    }
}

/// The advice that goes with an error, where there is any.
pub fn hint_of(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| {
        let hinted = cause.downcast_ref::<Hinted>().map(|h| h.hint.clone());
        hinted.or_else(|| cause.downcast_ref::<IoError>().and_then(IoError::hint))
    })
}

/// Prints a failure on standard error; the exit code says that it was refused or failed.
pub fn report(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    if let Some(hint) = hint_of(error) {
        eprintln!("hint: {hint}");
    }
    ExitCode::from(1)
}
