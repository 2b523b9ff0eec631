//! The probabilities of a case: as the networks give them, and calibrated.

/// An output or a probability is not a number, since the network's sums have become too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the network's output is not a number")]
pub struct NotANumber;

/// The probability of each label in each pixel as networks give it, `[slice][row][column][label]`, all of them numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct RawProbabilities(Vec<f32>);

/// The same after calibration ([`crate::Recipe::calibrate`]): they come true as often as they say.
#[derive(Debug, Clone, PartialEq)]
pub struct Probabilities(Vec<f32>);

impl RawProbabilities {
    /// Takes what a network gave.
    ///
    /// # Errors
    /// Where a value is not a number.
    pub fn new(values: Vec<f32>) -> Result<Self, NotANumber> {
        checked(values).map(Self)
    }

    /// The mean of those of several networks, each of which gave as many; empty for none.
    pub fn mean(all: &[Self]) -> Self {
        let share = 1.0 / all.len() as f32;
        let mut mean = vec![0.0; all.first().map_or(0, |first| first.0.len())];
        for Self(values) in all {
            let pairs = mean.iter_mut().zip(values);
            pairs.for_each(|(sum, p)| *sum += p * share);
        }
        Self(mean)
    }

    /// The values.
    pub fn values(&self) -> &[f32] {
        &self.0
    }

    /// The values, to be changed by a calibration, which checks that they still are numbers.
    ///
    /// # Errors
    /// Where one is none.
    pub(crate) fn calibrated(
        mut self,
        calibrate: impl FnOnce(&mut [f32]),
    ) -> Result<Probabilities, NotANumber> {
        calibrate(&mut self.0);
        checked(self.0).map(Probabilities)
    }
}

impl Probabilities {
    /// The values.
    pub fn values(&self) -> &[f32] {
        &self.0
    }
}

fn checked(values: Vec<f32>) -> Result<Vec<f32>, NotANumber> {
    if values.iter().all(|p| p.is_finite()) {
        Ok(values)
    } else {
        Err(NotANumber)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_number_is_no_probability() {
        assert_eq!(RawProbabilities::new(vec![0.5, f32::NAN]), Err(NotANumber));
        assert_eq!(RawProbabilities::new(vec![f32::INFINITY]), Err(NotANumber));
        let raw = RawProbabilities::new(vec![0.5, 1.0]).unwrap();
        let overflown = raw.clone().calibrated(|p| p[0] /= 0.0);
        assert_eq!(overflown, Err(NotANumber));
        let both = [raw, RawProbabilities(vec![0.25, 0.0])];
        assert_eq!(RawProbabilities::mean(&both).values(), [0.375, 0.5]);
    }
}
