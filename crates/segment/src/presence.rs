//! Whether a case has scar at all.

use myops_image::label::Region;
use myops_settings::{Switch, settings};
use serde::{Deserialize, Serialize};

use super::decision::region_probabilities;
use super::probabilities::Probabilities;

settings! {
    /// How likely a case is to have scar at all, by the share of the wall that its networks expect to be scar.
    ///
    /// A patient without infarct has a little probability of scar in many pixels, which thresholds chosen for the
    /// largest expected Dice would draw somewhere.
    #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    pub struct ScarPresence {
        /// Expected share of the wall at which a case is as likely to have scar as not; below it none is labelled;
        /// "off" labels scar in any case.
        #[within(0.0001, 1)]
        pub even_share: Switch<f64>,
        /// Steepness: the odds of scar grow with this power of the share.
        #[within(0.1, 100)]
        pub slope: f64,
    }
}

impl ScarPresence {
    /// Scar is labelled in any case.
    pub const OFF: Self = Self {
        even_share: Switch::Off,
        slope: 1.0,
    };

    /// The probability that there is scar, `1 / (1 + (even / share)^slope)`; `None` where the rule is off.
    pub fn probability(&self, probabilities: &Probabilities) -> Option<f64> {
        let Switch::On(even) = self.even_share else {
            return None;
        };
        let sum = |region| {
            let p = region_probabilities(region, probabilities.values());
            p.into_iter().map(f64::from).sum::<f64>()
        };
        let (scar, wall) = (sum(Region::SCAR), sum(Region::WALL));
        // Without a wall there is nothing that scar could be in.
        Some(if wall > 0.0 {
            1.0 / (1.0 + (even * wall / scar).powf(self.slope))
        } else {
            0.0
        })
    }
}

impl Default for ScarPresence {
    fn default() -> Self {
        Self::OFF
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probabilities::RawProbabilities;

    /// Pixels of wall, with these probabilities of scar.
    fn wall(scar: &[f32]) -> Probabilities {
        let pixel = |p: &f32| [0.0, 0.0, 0.0, 1.0 - p, 0.0, *p];
        let raw = RawProbabilities::new(scar.iter().flat_map(pixel).collect()).unwrap();
        raw.calibrated(|_| ()).unwrap()
    }

    #[test]
    fn scar_is_as_likely_as_not_at_the_even_share() {
        let presence = ScarPresence {
            even_share: Switch::On(0.1),
            slope: 2.0,
        };
        let of = |scar: &[f32]| presence.probability(&wall(scar)).unwrap();
        assert!((of(&[0.4, 0.0, 0.0, 0.0]) - 0.5).abs() < 1e-6);
        // Twice the share makes the odds 4 to 1, none makes them none.
        assert!((of(&[0.4, 0.4, 0.0, 0.0]) - 0.8).abs() < 1e-6);
        assert_eq!((of(&[0.0; 4]), of(&[])), (0.0, 0.0));
        assert_eq!(ScarPresence::OFF.probability(&wall(&[0.9])), None);
    }
}
