//! Two methods compared on the same cases, region by region.

use serde::{Deserialize, Serialize};

use super::paired::{LengthMismatch, Paired};
use super::{CaseScores, EmptyRule, Evaluation, Hd95, Score};

/// One measure of one region under both methods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparedMeasure {
    /// The region.
    pub region: String,
    /// The measure, with its unit and the rule or definition that it follows.
    pub measure: String,
    /// Mean of the first method over the cases compared.
    pub first_mean: f64,
    /// Mean of the second method over the cases compared.
    pub second_mean: f64,
    /// Cases left out because one of the methods has no value there.
    pub left_out: usize,
    /// First minus second, case by case.
    pub difference: Paired,
}

/// A paired comparison of two methods; probabilities are not corrected for the number of tests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Cases of both.
    pub cases: usize,
    /// Every measure of every region that has a value in some case under both methods.
    pub measures: Vec<ComparedMeasure>,
}

/// A measure: its name and its value in one case under one method.
type Measure = (String, Box<dyn Fn(&CaseScores) -> Option<f64>>);

impl Comparison {
    /// Compares two evaluations of the same cases in the same order. Dice counts empty masks by the challenge's rule, so
    /// that every case has a value; distances leave out cases in which either method has none.
    ///
    /// # Errors
    /// [`LengthMismatch`] where the evaluations have different cases.
    pub fn between(first: &Evaluation, second: &Evaluation) -> Result<Self, LengthMismatch> {
        let ids = |e: &Evaluation| e.cases.iter().map(|c| c.id.clone()).collect::<Vec<_>>();
        if ids(first) != ids(second) {
            return Err(LengthMismatch {
                first: first.cases.len(),
                second: second.cases.len(),
            });
        }
        let mut measures = Vec::new();
        for region in first.regions.iter().map(|r| r.region.as_str()) {
            for (name, value) in measures_with(first.hd95) {
                let of = |e: &Evaluation| {
                    e.scores_of(region)
                        .map(|(_, s)| value(s))
                        .collect::<Vec<_>>()
                };
                measures.extend(compared(
                    region,
                    &name,
                    (&of(first), &of(second)),
                    first.seed,
                )?);
            }
        }
        Ok(Self {
            cases: first.cases.len(),
            measures,
        })
    }
}

fn measures_with(hd95: Hd95) -> Vec<Measure> {
    let challenge = |score: Score| score.under(EmptyRule::Challenge);
    vec![
        (
            "Dice (challenge)".into(),
            Box::new(move |s| challenge(s.dice)),
        ),
        (
            "sensitivity (challenge)".into(),
            Box::new(move |s| challenge(s.sensitivity)),
        ),
        (
            "precision (challenge)".into(),
            Box::new(move |s| challenge(s.precision)),
        ),
        (
            format!("HD95 {} (mm)", hd95.name()),
            Box::new(move |s| hd95.of(s).value()),
        ),
        ("ASSD (mm)".into(), Box::new(|s| s.assd_mm.value())),
        (
            "absolute volume difference (ml)".into(),
            Box::new(|s| Some(s.volume_difference_ml.abs())),
        ),
    ]
}

fn compared(
    region: &str,
    measure: &str,
    (first, second): (&[Option<f64>], &[Option<f64>]),
    seed: u64,
) -> Result<Option<ComparedMeasure>, LengthMismatch> {
    let (a, b): (Vec<f64>, Vec<f64>) = first
        .iter()
        .zip(second)
        .filter_map(|(a, b)| (*a).zip(*b))
        .unzip();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    Ok(
        Paired::between(&a, &b, seed)?.map(|difference| ComparedMeasure {
            region: region.to_owned(),
            measure: measure.to_owned(),
            first_mean: mean(&a),
            second_mean: mean(&b),
            left_out: first.len() - a.len(),
            difference,
        }),
    )
}

#[cfg(test)]
mod tests {
    use myops_image::geometry::{Affine, Grid, Spacing};
    use myops_image::label::Label;
    use myops_image::volume::Volume;

    use super::super::{EvaluatedCase, score_case};
    use super::*;

    /// Cases whose scar covers so many of ten voxels, where the reference covers five.
    fn evaluation(found: &[usize]) -> Evaluation {
        let grid = Grid::new(
            [10, 1, 1],
            Affine::from_spacing(Spacing::new_mm([1.0; 3]).unwrap()),
        )
        .unwrap();
        let scar = |n: usize| {
            Volume::from_fn(grid, |[i, ..]| {
                if i < n {
                    Label::Scar
                } else {
                    Label::Myocardium
                }
            })
        };
        let case = |(at, n): (usize, &usize)| EvaluatedCase {
            id: at.to_string(),
            prediction_missing: false,
            regions: score_case(&scar(*n), &scar(5)).unwrap(),
        };
        Evaluation::of(
            found.iter().enumerate().map(case).collect(),
            Hd95::Pooled,
            1,
        )
    }

    #[test]
    fn the_better_method_is_ahead_and_cases_without_a_distance_are_counted() {
        let compared =
            Comparison::between(&evaluation(&[5, 4, 5]), &evaluation(&[3, 3, 0])).unwrap();
        let find = |measure: &str| {
            compared
                .measures
                .iter()
                .find(|m| m.region == "scar" && m.measure.starts_with(measure))
                .unwrap()
        };
        let dice = find("Dice");
        assert_eq!((dice.difference.n, dice.left_out), (3, 0));
        assert!((dice.first_mean - (1.0 + 8.0 / 9.0 + 1.0) / 3.0).abs() < 1e-12);
        assert!((dice.second_mean - (0.75 + 0.75 + 0.0) / 3.0).abs() < 1e-12);
        assert!(
            (dice.difference.mean_difference - (dice.first_mean - dice.second_mean)).abs() < 1e-12
        );
        assert_eq!((find("HD95").difference.n, find("HD95").left_out), (2, 1));
        assert!((find("absolute").second_mean - 0.003).abs() < 1e-12);
    }

    #[test]
    fn other_cases_are_refused() {
        assert!(Comparison::between(&evaluation(&[5, 4]), &evaluation(&[5])).is_err());
    }
}
