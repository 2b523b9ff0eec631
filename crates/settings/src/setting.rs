//! What can be a value in a table of settings.

use std::collections::BTreeMap;

use crate::{Bounds, SettingsError};

/// The explanation of each key and table by its path, as in `recipe.temperature`.
pub type Explanations = BTreeMap<String, String>;

/// A value in a table of settings, or a table.
pub trait Setting {
    /// Checks the value at `path`, and all values below it.
    ///
    /// # Errors
    /// The first value out of its bounds.
    fn check(&self, path: &str, bounds: Option<Bounds>) -> Result<(), SettingsError>;

    /// Adds the explanation of the key at `path`, and of all keys below it; `about` describes it.
    fn explain(&self, path: &str, about: &str, bounds: Option<Bounds>, keys: &mut Explanations);

    /// Checks all values of a table.
    ///
    /// # Errors
    /// The first value out of its bounds.
    fn check_all(&self) -> Result<(), SettingsError> {
        self.check("", None)
    }
}

/// The explanation of every key in a table.
pub fn explain(table: &impl Setting) -> Explanations {
    let mut keys = Explanations::new();
    table.explain("", "", None, &mut keys);
    keys.remove("");
    keys
}

/// The path of a key in the table at `path`.
#[doc(hidden)]
pub fn path_of(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// A description with the allowed values in brackets behind it.
#[doc(hidden)]
pub fn with_values(about: &str, values: Option<String>) -> String {
    let about = about.trim();
    match values {
        None => about.to_owned(),
        Some(values) => format!("{about} [{values}]"),
    }
}

/// Implements [`Setting`] for numbers.
macro_rules! numbers {
    ($($Number:ty),+) => {$(
        impl Setting for $Number {
            fn check(&self, path: &str, bounds: Option<Bounds>) -> Result<(), SettingsError> {
                match bounds {
                    Some(bounds) if !bounds.contain(*self as f64) => {
                        Err(SettingsError::new(path, self, bounds.to_string()))
                    }
                    _ => Ok(()),
                }
            }

            fn explain(
                &self,
                path: &str,
                about: &str,
                bounds: Option<Bounds>,
                keys: &mut Explanations,
            ) {
                let values = bounds.map(|bounds| bounds.to_string());
                keys.insert(path.to_owned(), with_values(about, values));
            }
        }
    )+};
}

numbers!(f64, u64, usize);

impl<T: Setting> Setting for Option<T> {
    fn check(&self, path: &str, bounds: Option<Bounds>) -> Result<(), SettingsError> {
        self.as_ref()
            .map_or(Ok(()), |value| value.check(path, bounds))
    }

    fn explain(&self, path: &str, about: &str, bounds: Option<Bounds>, keys: &mut Explanations) {
        if let Some(value) = self {
            value.explain(path, about, bounds, keys);
        }
    }
}
