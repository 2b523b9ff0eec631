//! What is told of many cases together, one after another: the table and the page.
//!
//! Neither keeps a case: the table gives a row, and the page keeps what it shows, a few hundred bytes a case.

mod data;
mod distinct;
mod link;
mod page;
mod parquet;
mod pattern;
mod table;

pub use page::{CasePaths, CohortPage};
pub use parquet::ParquetTable;
pub use table::{CohortTable, Column, Kind, OtherColumns};
