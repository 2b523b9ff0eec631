//! A number that can be off.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, IntoDeserializer, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::setting::with_values;
use crate::{Bounds, Explanations, Setting, SettingsError};

/// The word in a file.
const OFF: &str = "off";

/// A number, or `"off"` in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Switch<T> {
    /// Switched off.
    #[default]
    Off,
    /// Switched on, with a value.
    On(T),
}

impl<T> Switch<T> {
    /// The value, where it is on.
    pub fn on(self) -> Option<T> {
        match self {
            Self::Off => None,
            Self::On(value) => Some(value),
        }
    }
}

impl<T: Serialize> Serialize for Switch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Off => serializer.serialize_str(OFF),
            Self::On(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Switch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrOff(PhantomData))
    }
}

/// Reads a number of a file of version 0.1.0, where 0 means off.
///
/// # Errors
/// Where the value is neither a number nor `"off"`.
pub fn zero_is_off<'de, T, D>(deserializer: D) -> Result<Switch<T>, D::Error>
where
    T: Deserialize<'de> + Default + PartialEq,
    D: Deserializer<'de>,
{
    let value = Switch::deserialize(deserializer)?;
    Ok(if value == Switch::On(T::default()) {
        Switch::Off
    } else {
        value
    })
}

struct NumberOrOff<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for NumberOrOff<T> {
    type Value = Switch<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or \"off\"")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        T::deserialize(value.into_deserializer()).map(Switch::On)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        T::deserialize(value.into_deserializer()).map(Switch::On)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        T::deserialize(value.into_deserializer()).map(Switch::On)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        if value == OFF {
            Ok(Switch::Off)
        } else {
            Err(E::invalid_value(Unexpected::Str(value), &self))
        }
    }

    /// `null`, which version 0.1.0 wrote into headers.
    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Switch::Off)
    }
}

impl<T: Setting + Copy + Default + PartialEq + ToString> Setting for Switch<T> {
    fn check(&self, path: &str, bounds: Option<Bounds>) -> Result<(), SettingsError> {
        let (Some(value), Some(bounds)) = (self.on(), bounds) else {
            return Ok(());
        };
        if value != T::default() && value.check(path, Some(bounds)).is_ok() {
            return Ok(());
        }
        Err(SettingsError::new(path, &value, bounds.or_off()))
    }

    fn explain(&self, path: &str, about: &str, bounds: Option<Bounds>, keys: &mut Explanations) {
        let values = bounds.map_or_else(|| format!("a number, or \"{OFF}\""), Bounds::or_off);
        keys.insert(path.to_owned(), with_values(about, Some(values)));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read<T: for<'de> Deserialize<'de>>(value: serde_json::Value) -> Result<T, String> {
        serde_json::from_value(value).map_err(|e| e.to_string())
    }

    #[test]
    fn a_number_is_on_and_the_word_is_off_and_both_are_written_as_read() {
        for (value, expected) in [
            (json!(3), Switch::On(3)),
            (json!("off"), Switch::Off),
            (json!(0), Switch::On(0)),
        ] {
            assert_eq!(read::<Switch<usize>>(value.clone()), Ok(expected));
            assert_eq!(serde_json::to_value(expected).unwrap(), value);
        }
        assert_eq!(read(json!(2)), Ok(Switch::On(2.0)));
        assert_eq!(read::<Switch<f64>>(json!(null)), Ok(Switch::Off));
        let error = read::<Switch<f64>>(json!("of")).unwrap_err();
        assert_eq!(
            error,
            r#"invalid value: string "of", expected a number or "off""#
        );
        assert!(read::<Switch<usize>>(json!(-1)).is_err());
    }

    #[test]
    fn zero_of_an_old_file_is_off() {
        assert_eq!(zero_is_off(json!(0)).unwrap(), Switch::<usize>::Off);
        assert_eq!(zero_is_off(json!(0.0)).unwrap(), Switch::<f64>::Off);
        assert_eq!(zero_is_off(json!(0.5)).unwrap(), Switch::On(0.5));
    }

    #[test]
    fn a_value_that_is_on_keeps_to_its_bounds_and_is_never_zero() {
        let check = |value: Switch<f64>, low: f64| {
            value
                .check("a", Some(Bounds::new(low, 2)))
                .map_err(|e| e.to_string())
        };
        assert_eq!(check(Switch::Off, 0.0), Ok(()));
        assert_eq!(check(Switch::On(2.0), 0.0), Ok(()));
        let refused = |value: &str| Err(format!("a = {value}: need \"off\", or above 0 up to 2"));
        assert_eq!(check(Switch::On(0.0), 0.0), refused("0"));
        assert_eq!(check(Switch::On(f64::NAN), 0.0), refused("NaN"));
        let refused = Err("a = 0.5: need \"off\", or 1 to 2".to_owned());
        assert_eq!(check(Switch::On(0.5), 1.0), refused);
    }
}
