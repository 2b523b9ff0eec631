//! A new instance of a new series in the study of the images.

use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};
use dicom_object::meta::FileMetaTableBuilder;
use dicom_transfer_syntax_registry::entries::EXPLICIT_VR_LITTLE_ENDIAN;

use super::element::{Item, item, text};
use super::error::WriteError;
use super::header::patient_and_study;
use super::producer::Producer;
use super::uid::derived;
use crate::source::Source;

/// What kind of instance it is.
pub struct Kind {
    pub sop_class_uid: &'static str,
    pub modality: &'static str,
    pub series_number: &'static str,
    /// What the series holds; its description is the program's name and this.
    pub holds: &'static str,
}

/// The encoded instance.
pub struct Encoded {
    pub bytes: Vec<u8>,
    pub sop_instance_uid: String,
    pub series_instance_uid: String,
}

/// The modules that all results have: patient, study, series, equipment and instance.
pub fn begin(kind: &Kind, source: &Source, by: &Producer) -> Result<Item, WriteError> {
    by.check()?;
    let described: String = format!("{} {}", by.name, kind.holds)
        .chars()
        .take(64)
        .collect();
    let mut data = item([
        // Texts of the header are kept as UTF-8, whatever the source's encoding was.
        text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192"),
        text(tags::SOP_CLASS_UID, VR::UI, kind.sop_class_uid),
        text(tags::MODALITY, VR::CS, kind.modality),
        text(tags::SERIES_NUMBER, VR::IS, kind.series_number),
        text(tags::SERIES_DESCRIPTION, VR::LO, described),
        text(tags::INSTANCE_NUMBER, VR::IS, "1"),
    ]);
    let elements = patient_and_study(&source.header)?;
    let times = by.times(&source.header)?;
    for element in elements.into_iter().chain(by.equipment()).chain(times) {
        data.put(element);
    }
    Ok(data)
}

/// Encodes a data set as a file (explicit VR, little endian), under identifiers that follow from what it contains.
pub fn finish(mut data: Item) -> Result<Encoded, WriteError> {
    let mut content = Vec::new();
    data.write_dataset_with_ts(&mut content, &EXPLICIT_VR_LITTLE_ENDIAN.erased())
        .map_err(|e| WriteError::Encode(e.to_string()))?;
    let sop_instance_uid = derived("instance", &[&content]);
    let series_instance_uid = derived("series", &[&content]);
    drop(content);
    data.put(text(tags::SOP_INSTANCE_UID, VR::UI, &sop_instance_uid));
    data.put(text(
        tags::SERIES_INSTANCE_UID,
        VR::UI,
        &series_instance_uid,
    ));
    let meta = FileMetaTableBuilder::new().transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN);
    let file = data
        .with_meta(meta)
        .map_err(|e| WriteError::Encode(e.to_string()))?;
    let mut bytes = Vec::new();
    file.write_all(&mut bytes)
        .map_err(|e| WriteError::Encode(e.to_string()))?;
    Ok(Encoded {
        bytes,
        sop_instance_uid,
        series_instance_uid,
    })
}
