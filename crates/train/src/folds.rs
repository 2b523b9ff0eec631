//! Which cases a network learns from and which it is judged on.

use std::collections::{BTreeMap, BTreeSet};

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// A case and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The case.
    pub id: String,
    /// The patient.
    pub patient: String,
}

/// Case ids cut into folds; no patient is in two of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folds(Vec<Fold>);

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Fold {
    patients: BTreeSet<String>,
    /// Sorted.
    cases: Vec<String>,
}

impl Fold {
    fn add(&mut self, patient: String, cases: Vec<String>) {
        self.patients.insert(patient);
        self.cases.extend(cases);
        self.cases.sort();
        self.cases.dedup();
    }
}

/// A number of folds that the patients do not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldsError {
    /// There are too few patients for any folds.
    #[error("cross-validation needs at least 2 patients, there {}", if *.0 == 1 { "is 1".into() } else { format!("are {}", .0) })]
    TooFewPatients(usize),
    /// There are patients for other numbers of folds.
    #[error("folds = {folds}: need 2 to {patients} (the number of patients)")]
    Count {
        /// The number asked for.
        folds: usize,
        /// The patients.
        patients: usize,
    },
}

impl Folds {
    /// Shuffles the patients with a seed and deals them out, each with all of its cases; folds differ by one patient at
    /// most.
    ///
    /// The order of `cases` does not matter, so that the same cases always give the same folds.
    ///
    /// # Errors
    /// Where there are fewer than two patients, fewer than two folds, or more folds than patients.
    pub fn deal(cases: &[Member], folds: usize, seed: u64) -> Result<Self, FoldsError> {
        let patients = by_patient(cases).len();
        if patients < 2 {
            return Err(FoldsError::TooFewPatients(patients));
        }
        if !(2..=patients).contains(&folds) {
            return Err(FoldsError::Count { folds, patients });
        }
        Ok(Self(vec![Fold::default(); folds]).with(cases, seed))
    }

    /// The same folds with the cases of another data set: those of a patient who has been dealt go to the fold of that
    /// patient, the other patients are dealt as in [`Self::deal`]. So the folds of a data set are the same, whichever others
    /// follow it.
    #[must_use]
    pub fn with(mut self, cases: &[Member], seed: u64) -> Self {
        let mut new = Vec::new();
        for (patient, ids) in by_patient(cases) {
            let dealt = |fold: &&mut Fold| fold.patients.contains(&patient);
            match self.0.iter_mut().find(dealt) {
                Some(fold) => fold.add(patient, ids),
                None => new.push((patient, ids)),
            }
        }
        new.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let folds = self.count();
        for (n, (patient, ids)) in new.into_iter().enumerate() {
            self.0[n % folds].add(patient, ids);
        }
        self
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The cases held out of a fold's training, or `None` past the last fold.
    pub fn held_out(&self, fold: usize) -> Option<&[String]> {
        self.0.get(fold).map(|fold| fold.cases.as_slice())
    }
}

/// The cases of each patient.
fn by_patient(cases: &[Member]) -> BTreeMap<String, Vec<String>> {
    let mut by_patient: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for case in cases {
        let cases = by_patient.entry(case.patient.clone()).or_default();
        cases.push(case.id.clone());
    }
    by_patient
}

#[cfg(test)]
mod tests {
    use super::super::patient_of;
    use super::*;

    fn members(ids: impl IntoIterator<Item = String>) -> Vec<Member> {
        ids.into_iter()
            .map(|id| Member {
                patient: patient_of(&id).into(),
                id,
            })
            .collect()
    }

    fn cases(n: usize) -> Vec<Member> {
        members((0..n).map(|n| format!("case{n}")))
    }

    fn held_out(folds: &Folds) -> Vec<Vec<String>> {
        (0..folds.count())
            .map(|f| folds.held_out(f).unwrap().to_vec())
            .collect()
    }

    #[test]
    fn every_case_is_held_out_once() {
        let folds = Folds::deal(&cases(25), 4, 7).unwrap();
        let mut all: Vec<String> = held_out(&folds).concat();
        all.sort();
        let mut expected: Vec<String> = cases(25).into_iter().map(|c| c.id).collect();
        expected.sort();
        assert_eq!(all, expected);
        assert_eq!(
            held_out(&folds).iter().map(Vec::len).collect::<Vec<_>>(),
            [7, 6, 6, 6]
        );
        assert_eq!(folds.held_out(4), None);
    }

    #[test]
    fn the_order_of_the_cases_does_not_matter_and_the_seed_does() {
        let mut turned = cases(25);
        turned.reverse();
        assert_eq!(Folds::deal(&cases(25), 5, 1), Folds::deal(&turned, 5, 1));
        assert_ne!(Folds::deal(&cases(25), 5, 1), Folds::deal(&cases(25), 5, 2));
    }

    #[test]
    fn a_patient_is_in_one_fold() {
        let names = [
            "p5x00",
            "p5x01",
            "p6x00",
            "p6x01",
            "p7_ED",
            "p7_ES",
            "sub-1_ses-1",
            "sub-1_ses-2",
        ];
        let folds = Folds::deal(&members(names.map(String::from)), 2, 2020).unwrap();
        for pair in names.chunks(2) {
            let fold_of = |id: &str| {
                held_out(&folds)
                    .iter()
                    .position(|fold| fold.iter().any(|i| i == id))
                    .unwrap()
            };
            assert_eq!(fold_of(pair[0]), fold_of(pair[1]), "{pair:?}");
        }
        assert_eq!(
            held_out(&folds).iter().map(Vec::len).collect::<Vec<_>>(),
            [4, 4]
        );
    }

    #[test]
    fn another_data_set_leaves_the_folds_of_the_first_as_they_are() {
        let first = Folds::deal(&cases(10), 5, 7).unwrap();
        let other = ["case3", "case8", "new1", "new2", "new3"].map(|patient| Member {
            id: format!("b-{patient}"),
            patient: patient.into(),
        });
        let both = held_out(&first.clone().with(&other, 7));
        for (alone, both) in held_out(&first).iter().zip(&both) {
            assert!(alone.iter().all(|id| both.contains(id)));
            for number in ["case3", "case8"] {
                let second = format!("b-{number}");
                assert_eq!(alone.iter().any(|id| id == number), both.contains(&second));
            }
        }
        assert_eq!(both.concat().len(), 15);
    }

    /// The deal that the published results depend on: 25 cases, five folds, seed 2020.
    #[test]
    fn the_published_folds_stay_as_they_are() {
        let folds =
            Folds::deal(&members((1..=25).map(|n| format!("Case30{n:02}"))), 5, 2020).unwrap();
        let numbers = |fold: &Vec<String>| {
            fold.iter()
                .map(|id| id[6..].parse().unwrap())
                .collect::<Vec<u32>>()
        };
        let dealt: Vec<Vec<u32>> = held_out(&folds).iter().map(numbers).collect();
        assert_eq!(dealt, PUBLISHED);
    }

    const PUBLISHED: [[u32; 5]; 5] = [
        [3, 5, 6, 24, 25],
        [1, 2, 19, 20, 21],
        [7, 12, 15, 17, 18],
        [10, 11, 13, 22, 23],
        [4, 8, 9, 14, 16],
    ];

    #[test]
    fn numbers_that_the_patients_do_not_allow_are_refused_with_the_bound() {
        let refused =
            |cases: &[Member], folds| Folds::deal(cases, folds, 0).unwrap_err().to_string();
        assert_eq!(
            refused(&cases(25), 30),
            "folds = 30: need 2 to 25 (the number of patients)"
        );
        assert_eq!(
            refused(&cases(25), 1),
            "folds = 1: need 2 to 25 (the number of patients)"
        );
        assert_eq!(
            refused(&cases(1), 5),
            "cross-validation needs at least 2 patients, there is 1"
        );
        assert_eq!(
            refused(&[], 2),
            "cross-validation needs at least 2 patients, there are 0"
        );
        let copies = members(["p5x00", "p5x01", "p5x02"].map(String::from));
        assert_eq!(
            refused(&copies, 2),
            "cross-validation needs at least 2 patients, there is 1"
        );
    }
}
