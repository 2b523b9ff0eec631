//! All scores of one region of one case.

use std::borrow::Cow;

use myops_image::label::{LabelMap, Region};
use myops_image::orientation::Orientation;
use myops_image::study::SAME_PLACE_MM;
use serde::{Deserialize, Serialize};

use super::{Overlap, Score, SurfaceDistances};

/// The prediction and the reference do not lie on the same voxels.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GridMismatch {
    /// They have different numbers of voxels.
    #[error(
        "the prediction has {prediction:?} voxels, the reference {reference:?}: compare them on one grid"
    )]
    Shape {
        /// Voxels of the prediction along `i`, `j`, `k`.
        prediction: [usize; 3],
        /// Voxels of the reference along `i`, `j`, `k`.
        reference: [usize; 3],
    },
    /// They have the same shape but lie elsewhere.
    #[error(
        "the grids of prediction and reference lie up to {displacement_mm:.2} mm apart: compare them on one grid"
    )]
    Place {
        /// The distance at the corner where they differ most, in mm.
        displacement_mm: f64,
    },
}

/// Every score of one region in one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseScores {
    /// The name of the region, as [`Region::name`] gives it.
    pub region: String,
    /// The voxel counts that the overlap scores follow from.
    pub overlap: Overlap,
    /// Dice coefficient over all voxels of the case, 0 to 1.
    pub dice: Score,
    /// Jaccard index, 0 to 1.
    pub jaccard: Score,
    /// Fraction of the reference that was found, 0 to 1.
    pub sensitivity: Score,
    /// Fraction of the prediction that is right, 0 to 1.
    pub precision: Score,
    /// Volume of the region in the prediction, in ml.
    pub prediction_ml: f64,
    /// Volume of the region in the reference, in ml.
    pub reference_ml: f64,
    /// Prediction minus reference, in ml.
    pub volume_difference_ml: f64,
    /// Prediction minus reference as a percentage of the reference; `None` where the reference is empty.
    pub volume_difference_percent: Option<f64>,
    /// Hausdorff distance between border voxels, in mm.
    pub hd_mm: Score,
    /// 95th percentile of both directed distances pooled, in mm: the definition of `MedPy`.
    pub hd95_pooled_mm: Score,
    /// Larger of the 95th percentiles of each directed distance, in mm: the definition of MONAI.
    pub hd95_larger_mm: Score,
    /// Larger of the 95th percentiles weighted by surface area, in mm: the definition of surface-distance.
    pub hd95_area_mm: Score,
    /// Average symmetric surface distance, in mm: the definition of `MedPy`.
    pub assd_mm: Score,
}

impl CaseScores {
    /// Scores one region of a prediction.
    ///
    /// # Errors
    /// [`GridMismatch`] where the two maps do not lie on the same voxels.
    pub fn of(
        prediction: &LabelMap,
        reference: &LabelMap,
        region: Region,
    ) -> Result<Self, GridMismatch> {
        let prediction = stored_as(reference, prediction)?;
        Ok(Self::on_one_grid(&prediction, reference, region))
    }

    /// Scores one region of a prediction that is stored as its reference is.
    fn on_one_grid(prediction: &LabelMap, reference: &LabelMap, region: Region) -> Self {
        let overlap = Overlap::of(prediction.data(), reference.data(), region);
        let voxel_ml = reference.spacing().voxel_ml();
        let prediction_ml = overlap.prediction_voxels as f64 * voxel_ml;
        let reference_ml = overlap.reference_voxels as f64 * voxel_ml;
        let volume_difference_ml = prediction_ml - reference_ml;
        let distances = SurfaceDistances::between(prediction, reference, region);
        let read = |mm: fn(&SurfaceDistances) -> f64| distances.as_ref().map(mm);
        Self {
            region: region.name().to_owned(),
            overlap,
            dice: overlap.dice(),
            jaccard: overlap.jaccard(),
            sensitivity: overlap.sensitivity(),
            precision: overlap.precision(),
            prediction_ml,
            reference_ml,
            volume_difference_ml,
            volume_difference_percent: (reference_ml > 0.0)
                .then(|| 100.0 * volume_difference_ml / reference_ml),
            hd_mm: read(SurfaceDistances::hd_mm),
            hd95_pooled_mm: read(SurfaceDistances::hd95_pooled_mm),
            hd95_larger_mm: read(SurfaceDistances::hd95_larger_mm),
            hd95_area_mm: read(SurfaceDistances::hd95_area_mm),
            assd_mm: read(SurfaceDistances::assd_mm),
        }
    }
}

/// Scores every region of [`Region::SCORED`], in that order.
///
/// # Errors
/// [`GridMismatch`] where the two maps do not lie on the same voxels.
pub fn score_case(
    prediction: &LabelMap,
    reference: &LabelMap,
) -> Result<Vec<CaseScores>, GridMismatch> {
    let prediction = stored_as(reference, prediction)?;
    Ok(Region::SCORED
        .map(|region| CaseScores::on_one_grid(&prediction, reference, region))
        .into())
}

/// The prediction with its voxels in the order of the reference's.
fn stored_as<'a>(
    reference: &LabelMap,
    prediction: &'a LabelMap,
) -> Result<Cow<'a, LabelMap>, GridMismatch> {
    match Orientation::onto(prediction.grid(), reference.grid()) {
        Some((Orientation::AS_STORED, displacement_mm)) if displacement_mm <= SAME_PLACE_MM => {
            Ok(Cow::Borrowed(prediction))
        }
        Some((order, displacement_mm)) if displacement_mm <= SAME_PLACE_MM => Ok(Cow::Owned(
            order.store(prediction.clone(), reference.grid()),
        )),
        Some((_, displacement_mm)) if prediction.shape() == reference.shape() => {
            Err(GridMismatch::Place { displacement_mm })
        }
        _ => Err(GridMismatch::Shape {
            prediction: prediction.shape(),
            reference: reference.shape(),
        }),
    }
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
            (scar.region.as_str(), scar.prediction_ml, scar.reference_ml),
            ("scar", 6.0, 5.0)
        );
        assert_eq!(
            (scar.volume_difference_ml, scar.volume_difference_percent),
            (1.0, Some(20.0))
        );
        assert_eq!(scar.dice, Score::Value(10.0 / 11.0));
        assert_eq!(
            (scores[1].dice, scores[5].dice),
            (Score::Missed, Score::BothEmpty)
        );
        assert_eq!(scores[2].sensitivity, Score::Value(0.6));
        assert_eq!(scores[5].volume_difference_percent, None);
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
                .all(|s| s.dice == Score::Value(1.0) && s.hd_mm == Score::Value(0.0)),
            "{scores:?}"
        );
    }

    #[test]
    fn other_voxels_are_refused() {
        let of = |shape, spacing_mm| Volume::filled(grid(shape, spacing_mm), Label::Scar);
        let reference = of([4, 4, 2], [1.0; 3]);
        let shape = CaseScores::of(&of([4, 5, 2], [1.0; 3]), &reference, Region::SCAR);
        assert!(matches!(shape, Err(GridMismatch::Shape { .. })));
        let place = CaseScores::of(&of([4, 4, 2], [1.5, 1.0, 1.0]), &reference, Region::SCAR);
        assert!(matches!(place, Err(GridMismatch::Place { .. })));
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
