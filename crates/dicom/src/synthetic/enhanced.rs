//! A synthetic series as one enhanced multi-frame image.

use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, Length, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::InMemDicomObject;

use super::series::put;

/// What all frames share: the group, the attribute there, and where classic images have it.
const SHARED: [(Tag, Tag, Tag, VR); 7] = [
    (
        tags::PLANE_ORIENTATION_SEQUENCE,
        tags::IMAGE_ORIENTATION_PATIENT,
        tags::IMAGE_ORIENTATION_PATIENT,
        VR::DS,
    ),
    (
        tags::PIXEL_MEASURES_SEQUENCE,
        tags::PIXEL_SPACING,
        tags::PIXEL_SPACING,
        VR::DS,
    ),
    (
        tags::PIXEL_MEASURES_SEQUENCE,
        tags::SLICE_THICKNESS,
        tags::SLICE_THICKNESS,
        VR::DS,
    ),
    (
        tags::MR_ECHO_SEQUENCE,
        tags::EFFECTIVE_ECHO_TIME,
        tags::ECHO_TIME,
        VR::FD,
    ),
    (
        tags::MR_MODIFIER_SEQUENCE,
        tags::INVERSION_TIMES,
        tags::INVERSION_TIME,
        VR::FD,
    ),
    (
        tags::MR_TIMING_AND_RELATED_PARAMETERS_SEQUENCE,
        tags::REPETITION_TIME,
        tags::REPETITION_TIME,
        VR::DS,
    ),
    (
        tags::MR_IMAGE_FRAME_TYPE_SEQUENCE,
        tags::FRAME_TYPE,
        tags::IMAGE_TYPE,
        VR::CS,
    ),
];
/// What each frame has of its own.
const OWN: [(Tag, Tag, Tag, VR); 4] = [
    (
        tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE,
        tags::RESCALE_INTERCEPT,
        tags::RESCALE_INTERCEPT,
        VR::DS,
    ),
    (
        tags::PLANE_POSITION_SEQUENCE,
        tags::IMAGE_POSITION_PATIENT,
        tags::IMAGE_POSITION_PATIENT,
        VR::DS,
    ),
    (
        tags::CARDIAC_SYNCHRONIZATION_SEQUENCE,
        tags::NOMINAL_CARDIAC_TRIGGER_DELAY_TIME,
        tags::TRIGGER_TIME,
        VR::FD,
    ),
    (
        tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE,
        tags::RESCALE_SLOPE,
        tags::RESCALE_SLOPE,
        VR::DS,
    ),
];

/// The images of one series as one object; the attributes of the first image are those of all.
pub fn enhanced(images: &[InMemDicomObject]) -> InMemDicomObject {
    let mut whole = images
        .first()
        .cloned()
        .unwrap_or_else(InMemDicomObject::new_empty);
    let shared = groups(&whole, &SHARED);
    let frames: Vec<InMemDicomObject> = images.iter().map(|image| groups(image, &OWN)).collect();
    let words = |image: &InMemDicomObject| {
        let pixels = image.get(tags::PIXEL_DATA);
        pixels
            .and_then(|pixels| pixels.to_multi_int::<u16>().ok())
            .unwrap_or_default()
    };
    let pixels: Vec<u16> = images.iter().flat_map(words).collect();
    for (_, _, classic, _) in SHARED.into_iter().chain(OWN) {
        whole.remove_element(classic);
    }
    put(
        &mut whole,
        tags::SOP_CLASS_UID,
        VR::UI,
        uids::ENHANCED_MR_IMAGE_STORAGE,
    );
    put(
        &mut whole,
        tags::NUMBER_OF_FRAMES,
        VR::IS,
        images.len().to_string(),
    );
    put(
        &mut whole,
        tags::PIXEL_DATA,
        VR::OW,
        PrimitiveValue::U16(pixels.into()),
    );
    sequence(
        &mut whole,
        tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE,
        vec![shared],
    );
    sequence(
        &mut whole,
        tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE,
        frames,
    );
    whole
}

fn groups(image: &InMemDicomObject, table: &[(Tag, Tag, Tag, VR)]) -> InMemDicomObject {
    let mut groups = InMemDicomObject::new_empty();
    for &(group, tag, classic, vr) in table {
        let Some(element) = image.get(classic) else {
            continue;
        };
        let value = match vr {
            VR::FD => element.to_float64().map(PrimitiveValue::from).ok(),
            _ => element.value().primitive().cloned(),
        };
        let item = groups
            .get(group)
            .and_then(|group| group.items()?.first().cloned());
        let mut item = item.unwrap_or_else(InMemDicomObject::new_empty);
        put(&mut item, tag, vr, value.unwrap_or(PrimitiveValue::Empty));
        sequence(&mut groups, group, vec![item]);
    }
    groups
}

fn sequence(object: &mut InMemDicomObject, tag: Tag, items: Vec<InMemDicomObject>) {
    let items = DataSetSequence::new(items, Length::UNDEFINED);
    object.put(DataElement::new(tag, VR::SQ, items));
}
