//! train
pub mod folds;
pub mod schedule;
