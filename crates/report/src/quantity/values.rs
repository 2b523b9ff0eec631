//! The values of a table of quantities.

use std::borrow::Cow;
use std::fmt::Formatter;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Quantity;

/// The value of each quantity of a table, by its name; in JSON a map in the order of the table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Values(Vec<(Cow<'static, str>, Option<f64>)>);

impl Values {
    /// Takes the quantities of a table.
    pub fn of<T>(table: &[Quantity<T>], source: &T) -> Self {
        let value = |quantity: &Quantity<T>| (quantity.name.into(), (quantity.of)(source));
        Self(table.iter().map(value).collect())
    }

    /// The values of some quantities alone.
    pub fn only<T: 'static>(&self, quantities: impl Iterator<Item = &'static Quantity<T>>) -> Self {
        let value = |quantity: &'static Quantity<T>| (quantity.name.into(), self.get(quantity));
        Self(quantities.map(value).collect())
    }

    /// The value of a quantity; `None` where it could not be assessed.
    pub fn get<T>(&self, quantity: &Quantity<T>) -> Option<f64> {
        self.0
            .iter()
            .find(|(name, _)| name == quantity.name)
            .and_then(|(_, value)| *value)
    }
}

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Values;

    fn expecting(&self, f: &mut Formatter) -> std::fmt::Result {
        f.write_str("numbers by their names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Values, A::Error> {
        let mut values = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, _>()? {
            values.push((name.into(), value));
        }
        Ok(Values(values))
    }
}
