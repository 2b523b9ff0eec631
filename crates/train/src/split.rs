//! Which cases a training learns from and is judged by, and which slices an epoch sees.

use std::collections::BTreeMap;

use rand::Rng;
use rand::seq::SliceRandom;

use super::data::TrainingCase;

/// The cases of a training, apart from each other.
#[derive(Debug, Clone, Default)]
pub struct Split {
    /// Which fold is held out; part of every random draw.
    pub fold: usize,
    /// The cases to learn from.
    pub training: Vec<TrainingCase>,
    /// The cases to judge by; without any, the training loss decides.
    pub validation: Vec<TrainingCase>,
}

impl Split {
    /// The number of slices that an epoch sees.
    pub fn slices(&self) -> usize {
        let groups = self.groups();
        groups
            .into_values()
            .map(|(share, all)| seen(share, all.len()))
            .sum()
    }

    /// The slices of an epoch as (case, slice), in random order: of cases with the same share together, that share of all
    /// their slices, each as often as any other or once more.
    pub(crate) fn order(&self, rng: &mut impl Rng) -> Vec<(usize, usize)> {
        let mut order = Vec::new();
        for (share, mut slices) in self.groups().into_values() {
            let seen = seen(share, slices.len());
            let whole = seen / slices.len().max(1);
            (0..whole).for_each(|_| order.extend_from_slice(&slices));
            let rest = seen - whole * slices.len();
            if rest > 0 {
                slices.shuffle(rng);
                order.extend_from_slice(&slices[..rest]);
            }
        }
        order.shuffle(rng);
        order
    }

    /// The slices of the cases with one share, by share.
    fn groups(&self) -> BTreeMap<u64, (f64, Vec<(usize, usize)>)> {
        let mut groups = BTreeMap::new();
        for (c, case) in self.training.iter().enumerate() {
            let group = groups.entry(case.share.to_bits());
            let (_, slices) = group.or_insert((case.share, Vec::new()));
            slices.extend((0..case.slices.len()).map(|s| (c, s)));
        }
        groups
    }
}

/// The number of slices seen, of so many.
fn seen(share: f64, slices: usize) -> usize {
    (share * slices as f64).round() as usize
}

#[cfg(test)]
mod tests {
    use myops_image::scheme::LabelScheme;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::data::Sample;

    fn case(id: &str, slices: usize, share: f64) -> TrainingCase {
        let slice = Sample {
            image: Vec::new(),
            labels: Vec::new(),
            scheme: LabelScheme::ALL,
        };
        TrainingCase {
            id: id.into(),
            slices: vec![slice; slices],
            share,
        }
    }

    fn counts(split: &Split, epoch: u64) -> [usize; 3] {
        let order = split.order(&mut ChaCha8Rng::seed_from_u64(epoch));
        [0, 1, 2].map(|case| order.iter().filter(|(c, _)| *c == case).count())
    }

    #[test]
    fn an_epoch_sees_of_each_data_set_its_share() {
        let split = Split {
            training: vec![case("a", 4, 1.0), case("b", 10, 0.3), case("c", 2, 2.5)],
            ..Split::default()
        };
        assert_eq!(split.slices(), 4 + 3 + 5);
        assert_eq!(counts(&split, 1), [4, 3, 5]);
        let seen = |epoch| split.order(&mut ChaCha8Rng::seed_from_u64(epoch));
        assert_eq!(seen(1), seen(1));
        // Over some epochs, every slice of the partly seen set has its turn.
        let mut all: Vec<_> = (0..40).flat_map(seen).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 16);
    }

    #[test]
    fn a_share_is_taken_of_all_cases_of_a_set_together() {
        let split = Split {
            training: vec![case("a", 1, 0.5), case("b", 1, 0.5), case("c", 2, 0.5)],
            ..Split::default()
        };
        assert_eq!(split.slices(), 2);
        assert_eq!(counts(&split, 3).into_iter().sum::<usize>(), 2);
    }
}
