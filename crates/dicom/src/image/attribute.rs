//! Values of attributes as text and as numbers. What is missing, empty or no number is `None`.

use dicom_object::{InMemDicomObject, Tag};

/// The values of an attribute as text, without padding.
pub fn texts(object: &InMemDicomObject, tag: Tag) -> Vec<String> {
    let Some(value) = object
        .get(tag)
        .and_then(|element| element.value().primitive())
    else {
        return Vec::new();
    };
    let trim = |text: &String| {
        let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
        text.replace(char::is_control, " ")
    };
    value.to_multi_str().iter().map(trim).collect()
}

/// The first value of an attribute as text, if it is not empty.
pub fn text(object: &InMemDicomObject, tag: Tag) -> Option<String> {
    texts(object, tag)
        .into_iter()
        .next()
        .filter(|text| !text.is_empty())
}

/// The first value of an attribute as a finite number.
pub fn number(object: &InMemDicomObject, tag: Tag) -> Option<f64> {
    finite(&text(object, tag)?)
}

/// All values of an attribute, if there are `N` finite numbers.
pub fn numbers<const N: usize>(object: &InMemDicomObject, tag: Tag) -> Option<[f64; N]> {
    let numbers: Option<Vec<f64>> = texts(object, tag).iter().map(|text| finite(text)).collect();
    numbers?.try_into().ok()
}

/// The first value of an attribute as a whole number.
pub fn integer(object: &InMemDicomObject, tag: Tag) -> Option<i64> {
    text(object, tag)?.parse().ok()
}

/// Whether an attribute is there.
pub fn has(object: &InMemDicomObject, tag: Tag) -> bool {
    object.get(tag).is_some()
}

/// The items of a sequence.
pub fn items(object: &InMemDicomObject, tag: Tag) -> &[InMemDicomObject] {
    object
        .get(tag)
        .and_then(|element| element.items())
        .unwrap_or_default()
}

fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Words in upper case.
pub fn upper(words: Vec<String>) -> Vec<String> {
    words.into_iter().map(|word| word.to_uppercase()).collect()
}
