//! Results for a PACS: the labels as a DICOM Segmentation, the quantities as a structured report.
//!
//! Both are instances of new series in the patient's study, and refer to the images that were segmented. Nothing is read
//! from or written to files here, and the same input always gives the same bytes: new identifiers are derived from what
//! an instance contains, and the time is the caller's.
//!
//! - [`segmentation`] makes a Segmentation (PS3.3, A.51) of the type BINARY, with a segment for each label that was looked
//!   for and a frame for each of its slices.
//! - [`report`] makes a Comprehensive 3D SR (PS3.3, A.35.13) after the template TID 1500, Measurement Report (PS3.16).
//!
//! What is written for each region is the table [`CODED`]; `docs/dicom.md` shows it.

mod code;
mod colour;
mod content;
mod decimal;
mod element;
mod error;
mod header;
mod instance;
mod measurement;
mod pixels;
mod place;
mod producer;
mod reference;
mod region;
mod report;
mod segment;
mod segmentation;
mod uid;

pub use code::Code;
pub use error::WriteError;
pub use measurement::{Measurement, Quantity, measurements};
pub use producer::Producer;
pub use region::{CODED, Coded};
pub use report::report;
pub use segmentation::{Segmentation, segmentation};

#[cfg(test)]
mod tests;
