//! The error of a setting out of its bounds.

/// A value that a setting cannot have, in a settings file or in the header of a file of weights.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} = {value}: need {bound}")]
pub struct SettingsError {
    /// The key with its tables, as in `recipe.temperature`.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The values it may have.
    pub bound: String,
}

impl SettingsError {
    /// A key, its value, and the values it may have.
    pub fn new(name: impl Into<String>, value: &impl ToString, bound: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.to_string(),
            bound: bound.into(),
        }
    }

    /// The same key inside another table.
    #[must_use]
    pub fn within(self, table: &str) -> Self {
        Self {
            name: format!("{table}.{}", self.name),
            ..self
        }
    }
}
