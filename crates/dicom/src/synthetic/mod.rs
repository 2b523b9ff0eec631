//! Synthetic exams as DICOM, for tests and demonstrations: no real patient is in them.
//!
//! [`exam`] makes what a PACS sends of a phantom: localizer, cine, LGE as magnitude and phase-sensitive image, T2, and a T1 map.
//! [`small_exam`] is one of a few pixels. [`one_series_a_slice`]
//! splits the series of either. Each object is one image; tests change its attributes before they [`write()`] it.

mod encode;
mod enhanced;
mod exam;
mod series;

pub use encode::{BIG_ENDIAN, EXPLICIT, IMPLICIT, WriteError, encode, write};
pub use enhanced::enhanced;
pub use exam::{PATIENT, exam, one_series_a_slice, small_exam, small_volume, traces};
pub use series::{Series, put, uid};
