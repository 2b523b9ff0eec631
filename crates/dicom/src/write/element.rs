//! Elements and items of data sets.

use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use dicom_object::mem::InMemElement;

use super::code::Code;

/// A data set, or an item of a sequence.
pub type Item = InMemDicomObject;

/// Makes an item of its elements.
pub fn item(elements: impl IntoIterator<Item = InMemElement>) -> Item {
    Item::from_element_iter(elements)
}

/// An element of text; an empty one is an element without value.
pub fn text(tag: Tag, vr: VR, value: impl Into<String>) -> InMemElement {
    let value: String = value.into();
    let value = if value.is_empty() {
        PrimitiveValue::Empty
    } else {
        PrimitiveValue::from(value)
    };
    DataElement::new(tag, vr, value)
}

/// An element of 16-bit numbers (VR US).
pub fn shorts(tag: Tag, values: &[u16]) -> InMemElement {
    DataElement::new(tag, VR::US, PrimitiveValue::U16(values.into()))
}

/// An element of 32-bit numbers (VR UL).
pub fn longs(tag: Tag, values: &[u32]) -> InMemElement {
    DataElement::new(tag, VR::UL, PrimitiveValue::U32(values.into()))
}

/// An element that names another (VR AT).
pub fn pointer(tag: Tag, to: Tag) -> InMemElement {
    DataElement::new(tag, VR::AT, PrimitiveValue::from(to))
}

/// A sequence of items.
pub fn sequence(tag: Tag, items: Vec<Item>) -> InMemElement {
    DataElement::new(tag, VR::SQ, DataSetSequence::from(items))
}

/// A sequence of one coded concept.
pub fn code(tag: Tag, code: Code) -> InMemElement {
    let items = vec![item([
        text(tags::CODE_VALUE, VR::SH, code.value),
        text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, code.scheme),
        text(tags::CODE_MEANING, VR::LO, code.meaning),
    ])];
    sequence(tag, items)
}
