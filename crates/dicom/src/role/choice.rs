//! Series that the user chose.

use myops_image::sequence::{PerSequence, Sequence};

use crate::stack::Stack;

/// Why a choice is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// It is not of the form `ROLE=SERIES`.
    #[error(
        "{0:?} is no choice of a series: need bssfp=, lge= or t2= and a Series Instance UID or a series number"
    )]
    Form(String),
    /// A sequence was chosen twice.
    #[error("two series are chosen for {0}")]
    Twice(Sequence),
}

/// The series that the user chose for a sequence: by Series Instance UID, or by series number. A choice of one of several series that
/// are one stack is a choice of the stack.
///
/// ```
/// use myops_dicom::role::SeriesChoice;
///
/// let choice = SeriesChoice::parse(["lge=9", "t2=1.2.840.1.12"])?;
/// assert!(SeriesChoice::parse(["t1=9"]).is_err());
/// # Ok::<(), myops_dicom::role::ChoiceError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeriesChoice(PerSequence<Option<String>>);

impl SeriesChoice {
    /// Reads choices of the form `lge=UID` or `lge=NUMBER`.
    ///
    /// # Errors
    /// [`ChoiceError`] if one has another form, or a sequence is chosen twice.
    pub fn parse<'a>(choices: impl IntoIterator<Item = &'a str>) -> Result<Self, ChoiceError> {
        let mut chosen = Self::default();
        for choice in choices {
            let form = || ChoiceError::Form(choice.chars().take(80).collect());
            let (role, series) = choice.split_once('=').ok_or_else(form)?;
            let is_role = |sequence: &Sequence| sequence.name().eq_ignore_ascii_case(role.trim());
            let sequence = Sequence::ALL.into_iter().find(is_role).ok_or_else(form)?;
            let series = series.trim();
            let digits = series.chars().all(|c| c.is_ascii_digit() || c == '.');
            if series.is_empty() || !digits {
                return Err(form());
            }
            if chosen.0[sequence].replace(series.into()).is_some() {
                return Err(ChoiceError::Twice(sequence));
            }
        }
        Ok(chosen)
    }

    /// The choices in the form that [`Self::parse`] reads.
    pub fn choices(&self) -> Vec<String> {
        let chosen = self
            .0
            .iter()
            .filter_map(|(s, series)| Some((s, series.as_ref()?)));
        let written = |(s, series): (Sequence, &String)| format!("{}={series}", s.name());
        chosen.map(written).collect()
    }

    /// What was chosen for a sequence.
    pub(super) fn of(&self, sequence: Sequence) -> Option<&str> {
        self.0[sequence].as_deref()
    }
}

/// Whether a choice names one of the series of a stack.
pub(super) fn names(choice: &str, stack: &Stack) -> bool {
    let number = choice.parse::<i64>().ok();
    let mut ids = stack.series.iter().map(|series| &series.id);
    ids.any(|id| choice == id.uid || (number.is_some() && number == id.number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_a_sequence_and_a_series() {
        let chosen = SeriesChoice::parse(["LGE = 9", "bssfp=1.2.3"]).unwrap();
        assert_eq!(chosen.of(Sequence::Lge), Some("9"));
        assert_eq!(chosen.of(Sequence::Bssfp), Some("1.2.3"));
        assert_eq!(chosen.of(Sequence::T2), None);
        let again = chosen.choices();
        assert_eq!(again, ["bSSFP=1.2.3", "LGE=9"]);
        assert_eq!(
            SeriesChoice::parse(again.iter().map(String::as_str)),
            Ok(chosen)
        );
        for wrong in ["lge", "lge=", "de=1", "lge=abc"] {
            assert_eq!(
                SeriesChoice::parse([wrong]),
                Err(ChoiceError::Form(wrong.into()))
            );
        }
        assert_eq!(
            SeriesChoice::parse(["t2=1", "T2=2"]),
            Err(ChoiceError::Twice(Sequence::T2))
        );
    }
}
