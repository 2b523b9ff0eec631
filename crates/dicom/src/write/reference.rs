//! References to instances.

use std::collections::HashSet;

use dicom_core::{Tag, VR};
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
        checked_uid(slice.series.uid.clone(), tags::SERIES_INSTANCE_UID)?;
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

/// The UID of the series of the first slice, from which other identifiers are derived.
pub fn first_series(source: &Source) -> &str {
    source.slices.first().map_or("", |slice| &slice.series.uid)
}

/// The series of the source, in the order of the slices, each with its instances in the sequence `named`.
pub fn source_series(source: &Source, named: Tag) -> Vec<Item> {
    let mut by_series: Vec<(&str, Vec<Item>)> = Vec::new();
    for slice in instances(source) {
        let name = item(instance(&slice.sop_class_uid, &slice.sop_instance_uid));
        let uid = slice.series.uid.as_str();
        match by_series.iter_mut().find(|(other, _)| *other == uid) {
            Some((_, names)) => names.push(name),
            None => by_series.push((uid, vec![name])),
        }
    }
    by_series
        .into_iter()
        .map(|(uid, names)| series(uid, sequence(named, names)))
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
pub fn referenced_series(source: &Source) -> InMemElement {
    sequence(
        tags::REFERENCED_SERIES_SEQUENCE,
        source_series(source, tags::REFERENCED_INSTANCE_SEQUENCE),
    )
}
