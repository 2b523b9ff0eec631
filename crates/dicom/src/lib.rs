//! Cardiac MR exams as DICOM: the three sequences found and read, results written for a PACS.
//!
//! A folder or archive goes one way, and nothing in it is trusted: not names, suffixes, numbers of images, lengths or order.
//!
//! ```text
//! files ── scan ──> ExamFiles (a study: series ── stack ──> stacks of slices)
//!   ExamFiles ── role ──> Table (which stack is which sequence, and why)
//!     ExamFiles + Table ── load ──> LoadedExam (an Exam, and the Source of each image)
//! ```
//!
//! ```
//! use myops_dicom::load::PhaseChoice;
//! use myops_dicom::role::{Rules, SeriesChoice};
//! use myops_dicom::scan::Scan;
//! use myops_dicom::synthetic;
//! use myops_image::sequence::Sequence;
//!
//! let folder = tempfile::tempdir()?;
//! synthetic::write(&synthetic::small_exam(), folder.path())?;
//!
//! let scan = Scan::of(&[folder.path()])?;
//! let [files] = scan.exams() else { panic!("one exam") };
//! let table = files.table(&Rules::default(), &SeriesChoice::default())?;
//! for row in &table.rows {
//!     println!("{} {}: {:?}, {}", row.numbers(), row.description, row.role, row.reason);
//! }
//! let loaded = files.load(&table, PhaseChoice::Automatic)?;
//! assert!(loaded.exam.images[Sequence::Lge].is_some());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod image;
pub mod load;
pub mod pixels;
mod read;
pub mod role;
pub mod scan;
pub mod source;
mod stack;
pub mod synthetic;
pub mod write;

pub use error::DicomError;
pub use image::SeriesId;
pub use read::{Flaw, Place};
pub use stack::Problem;
