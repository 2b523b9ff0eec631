//! Which series is which sequence, and why.
//!
//! [`Table::of`] judges each stack by what its header measures (echo, inversion and trigger times, the number of phases), by the
//! words of its description, by a [`Rules`] file and by a [`SeriesChoice`], and says in words how each was decided.

mod choice;
mod decide;
mod evidence;
mod rules;
mod short_axis;
mod table;
mod tie;
mod verdict;
mod words;

pub use choice::{ChoiceError, SeriesChoice};
pub use rules::{Rules, RulesError};
pub use table::{Row, Table};
pub use tie::Tie;
