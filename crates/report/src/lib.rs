//! What is told of cases and evaluations: pages, tables and pictures, all written from one struct each.
//!
//! [`Case`] is everything known of one case; its JSON, its row of a cohort's CSV, its line on the terminal and its page
//! read from it and compute nothing. [`quantity`] is the table of what is measured, from which columns, rows, the JSON and
//! its schema are made; [`identity`] is that of what is told of a patient. [`CaseView`] holds the voxels as readers see them. An
//! [`Evaluation`](myops_measure::evaluate::Evaluation) is told by [`evaluation`].

mod case;
mod case_page;
mod cohort;
mod csv;
pub mod evaluation;
pub mod identity;
mod montage;
mod number;
mod outline;
pub mod quantity;
mod svg;
mod terminal;
mod thumbnail;
mod view;

pub use case::{Case, Images, Measured, ModelId, Origin, Program, SCHEMA};
pub use case_page::case_page;
pub use cohort::{CasePaths, CohortPage, CohortTable, Column, Kind, OtherColumns, ParquetTable};
pub use csv::{Csv, csv_line, name_in_cell, rows_of};
pub use identity::{Identity, PatientData};
pub use terminal::{TerminalRow, terminal_table};
pub use thumbnail::thumbnail;
pub use view::CaseView;

use myops_image::label::Label;
use myops_image::picture::colour;

/// What every page says of itself.
const RESEARCH_USE: &str =
    "Research use only: not a medical device, not for diagnosis or treatment.";

/// A label's colour as CSS writes it; black for background.
fn css_colour(label: Label) -> String {
    let [r, g, b] = colour(label).unwrap_or([0; 3]);
    format!("#{r:02X}{g:02X}{b:02X}")
}
