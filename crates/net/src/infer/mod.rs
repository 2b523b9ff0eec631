//! infer
pub mod decision;
