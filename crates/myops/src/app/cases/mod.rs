//! Cases and label maps of a folder, and the patients of cases.

mod error;
mod label_file;
pub(crate) mod label_files;
mod label_names;
pub(crate) mod labelled;
pub(crate) mod passed_over;
mod patients;
mod sets;
mod sets_flaw;

pub use error::{CasesError, TableFlaw};

pub(crate) use label_file::LabelFile;
pub(crate) use label_files::Role;
pub(crate) use labelled::{LabelledCase, LabelledStudy};
pub(crate) use patients::{Patients, TABLE, write_table};
pub use sets_flaw::SetsFlaw;
