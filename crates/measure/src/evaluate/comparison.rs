//! Two methods compared on the same cases, region by region.

use myops_image::label::Region;
use serde::{Serialize, Serializer};

use super::paired::{LengthMismatch, Paired};
use super::{Better, CaseScores, EmptyRule, Evaluation, Metric};

/// One metric of one region under both methods.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparedMeasure {
    /// The region.
    pub region: Region,
    /// The metric; in JSON as [`Metric::compared_as`] names it.
    #[serde(serialize_with = "as_compared")]
    pub measure: &'static Metric,
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
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Cases of both.
    pub cases: usize,
    /// Every measure of every region that has a value in some case under both methods.
    pub measures: Vec<ComparedMeasure>,
}

fn as_compared<S: Serializer>(metric: &Metric, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&metric.compared_as())
}

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
        let shown = |metric: &&Metric| metric.compared && first.hd95.shows(metric);
        let mut measures = Vec::new();
        for region in first.regions.iter().map(|r| r.region) {
            for metric in Metric::ALL.iter().filter(shown) {
                measures.extend(ComparedMeasure::of(region, metric, [first, second])?);
            }
        }
        Ok(Self {
            cases: first.cases.len(),
            measures,
        })
    }
}

/// The value by which two methods are compared; `None` where a case is left out.
fn compared(metric: &Metric, scores: &CaseScores) -> Option<f64> {
    let value = scores.under(metric, EmptyRule::Challenge)?;
    Some(match metric.better {
        Better::NearZero => value.abs(),
        Better::Higher | Better::Lower => value,
    })
}

impl ComparedMeasure {
    /// `None` where no case has a value under both methods.
    fn of(
        region: Region,
        measure: &'static Metric,
        evaluations: [&Evaluation; 2],
    ) -> Result<Option<Self>, LengthMismatch> {
        let [first, second] = evaluations.map(|evaluation| {
            let scores = evaluation.scores_of(region);
            scores.map(|s| compared(measure, s)).collect::<Vec<_>>()
        });
        let (a, b): (Vec<f64>, Vec<f64>) = first
            .iter()
            .zip(&second)
            .filter_map(|(a, b)| (*a).zip(*b))
            .unzip();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let paired = Paired::between(&a, &b, evaluations[0].seed)?;
        Ok(paired.map(|difference| Self {
            region,
            measure,
            first_mean: mean(&a),
            second_mean: mean(&b),
            left_out: first.len() - a.len(),
            difference,
        }))
    }
}

#[cfg(test)]
mod tests {
    use myops_image::geometry::{Affine, Grid, Spacing};
    use myops_image::label::Label;
    use myops_image::volume::Volume;

    use super::super::{EvaluatedCase, Hd95, score_case};
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
        let find = |measure: &Metric| {
            compared
                .measures
                .iter()
                .find(|m| m.region == Region::SCAR && m.measure == measure)
                .unwrap()
        };
        let dice = find(&Metric::DICE);
        assert_eq!((dice.difference.n, dice.left_out), (3, 0));
        assert!((dice.first_mean - (1.0 + 8.0 / 9.0 + 1.0) / 3.0).abs() < 1e-12);
        assert!((dice.second_mean - (0.75 + 0.75 + 0.0) / 3.0).abs() < 1e-12);
        assert!(
            (dice.difference.mean_difference - (dice.first_mean - dice.second_mean)).abs() < 1e-12
        );
        let hd95 = find(&Metric::HD95_POOLED);
        assert_eq!((hd95.difference.n, hd95.left_out), (2, 1));
        assert!((find(&Metric::VOLUME_DIFFERENCE).second_mean - 0.003).abs() < 1e-12);
        let json = serde_json::to_value(dice).unwrap();
        assert_eq!(
            (&json["region"], &json["measure"]),
            (&"scar".into(), &"Dice (challenge)".into())
        );
    }

    #[test]
    fn other_cases_are_refused() {
        assert!(Comparison::between(&evaluation(&[5, 4]), &evaluation(&[5])).is_err());
    }
}
