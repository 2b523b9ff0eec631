//! What is thought of a stack before it is compared with others.

use myops_image::sequence::Sequence;

/// What is thought of a stack.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It could be a sequence.
    Candidate {
        /// The sequence.
        role: Sequence,
        /// How much says so.
        strength: Strength,
        /// Why, in words.
        why: String,
    },
    /// It is none.
    Dropped(String),
}

/// How much says that a stack is a sequence, from little to much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Words of its description.
    Described,
    /// What its header measures.
    Measured,
    /// Both.
    Both,
    /// A rule of the user.
    Rule,
    /// The user.
    Chosen,
}
