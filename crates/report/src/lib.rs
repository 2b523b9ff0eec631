//! What is told of cases and evaluations: pages, tables and pictures, all written from one struct each.
//!
//! [`CaseSheet`] is everything known of one case; its JSON, its row of a cohort's CSV, its line on the terminal and its
//! page read from it and compute nothing. [`CaseView`] holds the voxels as readers see them. An
//! [`Evaluation`](myops_measure::evaluate::Evaluation) is told by [`evaluation`].

mod case_page;
mod cohort_page;
mod csv;
pub mod evaluation;
mod montage;
mod number;
mod outline;
mod sheet;
mod svg;
mod thumbnail;
mod view;

pub use case_page::case_page;
pub use cohort_page::{CohortCase, cohort_page};
pub use csv::{Csv, cohort_csv, name_in_cell, rows_of};
pub use sheet::{CaseSheet, ModelId, Origin, SCHEMA, terminal_table};
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
