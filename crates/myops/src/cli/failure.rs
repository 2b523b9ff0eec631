//! How a failure is told: one line, and a hint where one is known.

use std::io::Write;
use std::process::ExitCode;

use myops_image::io::IoError;

use super::hint;
use crate::app::{Error, FailedCase};

/// A failure with advice.
#[derive(Debug)]
pub struct Hinted {
    error: anyhow::Error,
    hint: String,
}

impl std::fmt::Display for Hinted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&one_line(&self.error))
    }
}

impl std::error::Error for Hinted {}

/// A failure that may be gone when the same command is given again.
#[derive(Debug)]
pub struct TryAgain(pub anyhow::Error);

impl std::fmt::Display for TryAgain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&one_line(&self.0))
    }
}

impl std::error::Error for TryAgain {}

/// The exit code of a failure that may be gone when the same command is given again, as `sysexits.h` has it.
const EX_TEMPFAIL: u8 = 75;

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
        self.map_err(|error| hinted(error, hint()))
    }
}

/// A failure with advice.
pub fn hinted(error: impl Into<anyhow::Error>, hint: impl Into<String>) -> anyhow::Error {
    let (error, hint) = (error.into(), hint.into());
    Hinted { error, hint }.into()
}

/// The advice that goes with an error, where there is any.
fn hint_of(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| {
        if let Some(TryAgain(error)) = cause.downcast_ref() {
            return hint_of(error);
        }
        let hinted = cause.downcast_ref::<Hinted>().map(|h| h.hint.clone());
        let of_job = || cause.downcast_ref::<Error>().and_then(hint::of);
        let of_file = || cause.downcast_ref::<IoError>().and_then(IoError::hint);
        hinted.or_else(of_job).or_else(of_file)
    })
}

/// An error and its causes in one line; a cause that was told by the error above it is not told again.
fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain() {
        let words = cause
            .to_string()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        if !line.contains(&words) {
            line += if line.is_empty() { "" } else { ": " };
            line += &words;
        }
    }
    line
}

/// Prints a failure on standard error, with its hint; `whose` goes before it unless the failure says it itself.
fn tell(whose: &str, error: &anyhow::Error) {
    let words = one_line(error);
    let whose = if words.starts_with(whose) { "" } else { whose };
    let hint = hint_of(error)
        .map(|hint| format!("hint: {hint}\n"))
        .unwrap_or_default();
    // Nobody may be there to read it.
    let _ = write!(std::io::stderr(), "error: {whose}{words}\n{hint}");
}

/// Prints the failures of single cases; gives the names of the cases.
pub fn tell_failed(failed: Vec<FailedCase>) -> Vec<String> {
    let tell_one = |FailedCase { case, error }| {
        let says_itself = error.to_string().starts_with(&format!("case {case} "));
        let whose = if says_itself {
            String::new()
        } else {
            format!("case {case}: ")
        };
        tell(&whose, &anyhow::Error::from(error));
        case
    };
    failed.into_iter().map(tell_one).collect()
}

/// Prints a failure; the exit code says that it was refused or failed, or is to be tried again. Output that nobody reads to its end is none.
pub fn report(error: &anyhow::Error) -> ExitCode {
    let broken_pipe = |cause: &std::io::Error| cause.kind() == std::io::ErrorKind::BrokenPipe;
    if error
        .chain()
        .any(|cause| cause.downcast_ref().is_some_and(broken_pipe))
    {
        return ExitCode::SUCCESS;
    }
    tell("", error);
    let is_for_now = error.downcast_ref::<TryAgain>().is_some();
    ExitCode::from(if is_for_now { EX_TEMPFAIL } else { 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn a_cause_is_told_once_and_in_one_line() {
        let error = anyhow::anyhow!("header too\n  small").context("broken: header too small");
        let error = Err::<(), _>(error)
            .context("a.bin")
            .hint(|| "copy it again".into())
            .unwrap_err();
        assert_eq!(one_line(&error), "a.bin: broken: header too small");
        assert_eq!(hint_of(&error).as_deref(), Some("copy it again"));
    }
}
