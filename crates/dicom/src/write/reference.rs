//! References to instances.

use std::collections::HashSet;

use dicom_core::VR;
use dicom_dictionary_std::tags;
use dicom_object::mem::InMemElement;

use super::element::{Item, item, sequence, text};
use super::error::WriteError;
use super::header::checked_uid;
use crate::source::{Source, SourceSlice};

/// Checks that the source names an image for each of its slices.
///
/// # Errors
/// [`WriteError::Images`] or [`WriteError::Uid`].
pub fn check_images(source: &Source) -> Result<(), WriteError> {
    let [.., slices] = source.grid.shape();
    if source.slices.len() != slices {
        return Err(WriteError::Images {
            images: source.slices.len(),
            slices,
        });
    }
    source.slices.iter().try_for_each(|slice| {
        checked_uid(slice.sop_class_uid.clone(), tags::SOP_CLASS_UID)?;
        checked_uid(slice.sop_instance_uid.clone(), tags::SOP_INSTANCE_UID)?;
        Ok(())
    })
}

/// The two elements that name an instance.
pub fn instance(sop_class_uid: &str, sop_instance_uid: &str) -> [InMemElement; 2] {
    [
        text(tags::REFERENCED_SOP_CLASS_UID, VR::UI, sop_class_uid),
        text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, sop_instance_uid),
    ]
}

/// The instances of the source, each once, in the order of the slices.
pub fn instances(source: &Source) -> Vec<&SourceSlice> {
    let mut seen = HashSet::new();
    let slices = source.slices.iter();
    slices
        .filter(|slice| seen.insert(slice.sop_instance_uid.as_str()))
        .collect()
}

/// The items that name the instances of the source.
pub fn instance_items(source: &Source) -> Vec<Item> {
    let items = instances(source).into_iter();
    items
        .map(|slice| item(instance(&slice.sop_class_uid, &slice.sop_instance_uid)))
        .collect()
}

/// A series with the sequence of its instances.
pub fn series(series_instance_uid: &str, instances: InMemElement) -> Item {
    item([
        text(tags::SERIES_INSTANCE_UID, VR::UI, series_instance_uid),
        instances,
    ])
}

/// The image of a slice as the source of a frame.
pub fn source_image(slice: &SourceSlice) -> Item {
    let mut named = item(instance(&slice.sop_class_uid, &slice.sop_instance_uid));
    if let Some(frame) = slice.frame {
        let number = text(tags::REFERENCED_FRAME_NUMBER, VR::IS, frame.to_string());
        named.put(number);
    }
    named.put(super::element::code(
        tags::PURPOSE_OF_REFERENCE_CODE_SEQUENCE,
        super::code::SOURCE_IMAGE,
    ));
    named.put(text(tags::SPATIAL_LOCATIONS_PRESERVED, VR::CS, "YES"));
    named
}

/// The module Common Instance Reference (PS3.3, C.12.2): the source series of the same study.
pub fn referenced_series(source: &Source, series_instance_uid: &str) -> InMemElement {
    let named = sequence(tags::REFERENCED_INSTANCE_SEQUENCE, instance_items(source));
    sequence(
        tags::REFERENCED_SERIES_SEQUENCE,
        vec![series(series_instance_uid, named)],
    )
}
