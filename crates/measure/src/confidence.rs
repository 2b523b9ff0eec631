//! How far labels are likely to agree with a reader's.
//!
//! ```
//! use myops_measure::confidence::RegionConfidence;
//!
//! let scar = RegionConfidence { expected_dice: 0.7, agreement: Some(0.9) };
//! assert!(scar.agreement > Some(scar.expected_dice));
//! ```

/// How far one region is likely to agree with a reader's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegionConfidence {
    /// The Dice to be expected if every probability were true, 0 to 1.
    pub expected_dice: f64,
    /// The mean Dice of each network's own labels with those of their average; `None` for a single network.
    pub agreement: Option<f64>,
}
