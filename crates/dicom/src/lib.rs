//! Cardiac MR exams as DICOM: the three sequences found and read, results written for a PACS.

pub mod source;
