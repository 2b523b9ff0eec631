//! What a segmentation is worth and what it means for the patient.
//!
//! [`evaluate`] compares a segmentation with a reference and sums the scores up over cases; [`quantify`] measures one
//! segmentation as a reader of cardiac MR would. Everything here is a pure function of label maps and images; each
//! result can be serialised, and its fields carry their unit in their name.

pub mod evaluate;
pub mod quantify;
