//! The numbers of labels in files.

use crate::label::Label;

use super::error::Flaw;
use super::label_names::label_of_name;

/// The number of each label in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelNumbers(Vec<(i64, Label)>);

/// Why numbers are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// The number at this position is unknown to all numberings.
    Unknown(usize),
    /// No numbering has both the number at this position and the others.
    Mixed(usize),
    /// Two numberings have all numbers, and disagree about the one at this position.
    Ambiguous(usize),
}

impl LabelNumbers {
    /// The codes of the MyoPS 2020 challenge: 0, 200, 500, 600, 1220, 2221.
    pub fn codes() -> Self {
        Self(Label::ALL.map(|l| (i64::from(l.code()), l)).into())
    }

    /// The class numbers 0 to 5, in channel order: background, LV pool, RV pool, myocardium, edema, scar.
    pub fn classes() -> Self {
        Self(Label::ALL.map(|l| (l.class() as i64, l)).into())
    }

    /// The numbers of a data set, each with the name of its label ("LV blood pool", "infarct"); several numbers may have one
    /// label. 0 is background, unless it is named.
    ///
    /// # Errors
    /// The first name that is not known.
    pub fn named<'a>(numbers: impl IntoIterator<Item = (i64, &'a str)>) -> Result<Self, &'a str> {
        let label = |(number, name)| Ok((number, label_of_name(name).ok_or(name)?));
        let mut numbers: Vec<_> = numbers.into_iter().map(label).collect::<Result<_, _>>()?;
        if numbers.iter().all(|(number, _)| *number != 0) {
            numbers.push((0, Label::Background));
        }
        Ok(Self(numbers))
    }

    pub(super) fn of(numbers: Vec<(i64, Label)>) -> Self {
        Self(numbers)
    }

    pub(super) fn label(&self, number: f64) -> Option<Label> {
        #[expect(clippy::float_cmp, reason = "a label's number is stored exactly")]
        self.0
            .iter()
            .find(|(n, _)| *n as f64 == number)
            .map(|(_, label)| *label)
    }

    /// Reads numbers with the numbering of `candidates` that has all of them. Returns the labels
    /// and the position of the numbering; if several agree, of the first.
    ///
    /// # Errors
    /// If no numbering has all numbers, or two have all and disagree.
    pub(super) fn read(
        candidates: &[Self],
        numbers: &[f64],
    ) -> Result<(Vec<Label>, usize), Unread> {
        let mut found: Option<(Vec<Label>, usize)> = None;
        let mut furthest = 0;
        for (at, candidate) in candidates.iter().enumerate() {
            match (candidate.read_all(numbers), &found) {
                (Err(index), _) => furthest = furthest.max(index),
                (Ok(labels), None) => found = Some((labels, at)),
                (Ok(labels), Some((first, _))) => {
                    if let Some(index) = labels.iter().zip(first).position(|(a, b)| a != b) {
                        return Err(Unread::Ambiguous(index));
                    }
                }
            }
        }
        found.ok_or_else(|| {
            let unknown = |number: &f64| candidates.iter().all(|c| c.label(*number).is_none());
            numbers
                .iter()
                .position(unknown)
                .map_or(Unread::Mixed(furthest), Unread::Unknown)
        })
    }

    fn read_all(&self, numbers: &[f64]) -> Result<Vec<Label>, usize> {
        // Most voxels repeat the label of the one before, so the last number is cached.
        let mut last = (f64::NAN, Label::Background);
        let mut labels = Vec::with_capacity(numbers.len());
        for (index, number) in numbers.iter().enumerate() {
            #[expect(clippy::float_cmp, reason = "a label's number is stored exactly")]
            if *number != last.0 {
                last = (*number, self.label(*number).ok_or(index)?);
            }
            labels.push(last.1);
        }
        Ok(labels)
    }

    /// All numbers of the candidates, in words.
    pub(super) fn known(candidates: &[Self]) -> String {
        let mut numbers: Vec<i64> = candidates
            .iter()
            .flat_map(|c| c.0.iter().map(|(n, _)| *n))
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

impl Unread {
    /// The error; `slope` is the factor of stored numbers, and `voxel` gives the index of a
    /// position.
    pub(super) fn flaw(
        self,
        candidates: &[LabelNumbers],
        numbers: &[f64],
        slope: f64,
        voxel: impl Fn(usize) -> [usize; 3],
    ) -> Flaw {
        let known = LabelNumbers::known(candidates);
        match self {
            Self::Unknown(at) => Flaw::LabelCode {
                code: numbers[at],
                voxel: voxel(at),
                known,
                slope,
            },
            Self::Mixed(at) => Flaw::MixedLabelCodes {
                code: numbers[at],
                voxel: voxel(at),
            },
            Self::Ambiguous(at) => Flaw::AmbiguousLabelCodes {
                code: numbers[at],
                voxel: voxel(at),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_by_the_candidate_that_knows_them_all() {
        let both = [LabelNumbers::codes(), LabelNumbers::classes()];
        let read = |numbers: &[f64]| LabelNumbers::read(&both, numbers);
        assert_eq!(
            read(&[0.0, 5.0]),
            Ok((vec![Label::Background, Label::Scar], 1))
        );
        assert_eq!(
            read(&[0.0, 2221.0]),
            Ok((vec![Label::Background, Label::Scar], 0))
        );
        assert_eq!(read(&[0.0]), Ok((vec![Label::Background], 0)));
        assert_eq!(read(&[0.0, 2221.0, 5.0]), Err(Unread::Mixed(2)));
        assert_eq!(read(&[0.0, 1.0, 200.0]), Err(Unread::Mixed(2)));
        assert_eq!(read(&[0.0, 1.0, 7.0, 200.0]), Err(Unread::Unknown(2)));
        assert_eq!(read(&[f64::NAN]), Err(Unread::Unknown(0)));
    }

    #[test]
    fn numbers_with_two_meanings_are_not_guessed() {
        let named = LabelNumbers::of(vec![
            (0, Label::Background),
            (200, Label::LvPool),
            (500, Label::Myocardium),
        ]);
        let both = [LabelNumbers::codes(), named];
        assert_eq!(
            LabelNumbers::read(&both, &[0.0, 200.0]),
            Err(Unread::Ambiguous(1))
        );
        assert_eq!(
            LabelNumbers::read(&both, &[0.0, 200.0, 2221.0]).unwrap().0[1],
            Label::Myocardium
        );
    }
}
