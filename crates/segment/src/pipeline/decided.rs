//! Last stages: one label for each voxel, and what a reader of the labels has to know.

use myops_image::label::{Label, LabelMap, Region};
use myops_image::sequence::Sequence;
use myops_image::study::blank_slices;
use myops_measure::finding::Finding;

use super::{Calibrated, Registered};
use crate::cleanup::relabel;
use crate::confidence::confidence;
use crate::probabilities::Probabilities;
use crate::recipe::Recipe;
use crate::segmentation::{ProbabilityMap, Segmentation};

/// A case with its labels on the study's grid, cleaned up as the recipe says.
#[derive(Debug)]
pub struct Decided<'a> {
    case: Registered<'a>,
    probabilities: Probabilities,
    members: Vec<Vec<Label>>,
    labels: LabelMap,
}

impl<'a> Calibrated<'a> {
    /// Makes one label of the probabilities of each voxel.
    pub fn decide(self, recipe: &Recipe) -> Decided<'a> {
        let Self {
            case,
            mean,
            members,
        } = self;
        let labels = recipe.labels(&mean, &case.restore);
        Decided {
            case,
            probabilities: mean,
            members,
            labels,
        }
    }
}

impl Decided<'_> {
    /// Takes out what the images cannot show, and adds how far the labels are likely to agree with a reader's.
    ///
    /// Slices without an image have no label; without LGE scar counts as edema.
    pub fn label(self) -> Segmentation {
        let Self {
            case,
            probabilities,
            members,
            mut labels,
        } = self;
        let Registered {
            study,
            restore,
            misalignment,
            mut findings,
            ..
        } = case;
        clear_slices(&mut labels, &blank_slices(study.images()));
        let has_lge = study.image(Sequence::Lge).is_some();
        if !has_lge {
            relabel(&mut labels, Label::Scar, Label::Edema);
            findings.push(Finding::NoLge);
        }
        findings.extend(study.image(Sequence::T2).is_none().then_some(Finding::NoT2));
        let seen = restore.prepare_labels(&labels);
        let pixel_ml = restore.spacing_mm().iter().product::<f64>() / 1000.0;
        let likely = |region| confidence(region, probabilities.values(), &seen, &members, pixel_ml);
        Segmentation {
            // Without LGE no scar is labelled, whatever the networks say of it.
            scar: has_lge.then(|| likely(Region::SCAR)),
            edema_or_scar: likely(Region::EDEMA_OR_SCAR),
            labels,
            probabilities: ProbabilityMap::new(probabilities, &restore),
            misalignment,
            findings,
        }
    }
}

/// Removes the labels of slices: networks find structures in blank images too.
fn clear_slices(labels: &mut LabelMap, cleared: &[bool]) {
    for k in (0..cleared.len()).filter(|k| cleared[*k]) {
        labels.slice_mut(k).fill(Label::Background);
    }
}
