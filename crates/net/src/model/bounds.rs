//! What is said of a setting out of its bounds, in a settings file and in the header of a file of weights alike.

/// A setting that nothing can be trained or run with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{part}{name} = {value}: need {bound}")]
pub struct SettingsError {
    /// The table that the setting is in, with a dot; empty for the network's own settings.
    pub part: &'static str,
    /// The setting, as in the file.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// What it may be.
    pub bound: String,
}

impl SettingsError {
    /// A setting of the network's own.
    pub fn new(name: &'static str, value: &impl ToString, bound: impl Into<String>) -> Self {
        Self {
            part: "",
            name,
            value: value.to_string(),
            bound: bound.into(),
        }
    }

    /// The same setting in a table of its own.
    #[must_use]
    pub fn within(self, part: &'static str) -> Self {
        Self { part, ..self }
    }
}

/// Checks numbers, each given as name, value, smallest and largest.
///
/// # Errors
/// The first that is out of its bounds or not a number.
pub fn check_numbers(numbers: &[(&'static str, f64, f64, f64)]) -> Result<(), SettingsError> {
    match numbers
        .iter()
        .find(|(_, value, low, high)| !(low..=high).contains(&value))
    {
        Some((name, value, low, high)) => {
            Err(SettingsError::new(name, value, format!("{low} to {high}")))
        }
        None => Ok(()),
    }
}
