//! What is wrong with a table of data sets.

use myops_image::io::known_label_names;
use myops_image::scheme::SchemeError;

/// The largest share of a data set's slices that an epoch may see.
pub(super) const MOST: f64 = 100.0;

/// What is wrong with a table of data sets.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SetsFlaw {
    /// It is no TOML, or has other keys.
    #[error("line {line}: {problem}")]
    Toml {
        /// The line, counted from 1.
        line: usize,
        /// The parser's message.
        problem: String,
    },
    /// It names no data set.
    #[error("no [[set]]")]
    NoSet,
    /// A share is no number, or out of its bounds.
    #[error("set {set}: share = {share}: need above 0 and at most {MOST}")]
    Share {
        /// The data set, counted from 1.
        set: usize,
        /// The share.
        share: f64,
    },
    /// A number of a label is none.
    #[error("set {set}: numbers: {number:?} is no whole number")]
    Number {
        /// The data set, counted from 1.
        set: usize,
        /// The number.
        number: String,
    },
    /// A label has an unknown name.
    #[error(
        "set {set}: unknown label {name:?}; known names: {}",
        known_label_names()
    )]
    Label {
        /// The data set, counted from 1.
        set: usize,
        /// The name.
        name: String,
    },
    /// A tissue cannot be left in a label.
    #[error("set {set}: not_drawn: {cause}")]
    Scheme {
        /// The data set, counted from 1.
        set: usize,
        /// Why.
        cause: SchemeError,
    },
}
