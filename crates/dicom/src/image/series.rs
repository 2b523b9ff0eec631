//! What a header says of the series that its image belongs to.

use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use super::attribute::{integer, text, texts};
use crate::read::Flaw;

/// The longest description, characters: that of its value representation.
const MOST_SHOWN: usize = 64;

/// A series, as the header of one of its images describes it. It cannot be printed: it holds who was examined and when.
#[derive(Clone)]
pub struct Series {
    /// Study Instance UID.
    pub study: String,
    /// Series Instance UID.
    pub uid: String,
    /// Series Number.
    pub number: Option<i64>,
    /// Series Description, else the name of the protocol, else empty.
    pub description: String,
    /// Manufacturer.
    pub manufacturer: String,
    /// The name of the pulse sequence.
    pub sequence_name: String,
    /// Scanning Sequence (SE, IR, GR, EP, RM), or Echo Pulse Sequence of enhanced images.
    pub scanning_sequence: Vec<String>,
    /// Patient ID, to tell patients apart.
    pub patient_id: Option<String>,
    /// Study Date and Time, to put exams in order.
    pub taken: String,
}

impl Series {
    /// Reads a header.
    ///
    /// # Errors
    /// [`Flaw::Missing`] if a UID is missing.
    pub fn of(header: &InMemDicomObject) -> Result<Self, Flaw> {
        let or_empty = |tag| text(header, tag).unwrap_or_default();
        let description = text(header, tags::SERIES_DESCRIPTION);
        let clipped = |text: String| text.chars().take(MOST_SHOWN).collect();
        let sequence = text(header, tags::SEQUENCE_NAME);
        let mut scanning_sequence = texts(header, tags::SCANNING_SEQUENCE);
        scanning_sequence.extend(texts(header, tags::ECHO_PULSE_SEQUENCE));
        Ok(Self {
            study: text(header, tags::STUDY_INSTANCE_UID)
                .ok_or(Flaw::Missing("StudyInstanceUID"))?,
            uid: text(header, tags::SERIES_INSTANCE_UID)
                .ok_or(Flaw::Missing("SeriesInstanceUID"))?,
            number: integer(header, tags::SERIES_NUMBER),
            description: clipped(description.unwrap_or_else(|| or_empty(tags::PROTOCOL_NAME))),
            manufacturer: or_empty(tags::MANUFACTURER),
            sequence_name: sequence.unwrap_or_else(|| or_empty(tags::PULSE_SEQUENCE_NAME)),
            scanning_sequence,
            patient_id: text(header, tags::PATIENT_ID),
            taken: or_empty(tags::STUDY_DATE) + &or_empty(tags::STUDY_TIME),
        })
    }
}
