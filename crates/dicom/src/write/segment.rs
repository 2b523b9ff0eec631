//! The description of a segment.

use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_dictionary_std::tags;
use dicom_object::mem::InMemElement;
use myops_image::label::Label;
use myops_image::picture;

use super::code::ARTIFICIAL_INTELLIGENCE;
use super::colour::cielab;
use super::element::{Item, code, item, sequence, shorts, text};
use super::producer::Producer;
use super::region::Coded;
use super::uid::derived;

/// The identifier under which a region of a series is tracked, in segmentations and reports of every run.
pub fn tracking_uid(series_instance_uid: &str, coded: &Coded) -> String {
    derived(
        "tracking",
        &[
            series_instance_uid.as_bytes(),
            coded.region.name().as_bytes(),
        ],
    )
}

/// The item of Segment Sequence (PS3.3, C.8.20.2 and C.8.20.4) of a label.
pub fn segment(
    number: u16,
    (label, coded): (Label, &Coded),
    series_instance_uid: &str,
    by: &Producer,
) -> Item {
    let mut described = item([
        shorts(tags::SEGMENT_NUMBER, &[number]),
        text(tags::SEGMENT_LABEL, VR::LO, coded.name),
        text(tags::SEGMENT_DESCRIPTION, VR::ST, coded.description),
        text(tags::SEGMENT_ALGORITHM_TYPE, VR::CS, "AUTOMATIC"),
        text(tags::SEGMENT_ALGORITHM_NAME, VR::LO, by.name),
        algorithm(by),
        code(
            tags::SEGMENTED_PROPERTY_CATEGORY_CODE_SEQUENCE,
            coded.category,
        ),
        code(tags::SEGMENTED_PROPERTY_TYPE_CODE_SEQUENCE, coded.kind),
        code(tags::ANATOMIC_REGION_SEQUENCE, coded.site),
        text(tags::TRACKING_ID, VR::UT, coded.name),
        text(
            tags::TRACKING_UID,
            VR::UI,
            tracking_uid(series_instance_uid, coded),
        ),
    ]);
    if let Some(colour) = picture::colour(label) {
        let values = PrimitiveValue::U16(cielab(colour)[..].into());
        described.put(DataElement::new(
            tags::RECOMMENDED_DISPLAY_CIE_LAB_VALUE,
            VR::US,
            values,
        ));
    }
    described
}

fn algorithm(by: &Producer) -> InMemElement {
    sequence(
        tags::SEGMENTATION_ALGORITHM_IDENTIFICATION_SEQUENCE,
        vec![item([
            code(
                tags::ALGORITHM_FAMILY_CODE_SEQUENCE,
                ARTIFICIAL_INTELLIGENCE,
            ),
            text(tags::ALGORITHM_NAME, VR::LO, by.name),
            text(tags::ALGORITHM_VERSION, VR::LO, by.version),
            text(
                tags::ALGORITHM_PARAMETERS,
                VR::LT,
                format!("model {}", by.model),
            ),
        ])],
    )
}
