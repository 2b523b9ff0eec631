//! Content items of a structured report (PS3.3, C.17.3).

use dicom_core::VR;
use dicom_dictionary_std::tags;

use super::code::Code;
use super::decimal::decimal;
use super::element::{Item, code as coded_concept, item, sequence, shorts, text};
use super::reference::instance;
use crate::source::SourceSlice;

pub const CONTAINS: &str = "CONTAINS";
pub const OBSERVATION_CONTEXT: &str = "HAS OBS CONTEXT";
pub const ACQUISITION_CONTEXT: &str = "HAS ACQ CONTEXT";
pub const CONCEPT_MODIFIER: &str = "HAS CONCEPT MOD";

/// An item of a value type under its name.
fn named(relationship: &str, value_type: &str, name: Code) -> Item {
    let mut content = item([
        text(tags::VALUE_TYPE, VR::CS, value_type),
        coded_concept(tags::CONCEPT_NAME_CODE_SEQUENCE, name),
    ]);
    if !relationship.is_empty() {
        content.put(text(tags::RELATIONSHIP_TYPE, VR::CS, relationship));
    }
    content
}

/// The root of a report, which follows a template.
pub fn root(name: Code, template: &str, children: Vec<Item>) -> Item {
    filled(named("", "CONTAINER", name), Some(template), children)
}

/// A container, which may follow a template.
pub fn container(name: Code, template: Option<&str>, children: Vec<Item>) -> Item {
    filled(named(CONTAINS, "CONTAINER", name), template, children)
}

fn filled(mut content: Item, template: Option<&str>, children: Vec<Item>) -> Item {
    content.put(text(tags::CONTINUITY_OF_CONTENT, VR::CS, "SEPARATE"));
    content.put(sequence(tags::CONTENT_SEQUENCE, children));
    if let Some(template) = template {
        let identified = item([
            text(tags::MAPPING_RESOURCE, VR::CS, "DCMR"),
            text(tags::TEMPLATE_IDENTIFIER, VR::CS, template),
        ]);
        content.put(sequence(tags::CONTENT_TEMPLATE_SEQUENCE, vec![identified]));
    }
    content
}

/// A concept.
pub fn concept(relationship: &str, name: Code, value: Code) -> Item {
    let mut content = named(relationship, "CODE", name);
    content.put(coded_concept(tags::CONCEPT_CODE_SEQUENCE, value));
    content
}

/// A text.
pub fn words(relationship: &str, name: Code, value: impl Into<String>) -> Item {
    let mut content = named(relationship, "TEXT", name);
    content.put(text(tags::TEXT_VALUE, VR::UT, value));
    content
}

/// An identifier.
pub fn identifier(relationship: &str, name: Code, value: impl Into<String>) -> Item {
    let mut content = named(relationship, "UIDREF", name);
    content.put(text(tags::UID, VR::UI, value));
    content
}

/// A number with its unit.
pub fn number(name: Code, value: f64, unit: Code) -> Item {
    let mut content = named(CONTAINS, "NUM", name);
    let measured = item([
        text(tags::NUMERIC_VALUE, VR::DS, decimal(value)),
        coded_concept(tags::MEASUREMENT_UNITS_CODE_SEQUENCE, unit),
    ]);
    content.put(sequence(tags::MEASURED_VALUE_SEQUENCE, vec![measured]));
    content
}

/// An image, without a name in the library.
pub fn image(name: Option<Code>, slice: &SourceSlice) -> Item {
    let mut content = item([
        text(tags::VALUE_TYPE, VR::CS, "IMAGE"),
        text(tags::RELATIONSHIP_TYPE, VR::CS, CONTAINS),
    ]);
    if let Some(name) = name {
        content.put(coded_concept(tags::CONCEPT_NAME_CODE_SEQUENCE, name));
    }
    let reference = item(instance(&slice.sop_class_uid, &slice.sop_instance_uid));
    content.put(sequence(tags::REFERENCED_SOP_SEQUENCE, vec![reference]));
    content
}

/// A segment of a segmentation.
pub fn segment(name: Code, sop_class_uid: &str, sop_instance_uid: &str, number: u16) -> Item {
    let mut content = named(CONTAINS, "IMAGE", name);
    let mut reference = item(instance(sop_class_uid, sop_instance_uid));
    reference.put(shorts(tags::REFERENCED_SEGMENT_NUMBER, &[number]));
    content.put(sequence(tags::REFERENCED_SOP_SEQUENCE, vec![reference]));
    content
}
