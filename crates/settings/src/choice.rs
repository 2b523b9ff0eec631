//! A choice among names.

use serde::de::value::Error;
use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;

/// The names of an enumeration's variants, as in a file; none where it is not an enumeration without data.
pub fn variants<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    // Nothing is read: serde names the variants when it asks for one.
    let _ = T::deserialize(Names(&mut names));
    names
}

struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = Error;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Error> {
        *self.0 = variants;
        Err(Error::custom("only the names are wanted"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Error> {
        Err(Error::custom("not an enumeration"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// Makes enumerations without data values of settings, explained by the names of their variants.
#[macro_export]
macro_rules! choices {
    ($($Choice:ty),+ $(,)?) => {$(
        impl $crate::Setting for $Choice {
            fn check(
                &self,
                _path: &str,
                _bounds: Option<$crate::Bounds>,
            ) -> Result<(), $crate::SettingsError> {
                Ok(())
            }

            fn explain(
                &self,
                path: &str,
                about: &str,
                _bounds: Option<$crate::Bounds>,
                keys: &mut $crate::Explanations,
            ) {
                let names = $crate::variants::<Self>().join(", ");
                keys.insert(path.to_owned(), $crate::with_values(about, Some(names)));
            }
        }
    )+};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_are_named_as_in_a_file() {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "kebab-case")]
        enum Shape {
            Round,
            VeryLong,
        }
        assert_eq!(variants::<Shape>(), ["round", "very-long"]);
        assert!(variants::<f64>().is_empty());
    }
}
