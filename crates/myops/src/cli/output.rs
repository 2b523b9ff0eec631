//! Data on standard output.

use std::io::Write;

/// Prints data on standard output.
///
/// # Errors
/// Where it cannot be written; nobody may be reading it to its end.
pub fn print(text: &str) -> anyhow::Result<()> {
    Ok(std::io::stdout().lock().write_all(text.as_bytes())?)
}
