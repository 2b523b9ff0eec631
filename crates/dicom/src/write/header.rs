//! What results repeat of the header of the images: patient, study and frame of reference.

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::header::HasLength;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use dicom_object::mem::InMemElement;

use super::element::{Item, text};
use super::error::WriteError;
use super::uid::is_uid;

/// Whether an attribute has to be there (its type, PS3.5, 7.4).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    /// Without value where it is unknown (type 2).
    Empty,
    /// Left out where it is unknown (type 3).
    Nothing,
}

/// The attributes of patient and study (PS3.3, C.7.1.1, C.7.2.1 and C.7.2.2), but the study's identifier.
const COPIED: [(Tag, VR, Need); 19] = [
    (tags::PATIENT_NAME, VR::PN, Need::Empty),
    (tags::PATIENT_ID, VR::LO, Need::Empty),
    (tags::PATIENT_BIRTH_DATE, VR::DA, Need::Empty),
    (tags::PATIENT_SEX, VR::CS, Need::Empty),
    (tags::ISSUER_OF_PATIENT_ID, VR::LO, Need::Nothing),
    (tags::TYPE_OF_PATIENT_ID, VR::CS, Need::Nothing),
    (tags::PATIENT_IDENTITY_REMOVED, VR::CS, Need::Nothing),
    (tags::DEIDENTIFICATION_METHOD, VR::LO, Need::Nothing),
    (
        tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE,
        VR::SQ,
        Need::Nothing,
    ),
    (tags::PATIENT_AGE, VR::AS, Need::Nothing),
    (tags::PATIENT_SIZE, VR::DS, Need::Nothing),
    (tags::PATIENT_WEIGHT, VR::DS, Need::Nothing),
    (tags::STUDY_DATE, VR::DA, Need::Empty),
    (tags::STUDY_TIME, VR::TM, Need::Empty),
    (tags::STUDY_ID, VR::SH, Need::Empty),
    (tags::ACCESSION_NUMBER, VR::SH, Need::Empty),
    (tags::REFERRING_PHYSICIAN_NAME, VR::PN, Need::Empty),
    (
        tags::ISSUER_OF_ACCESSION_NUMBER_SEQUENCE,
        VR::SQ,
        Need::Nothing,
    ),
    (tags::STUDY_DESCRIPTION, VR::LO, Need::Nothing),
];

/// Patient and study of the header, as they stand there.
pub fn patient_and_study(header: &Item) -> Result<Vec<InMemElement>, WriteError> {
    let study = uid_of(header, tags::STUDY_INSTANCE_UID)?;
    let mut elements = vec![text(tags::STUDY_INSTANCE_UID, VR::UI, study)];
    for (tag, vr, need) in COPIED {
        match header.get(tag).filter(|e| !e.is_empty()) {
            Some(element) => elements.push(element.clone()),
            None if need == Need::Empty => elements.push(text(tag, vr, "")),
            None => {}
        }
    }
    Ok(elements)
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
    let attribute = || keyword(tag);
    let value = value_of(header, tag).ok_or_else(|| WriteError::Missing {
        attribute: attribute(),
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
