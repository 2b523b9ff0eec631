//! What a header says of the series that its image belongs to.

use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use super::attribute::{integer, text, texts};
use crate::read::Flaw;

/// The longest description, characters: that of its value representation.
const MOST_SHOWN: usize = 64;

/// Which series it is. Sorted, series are in the order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesId {
    /// Series Number.
    pub number: Option<i64>,
    /// Series Instance UID.
    pub uid: String,
}

/// A series, as the header of one of its images describes it. It cannot be printed: it holds who was examined and when.
#[derive(Clone)]
pub struct Series {
    /// Study Instance UID.
    pub study: String,
    /// Which series of the study it is.
    pub id: SeriesId,
    /// Frame of Reference UID.
    pub frame_of_reference: Option<String>,
    /// Series Description, else the name of the protocol, else empty.
    pub description: String,
    /// Manufacturer.
    pub manufacturer: String,
    /// The name of the pulse sequence.
    pub sequence_name: String,
    /// Scanning Sequence (SE, IR, GR, EP, RM), or Echo Pulse Sequence of enhanced images.
    pub scanning_sequence: Vec<String>,
    /// Patient ID, to tell patients apart.
    pub patient_id: Option<String>,
    /// Study Date and Time, to put exams in order.
    pub taken: String,
}

impl Series {
    /// Reads a header.
    ///
    /// # Errors
    /// [`Flaw::Missing`] if a UID is missing.
    pub fn of(header: &InMemDicomObject) -> Result<Self, Flaw> {
        let or_empty = |tag| text(header, tag).unwrap_or_default();
        let description = text(header, tags::SERIES_DESCRIPTION);
        let clipped = |text: String| text.chars().take(MOST_SHOWN).collect();
        let sequence = text(header, tags::SEQUENCE_NAME);
        let mut scanning_sequence = texts(header, tags::SCANNING_SEQUENCE);
        scanning_sequence.extend(texts(header, tags::ECHO_PULSE_SEQUENCE));
        Ok(Self {
            study: text(header, tags::STUDY_INSTANCE_UID)
                .ok_or(Flaw::Missing("StudyInstanceUID"))?,
            id: SeriesId {
                number: integer(header, tags::SERIES_NUMBER),
                uid: text(header, tags::SERIES_INSTANCE_UID)
                    .ok_or(Flaw::Missing("SeriesInstanceUID"))?,
            },
            frame_of_reference: text(header, tags::FRAME_OF_REFERENCE_UID),
            description: clipped(description.unwrap_or_else(|| or_empty(tags::PROTOCOL_NAME))),
            manufacturer: or_empty(tags::MANUFACTURER),
            sequence_name: sequence.unwrap_or_else(|| or_empty(tags::PULSE_SEQUENCE_NAME)),
            scanning_sequence,
            patient_id: text(header, tags::PATIENT_ID),
            taken: or_empty(tags::STUDY_DATE) + &or_empty(tags::STUDY_TIME),
        })
    }

    /// The series in an error: its number and description.
    pub fn name(&self) -> String {
        called(numbers([&self.id]), &self.description)
    }
}

/// The most runs of series numbers that are written out.
const MOST_RUNS: usize = 4;

/// The numbers of series in words: `9`, `21-32`, `21-25, 27`, or `21, 23, ..., 43` where they are many.
pub fn numbers<'a>(series: impl IntoIterator<Item = &'a SeriesId>) -> String {
    let mut numbers: Vec<Option<i64>> = series.into_iter().map(|id| id.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut runs: Vec<[Option<i64>; 2]> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some([_, last]) if last.is_some() && last.and_then(|n| n.checked_add(1)) == number => {
                *last = number;
            }
            _ => runs.push([number; 2]),
        }
    }
    let one = |number: &Option<i64>| {
        number.map_or_else(|| "without a number".into(), |number| number.to_string())
    };
    let run = |[first, last]: &[Option<i64>; 2]| match (one(first), one(last)) {
        (first, last) if first == last => first,
        (first, last) => format!("{first}-{last}"),
    };
    match runs.as_slice() {
        [first, second, .., last] if runs.len() > MOST_RUNS => {
            format!("{}, {}, ..., {}", run(first), run(second), run(last))
        }
        runs => runs.iter().map(run).collect::<Vec<_>>().join(", "),
    }
}

/// Series in an error, by their numbers and their description.
pub fn called(numbers: String, description: &str) -> String {
    if description.is_empty() {
        return numbers;
    }
    format!("{numbers} \"{description}\"")
}

/// What texts have in common at their beginnings and ends, with a `*` between where they differ.
pub fn shared(texts: &[&str]) -> String {
    let Some((first, others)) = texts
        .split_first()
        .filter(|(first, others)| others.iter().any(|other| other != *first))
    else {
        return texts.first().copied().unwrap_or_default().into();
    };
    let equal = |(a, b): &(char, char)| a == b;
    let start = |other: &&str| first.chars().zip(other.chars()).take_while(equal).count();
    let end = |other: &&str| {
        let pairs = first.chars().rev().zip(other.chars().rev());
        pairs.take_while(equal).count()
    };
    let shortest = texts.iter().map(|text| text.chars().count()).min();
    let start = others.iter().map(start).min().unwrap_or(0);
    let end = others.iter().map(end).min().unwrap_or(0);
    let end = end.min(shortest.unwrap_or(0).saturating_sub(start));
    let skipped = first.chars().count() - end;
    let ends = first.chars().skip(skipped);
    first.chars().take(start).chain(['*']).chain(ends).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_series_are_told_in_runs() {
        let told = |of: &[i64]| {
            let id = |&number: &i64| SeriesId {
                number: Some(number).filter(|&n| n > 0),
                uid: String::new(),
            };
            numbers(&of.iter().map(id).collect::<Vec<_>>())
        };
        assert_eq!(told(&[9]), "9");
        assert_eq!(told(&[23, 21, 22]), "21-23");
        assert_eq!(
            told(&[21, 22, 24, i64::MAX]),
            format!("21-22, 24, {}", i64::MAX)
        );
        assert_eq!(told(&[21, 23, 25, 27, 29]), "21, 23, ..., 29");
        assert_eq!(told(&[0, 0, 1]), "without a number, 1");
    }

    #[test]
    fn descriptions_that_differ_are_told_by_what_they_share() {
        assert_eq!(shared(&["de_sax", "de_sax"]), "de_sax");
        assert_eq!(shared(&["sax_9_é", "sax_10_é", "sax_é"]), "sax_*é");
        assert_eq!(shared(&["aa", "aaa"]), "aa*");
        assert_eq!(shared(&["x", ""]), "*");
        assert_eq!(shared(&[]), "");
    }
}
