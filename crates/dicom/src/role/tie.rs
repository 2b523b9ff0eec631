//! Several stacks that could be one sequence.

use std::fmt;

use myops_image::sequence::Sequence;

/// Several stacks that could be one sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tie {
    /// The sequence.
    pub sequence: Sequence,
    /// Each series: its name, and its UID.
    pub series: Vec<(String, String)>,
}

impl fmt::Display for Tie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |(name, uid): &(String, String)| format!("{name} ({uid})");
        let series: Vec<String> = self.series.iter().map(told).collect();
        write!(
            f,
            "{} series could be {}: {}",
            series.len(),
            self.sequence,
            series.join(" and ")
        )
    }
}
