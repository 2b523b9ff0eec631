//! How far a segmentation is likely to agree with a reader's.

use myops_image::label::{Label, Region};
use myops_measure::confidence::RegionConfidence;
use myops_measure::evaluate::Overlap;

use super::decision::region_probabilities;

/// The volume that keeps the expected Dice defined where nothing is found: far more probability than that without a
/// voxel found means that something was missed, far less that there is nothing, ml.
const DOUBTFUL_ML: f64 = 0.5;

/// How far a region is likely to agree with a reader's, from the probabilities and labels of all pixels; a pixel has `pixel_ml`. Each of `members` holds
/// the labels that one network alone gives.
///
/// The expected Dice is `(2 Σ_found p + d) / (Σ p + found + d)`, with `d` of half a millilitre.
///
/// # Shapes
/// `probabilities` is `[pixel][label]`.
pub fn confidence(
    region: Region,
    probabilities: &[f32],
    labels: &[Label],
    members: &[Vec<Label>],
    pixel_ml: f64,
) -> RegionConfidence {
    let doubtful = DOUBTFUL_ML / pixel_ml;
    let (mut found, mut agreed, mut total) = (0.0, 0.0, 0.0);
    for (p, label) in region_probabilities(region, probabilities)
        .into_iter()
        .map(f64::from)
        .zip(labels)
    {
        total += p;
        if region.contains(*label) {
            found += 1.0;
            agreed += p;
        }
    }
    let agreement = (members.len() > 1).then(|| {
        let dice = members
            .iter()
            .map(|member| Overlap::of(member, labels, region).challenge_dice());
        dice.sum::<f64>() / members.len() as f64
    });
    RegionConfidence {
        expected_dice: (2.0 * agreed + doubtful) / (total + found + doubtful),
        agreement,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pixels of scar with these probabilities, the rest healthy.
    fn scar(p: &[f32]) -> Vec<f32> {
        p.iter()
            .flat_map(|p| [0.0, 0.0, 0.0, 1.0 - p, 0.0, *p])
            .collect()
    }

    fn expected(p: &[f32], found: &[bool]) -> f64 {
        let labels: Vec<Label> = found
            .iter()
            .map(|f| if *f { Label::Scar } else { Label::Myocardium })
            .collect();
        confidence(Region::SCAR, &scar(p), &labels, &[], 5.0).expected_dice
    }

    #[test]
    fn certain_scar_is_expected_to_agree_and_doubtful_scar_less() {
        // A pixel has 5 ml, so half a millilitre is a tenth of one.
        assert!((expected(&[1.0, 1.0, 0.0], &[true, true, false]) - 1.0).abs() < 1e-6);
        assert!(
            (expected(&[0.6, 0.6, 0.4], &[true, true, false]) - (2.4 + 0.1) / (1.6 + 2.0 + 0.1))
                .abs()
                < 1e-6
        );
    }

    #[test]
    fn nothing_found_is_sure_where_nothing_is_likely() {
        assert!(expected(&[0.001, 0.0, 0.0], &[false; 3]) > 0.98);
        assert!(expected(&[0.45, 0.45, 0.45], &[false; 3]) < 0.1);
    }

    #[test]
    fn members_that_differ_agree_less() {
        let (s, m) = (Label::Scar, Label::Myocardium);
        let labels = [s, s, m, m];
        let of = |members: &[Vec<Label>]| {
            confidence(
                Region::SCAR,
                &scar(&[1.0, 1.0, 0.0, 0.0]),
                &labels,
                members,
                1.0,
            )
            .agreement
        };
        assert_eq!(of(&[vec![s, s, m, m]]), None);
        assert_eq!(
            of(&[vec![s, s, m, m], vec![s, m, m, m]]),
            Some(f64::midpoint(1.0, 2.0 / 3.0))
        );
    }
}
