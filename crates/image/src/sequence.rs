//! The three MR sequences of a study, in the order of a network's input channels.
//!
//! ```
//! use myops_image::sequence::{PerSequence, Sequence};
//!
//! let names = PerSequence::from_fn(Sequence::name);
//! assert_eq!(names[Sequence::Lge], "LGE");
//! ```

use std::ops::{Index, IndexMut};

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An MR sequence. The order of the variants is that of the input channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sequence {
    /// Balanced steady-state free precession cine ("C0"): anatomy.
    Bssfp,
    /// Late gadolinium enhancement ("LGE", "DE"): scar is bright.
    Lge,
    /// T2-weighted: edema is bright.
    T2,
}

impl Sequence {
    /// All three, in channel order.
    pub const ALL: [Self; 3] = [Self::Bssfp, Self::Lge, Self::T2];

    /// The display name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bssfp => "bSSFP",
            Self::Lge => "LGE",
            Self::T2 => "T2",
        }
    }
}

impl std::fmt::Display for Sequence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// Its name.
impl Serialize for Sequence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Sequence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let named = Self::ALL.into_iter().find(|s| s.name() == name);
        named.ok_or_else(|| D::Error::custom(format!("unknown sequence {name:?}")))
    }
}

/// One value for each sequence. None can be forgotten or swapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PerSequence<T> {
    /// The value of bSSFP.
    pub bssfp: T,
    /// The value of LGE.
    pub lge: T,
    /// The value of T2.
    pub t2: T,
}

impl<T> PerSequence<T> {
    /// Computes the value of each sequence, in channel order.
    pub fn from_fn(mut value: impl FnMut(Sequence) -> T) -> Self {
        Self {
            bssfp: value(Sequence::Bssfp),
            lge: value(Sequence::Lge),
            t2: value(Sequence::T2),
        }
    }

    /// Each sequence with its value, in channel order.
    pub fn iter(&self) -> impl Iterator<Item = (Sequence, &T)> {
        Sequence::ALL.into_iter().map(|s| (s, &self[s]))
    }

    /// Applies a function to each value.
    pub fn map<U>(self, mut value: impl FnMut(T) -> U) -> PerSequence<U> {
        PerSequence {
            bssfp: value(self.bssfp),
            lge: value(self.lge),
            t2: value(self.t2),
        }
    }

    /// References to the values.
    pub fn as_ref(&self) -> PerSequence<&T> {
        PerSequence {
            bssfp: &self.bssfp,
            lge: &self.lge,
            t2: &self.t2,
        }
    }
}

impl<T, E> PerSequence<Result<T, E>> {
    /// All values, or the first error in channel order.
    ///
    /// # Errors
    /// That of the first sequence that has one.
    pub fn transpose(self) -> Result<PerSequence<T>, E> {
        Ok(PerSequence {
            bssfp: self.bssfp?,
            lge: self.lge?,
            t2: self.t2?,
        })
    }
}

impl<T> Index<Sequence> for PerSequence<T> {
    type Output = T;
    fn index(&self, sequence: Sequence) -> &T {
        match sequence {
            Sequence::Bssfp => &self.bssfp,
            Sequence::Lge => &self.lge,
            Sequence::T2 => &self.t2,
        }
    }
}

impl<T> IndexMut<Sequence> for PerSequence<T> {
    fn index_mut(&mut self, sequence: Sequence) -> &mut T {
        match sequence {
            Sequence::Bssfp => &mut self.bssfp,
            Sequence::Lge => &mut self.lge,
            Sequence::T2 => &mut self.t2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_runs_in_channel_order() {
        let names = PerSequence::from_fn(Sequence::name);
        assert_eq!(
            names.iter().map(|(_, n)| *n).collect::<Vec<_>>(),
            ["bSSFP", "LGE", "T2"]
        );
        assert_eq!(names[Sequence::Lge], "LGE");
    }

    #[test]
    fn a_sequence_is_its_name_in_json() {
        for sequence in Sequence::ALL {
            let text = serde_json::to_string(&sequence).unwrap();
            assert_eq!(text, format!("\"{sequence}\""));
            assert_eq!(serde_json::from_str::<Sequence>(&text).unwrap(), sequence);
        }
        assert!(serde_json::from_str::<Sequence>("\"T1\"").is_err());
    }
}
