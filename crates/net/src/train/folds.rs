//! Which cases a network learns from and which it is judged on.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Case ids cut into folds; no case is in two of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folds(Vec<Vec<String>>);

/// A number of folds that the cases do not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("folds = {folds}: need 2 to {cases} (the number of cases)")]
pub struct FoldsError {
    folds: usize,
    cases: usize,
}

impl Folds {
    /// Shuffles the ids with a seed and deals them out; folds differ by one case at most.
    ///
    /// The order of `ids` does not matter, so that the same cases always give the same folds.
    ///
    /// # Errors
    /// Where there are fewer than two folds or more folds than cases.
    pub fn deal(ids: &[String], folds: usize, seed: u64) -> Result<Self, FoldsError> {
        let mut ids = ids.to_vec();
        ids.sort();
        ids.dedup();
        if !(2..=ids.len()).contains(&folds) {
            return Err(FoldsError { folds, cases: ids.len() });
        }
        ids.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let mut dealt = vec![Vec::new(); folds];
        for (n, id) in ids.into_iter().enumerate() {
            dealt[n % folds].push(id);
        }
        dealt.iter_mut().for_each(|fold| fold.sort());
        Ok(Self(dealt))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The cases held out of a fold's training, or `None` past the last fold.
    pub fn held_out(&self, fold: usize) -> Option<&[String]> {
        self.0.get(fold).map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(n: usize) -> Vec<String> {
        (0..n).map(|n| format!("case{n}")).collect()
    }

    #[test]
    fn every_case_is_held_out_once() {
        let folds = Folds::deal(&ids(25), 4, 7).unwrap();
        let mut all: Vec<String> = (0..4).flat_map(|f| folds.held_out(f).unwrap().to_vec()).collect();
        all.sort();
        let mut expected = ids(25);
        expected.sort();
        assert_eq!(all, expected);
        assert_eq!((0..4).map(|f| folds.held_out(f).unwrap().len()).collect::<Vec<_>>(), [7, 6, 6, 6]);
        assert_eq!(folds.held_out(4), None);
    }

    #[test]
    fn the_order_of_the_cases_does_not_matter_and_the_seed_does() {
        let mut turned = ids(25);
        turned.reverse();
        assert_eq!(Folds::deal(&ids(25), 5, 1), Folds::deal(&turned, 5, 1));
        assert_ne!(Folds::deal(&ids(25), 5, 1), Folds::deal(&ids(25), 5, 2));
    }

    #[test]
    fn too_many_folds_are_refused_with_the_bound() {
        let error = Folds::deal(&ids(25), 30, 0).unwrap_err().to_string();
        assert_eq!(error, "folds = 30: need 2 to 25 (the number of cases)");
        assert!(Folds::deal(&ids(25), 1, 0).is_err());
    }
}
