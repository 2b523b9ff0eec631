//! What a segmentation is worth and what it means for the patient.
//!
//! [`evaluate`] compares a segmentation with a reference and sums the scores up over cases; [`quantify`] measures one
//! segmentation as a reader of cardiac MR would; a [`Finding`](finding::Finding) is what a reader has to know of one
//! case. Everything here is a pure function of label maps and images; each result can be serialised, and its fields carry
//! their unit in their name.

pub mod confidence;
mod distance;
pub mod evaluate;
pub mod finding;
mod percentile;
pub mod quantify;
