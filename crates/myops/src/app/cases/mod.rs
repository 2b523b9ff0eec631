//! Cases and label maps of a folder, and the patients of cases.

mod error;
pub(crate) mod label_files;
mod label_names;
pub(crate) mod labelled;
mod patients;

pub use error::{CasesError, TableFlaw};

pub(crate) use label_files::{LabelFile, Role};
pub(crate) use patients::{Patients, TABLE, ids, write_table};
