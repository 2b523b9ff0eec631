//! What results repeat of the header of the images: patient, study and frame of reference.

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::header::HasLength;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use dicom_object::mem::InMemElement;

use super::element::{Item, text};
use super::error::WriteError;
use super::uid::is_uid;

/// What patient and study must have, if without a value (type 2; PS3.3, C.7.1.1 and C.7.2.1).
const ALWAYS: [(Tag, VR); 9] = [
    (tags::PATIENT_NAME, VR::PN),
    (tags::PATIENT_ID, VR::LO),
    (tags::PATIENT_BIRTH_DATE, VR::DA),
    (tags::PATIENT_SEX, VR::CS),
    (tags::STUDY_DATE, VR::DA),
    (tags::STUDY_TIME, VR::TM),
    (tags::STUDY_ID, VR::SH),
    (tags::ACCESSION_NUMBER, VR::SH),
    (tags::REFERRING_PHYSICIAN_NAME, VR::PN),
];

/// What patient and study may have (type 3; also PS3.3, C.7.2.2).
const IF_KNOWN: [Tag; 10] = [
    tags::ISSUER_OF_PATIENT_ID,
    tags::TYPE_OF_PATIENT_ID,
    tags::PATIENT_IDENTITY_REMOVED,
    tags::DEIDENTIFICATION_METHOD,
    tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE,
    tags::PATIENT_AGE,
    tags::PATIENT_SIZE,
    tags::PATIENT_WEIGHT,
    tags::ISSUER_OF_ACCESSION_NUMBER_SEQUENCE,
    tags::STUDY_DESCRIPTION,
];

/// Patient and study of the header, as they stand there.
///
/// # Errors
/// As for [`uid_of`] the study.
pub fn patient_and_study(header: &Item) -> Result<Vec<InMemElement>, WriteError> {
    let study = uid_of(header, tags::STUDY_INSTANCE_UID)?;
    let known = |tag: Tag| header.get(tag).filter(|e| !e.is_empty()).cloned();
    let always = ALWAYS.into_iter();
    Ok(always
        .map(|(tag, vr)| known(tag).unwrap_or_else(|| text(tag, vr, "")))
        .chain(IF_KNOWN.into_iter().filter_map(known))
        .chain([text(tags::STUDY_INSTANCE_UID, VR::UI, study)])
        .collect())
}

/// The text of an attribute, without the spaces and zeros that fill it up; `None` where it is missing or empty.
pub fn value_of(header: &Item, tag: Tag) -> Option<String> {
    let value = header.get(tag)?.to_str().ok()?;
    let value = value.trim_matches(['\0', ' ']);
    (!value.is_empty()).then(|| value.to_owned())
}

/// An identifier that has to be there.
///
/// # Errors
/// [`WriteError::Missing`] or [`WriteError::Uid`].
pub fn uid_of(header: &Item, tag: Tag) -> Result<String, WriteError> {
    let value = value_of(header, tag).ok_or_else(|| WriteError::Missing {
        attribute: keyword(tag),
    })?;
    checked_uid(value, tag)
}

/// An identifier of the source with a valid form.
///
/// # Errors
/// [`WriteError::Uid`].
pub fn checked_uid(value: String, tag: Tag) -> Result<String, WriteError> {
    if is_uid(&value) {
        Ok(value)
    } else {
        Err(WriteError::Uid {
            attribute: keyword(tag),
            value,
        })
    }
}

fn keyword(tag: Tag) -> String {
    StandardDataDictionary
        .by_tag(tag)
        .map_or_else(|| tag.to_string(), |entry| entry.alias().to_owned())
}
