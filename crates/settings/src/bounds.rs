//! The bounds of a number.

use std::fmt;

/// The smallest and the largest value of a number, both included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    low: f64,
    high: f64,
}

impl Bounds {
    /// From the smallest to the largest value.
    pub fn new(low: impl Into<f64>, high: impl Into<f64>) -> Self {
        Self {
            low: low.into(),
            high: high.into(),
        }
    }

    /// Whether a value lies within; a NaN never does.
    pub fn contain(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// The values in words where the number can also be off; 0 is not among them.
    pub(crate) fn or_off(self) -> String {
        if self.low == 0.0 {
            format!("\"off\", or above 0 up to {}", self.high)
        } else {
            format!("\"off\", or {self}")
        }
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.low, self.high)
    }
}
