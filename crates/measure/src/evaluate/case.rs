//! All scores of one region of one case.

use std::borrow::Cow;

use myops_image::label::{LabelMap, Region};
use myops_image::study::{StudyError, same_place};
use serde::Serialize;

use super::metric::{PerMetric, Source};
use super::{EmptyRule, Metric, Overlap, Score, SurfaceDistances};

/// The value of a metric in one case.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
enum Value {
    /// A score that says why it has no value where a mask is empty.
    Score(Score),
    /// A number that does not depend on empty masks; `None` where it is undefined.
    Number(Option<f64>),
}

/// Every score of one region in one case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseScores {
    /// The region.
    pub region: Region,
    /// The voxel counts that the overlap scores follow from.
    pub overlap: Overlap,
    /// Volume of the region in the prediction, in ml.
    pub prediction_ml: f64,
    /// Volume of the region in the reference, in ml.
    pub reference_ml: f64,
    #[serde(flatten)]
    values: PerMetric<Value>,
}

impl CaseScores {
    /// Scores one region of a prediction.
    ///
    /// # Errors
    /// [`StudyError`] where the two maps do not lie on the same voxels.
    pub fn of(
        prediction: &LabelMap,
        reference: &LabelMap,
        region: Region,
    ) -> Result<Self, StudyError> {
        let prediction = stored_as(reference, prediction)?;
        Ok(Self::on_one_grid(&prediction, reference, region))
    }

    /// Scores one region of a prediction that is stored as its reference is.
    fn on_one_grid(prediction: &LabelMap, reference: &LabelMap, region: Region) -> Self {
        let overlap = Overlap::of(prediction.data(), reference.data(), region);
        let voxel_ml = reference.spacing().voxel_ml();
        let prediction_ml = overlap.prediction_voxels as f64 * voxel_ml;
        let reference_ml = overlap.reference_voxels as f64 * voxel_ml;
        let distances = SurfaceDistances::between(prediction, reference, region);
        let value = |metric: &Metric| match metric.source {
            Source::Overlap(of) => Value::Score(of(overlap)),
            Source::Distances(of) => Value::Score(distances.as_ref().map(of)),
            Source::Volumes(of) => Value::Number(of(prediction_ml, reference_ml)),
        };
        Self {
            region,
            overlap,
            prediction_ml,
            reference_ml,
            values: PerMetric::from_fn(value),
        }
    }

    /// The value of a metric; `None` where a mask is empty and it has none.
    pub fn value(&self, metric: &Metric) -> Option<f64> {
        match *self.values.get(metric)? {
            Value::Score(score) => score.value(),
            Value::Number(number) => number,
        }
    }

    /// What a metric counts for in a mean under a rule for empty masks; `None` where the case is left out.
    pub fn under(&self, metric: &Metric, rule: EmptyRule) -> Option<f64> {
        match metric.source {
            Source::Overlap(of) => of(self.overlap).under(rule),
            _ => self.value(metric),
        }
    }
}

/// Scores every region of [`Region::SCORED`], in that order.
///
/// # Errors
/// [`StudyError`] where the two maps do not lie on the same voxels.
pub fn score_case(
    prediction: &LabelMap,
    reference: &LabelMap,
) -> Result<Vec<CaseScores>, StudyError> {
    let prediction = stored_as(reference, prediction)?;
    Ok(Region::SCORED
        .map(|region| CaseScores::on_one_grid(&prediction, reference, region))
        .into())
}

/// The prediction with its voxels in the order of the reference's.
fn stored_as<'a>(
    reference: &LabelMap,
    prediction: &'a LabelMap,
) -> Result<Cow<'a, LabelMap>, StudyError> {
    let order = same_place(
        ("the reference", reference.grid()),
        ("the prediction", prediction.grid()),
    )?;
    Ok(order.apply_onto(prediction, reference.grid()))
}

#[cfg(test)]
mod tests {
    use myops_image::geometry::{Affine, Grid, Spacing};
    use myops_image::label::Label;
    use myops_image::volume::Volume;

    use super::*;

    fn grid(shape: [usize; 3], spacing_mm: [f64; 3]) -> Grid {
        Grid::new(
            shape,
            Affine::from_spacing(Spacing::new_mm(spacing_mm).unwrap()),
        )
        .unwrap()
    }

    #[test]
    fn volumes_are_those_of_the_voxels() {
        let grid = grid([10, 10, 10], [1.0, 2.0, 5.0]);
        let reference = Volume::from_fn(
            grid,
            |[i, ..]| if i < 5 { Label::Scar } else { Label::Edema },
        );
        let prediction = Volume::from_fn(grid, |[i, ..]| {
            if i < 6 {
                Label::Scar
            } else {
                Label::Background
            }
        });
        let scores = score_case(&prediction, &reference).unwrap();
        let scar = &scores[0];
        assert_eq!(
            (scar.region, scar.prediction_ml, scar.reference_ml),
            (Region::SCAR, 6.0, 5.0)
        );
        assert_eq!(
            [Metric::VOLUME_DIFFERENCE, Metric::VOLUME_DIFFERENCE_PERCENT].map(|m| scar.value(&m)),
            [Some(1.0), Some(20.0)]
        );
        assert_eq!(scar.value(&Metric::DICE), Some(10.0 / 11.0));
        let rule = EmptyRule::Dropped;
        assert_eq!(scores[1].under(&Metric::DICE, rule), Some(0.0), "missed");
        assert_eq!(scores[5].under(&Metric::DICE, rule), None, "both empty");
        assert_eq!(scores[2].value(&Metric::SENSITIVITY), Some(0.6));
        assert_eq!(scores[5].value(&Metric::VOLUME_DIFFERENCE_PERCENT), None);
        let json = serde_json::to_value(&scores).unwrap();
        assert_eq!(json[0]["region"], "scar");
        assert_eq!(json[0]["dice"]["value"], 10.0 / 11.0);
        assert_eq!(json[1]["dice"], "missed");
        assert_eq!(json[0]["volume_difference_ml"], 1.0);
        assert_eq!(json[5]["hd_mm"], "both_empty");
    }

    #[test]
    fn a_prediction_stored_in_another_order_is_compared_in_place() {
        let reference = Volume::from_fn(grid([6, 5, 3], [1.0, 1.0, 10.0]), |[i, j, k]| {
            Label::ALL[(i + 2 * j + k) % 6]
        });
        let rows = [
            [0.0, -1.0, 0.0, 5.0],
            [1.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, -10.0, 20.0],
        ];
        let turned = Grid::new([5, 6, 3], Affine::new(rows).unwrap()).unwrap();
        let prediction = Volume::from_fn(turned, |[j, i, k]| reference[[5 - i, j, 2 - k]]);
        let scores = score_case(&prediction, &reference).unwrap();
        assert!(
            scores
                .iter()
                .all(|s| s.value(&Metric::DICE) == Some(1.0) && s.value(&Metric::HD) == Some(0.0)),
            "{scores:?}"
        );
    }

    #[test]
    fn other_voxels_are_refused() {
        let of = |shape, spacing_mm| Volume::filled(grid(shape, spacing_mm), Label::Scar);
        let reference = of([4, 4, 2], [1.0; 3]);
        let shape = CaseScores::of(&of([4, 5, 2], [1.0; 3]), &reference, Region::SCAR);
        assert!(matches!(shape, Err(StudyError::Shape { .. })));
        let place = CaseScores::of(&of([4, 4, 2], [1.5, 1.0, 1.0]), &reference, Region::SCAR);
        assert!(matches!(place, Err(StudyError::Place { .. })));
        assert!(
            CaseScores::of(
                &of([4, 4, 2], [1.00001, 1.0, 1.0]),
                &reference,
                Region::SCAR
            )
            .is_ok()
        );
    }
}
