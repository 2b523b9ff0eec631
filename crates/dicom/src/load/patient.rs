//! What a header says of the patient (DICOM PS3.3, sections C.7.1.1 and C.7.2.2).

use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use myops_image::patient::Patient;

use crate::image::attribute::{number, text};

/// Heights of people, m.
const HEIGHT_M: std::ops::RangeInclusive<f64> = 0.3..=2.6;
/// Weights of people, kg.
const WEIGHT_KG: std::ops::RangeInclusive<f64> = 1.0..=400.0;

/// What the header of one image says of the patient. What is missing or cannot be is left out.
pub fn patient(header: &InMemDicomObject) -> Patient {
    let birth = text(header, tags::PATIENT_BIRTH_DATE)
        .as_deref()
        .and_then(date);
    let taken = text(header, tags::STUDY_DATE).as_deref().and_then(date);
    let age = text(header, tags::PATIENT_AGE)
        .as_deref()
        .and_then(age_years);
    Patient {
        name: text(header, tags::PATIENT_NAME).as_deref().and_then(name),
        id: text(header, tags::PATIENT_ID),
        birth_date: birth.map(written),
        sex: text(header, tags::PATIENT_SEX).filter(|sex| ["M", "F", "O"].contains(&sex.as_str())),
        age_years: age.or_else(|| Some(years_between(birth?, taken?))),
        exam_date: taken.map(written),
        height_m: number(header, tags::PATIENT_SIZE).filter(|height| HEIGHT_M.contains(height)),
        weight_kg: number(header, tags::PATIENT_WEIGHT).filter(|weight| WEIGHT_KG.contains(weight)),
    }
}

/// `Family^Given^Middle^Prefix^Suffix=ideographic=phonetic` with the given name first.
fn name(value: &str) -> Option<String> {
    let groups = value.split('=').find(|group| !group.trim().is_empty())?;
    let part = |n| groups.split('^').nth(n).unwrap_or_default().trim();
    let parts = [part(3), part(1), part(2), part(0), part(4)];
    let name = parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    Some(name).filter(|name| !name.is_empty())
}

/// `YYYYMMDD`, or `YYYY.MM.DD` of old files, as year, month and day.
fn date(value: &str) -> Option<[u32; 3]> {
    let digits: String = value.chars().filter(|&c| c != '.').collect();
    if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<u32>().ok();
    let [year, month, day] = [part(0..4)?, part(4..6)?, part(6..8)?];
    let real = year > 0 && (1..=12).contains(&month) && (1..=31).contains(&day);
    real.then_some([year, month, day])
}

fn written([year, month, day]: [u32; 3]) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}

/// `045Y`, `018M`, `003W` or `012D` in years.
fn age_years(value: &str) -> Option<f64> {
    let (number, unit) = value.split_at_checked(value.len().checked_sub(1)?)?;
    let number: f64 = number.parse::<u32>().ok()?.into();
    match unit {
        "Y" => Some(number),
        "M" => Some(number / 12.0),
        "W" => Some(number * 7.0 / 365.25),
        "D" => Some(number / 365.25),
        _ => None,
    }
}

/// Full years from a birth to a later day; 0 for an earlier one.
fn years_between(birth: [u32; 3], day: [u32; 3]) -> f64 {
    let ([from, rest @ ..], [to, other @ ..]) = (birth, day);
    let before_birthday = u32::from(other < rest);
    f64::from(to.saturating_sub(from).saturating_sub(before_birthday))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_dates_and_ages_are_read() {
        assert_eq!(name("Curie^Marie^^Dr").unwrap(), "Dr Marie Curie");
        assert_eq!(name("Curie").unwrap(), "Curie");
        assert_eq!(name("^^=x").unwrap_or_default(), "");
        assert_eq!(date("19600229"), Some([1960, 2, 29]));
        assert_eq!(date("1960.02.29"), Some([1960, 2, 29]));
        assert_eq!(date("19601329"), None);
        assert_eq!(age_years("045Y"), Some(45.0));
        assert_eq!(age_years("018M"), Some(1.5));
        assert_eq!(age_years("é"), None);
        assert_eq!(years_between([1960, 1, 2], [2026, 1, 1]), 65.0);
        assert_eq!(years_between([1960, 1, 1], [2026, 1, 1]), 66.0);
        assert_eq!(written([1960, 1, 2]), "1960-01-02");
    }
}
