//! Last stages: one label for each voxel, and what a reader of the labels has to know.

use myops_image::label::{Label, LabelMap, Region};
use myops_image::preprocess::Missing;
use myops_image::sequence::Sequence;
use myops_image::study::{Study, blank_slices};
use myops_measure::finding::Finding;

use super::{Calibrated, Registered};
use crate::cleanup::relabel;
use crate::confidence::confidence;
use crate::header_check::mirrored;
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
    probability_of_scar: Option<f64>,
}

impl<'a> Calibrated<'a> {
    /// Makes one label of the probabilities of each voxel. Slices without an image have no label; those without a sequence
    /// that the networks need have none either. A case that is likelier to have no scar than to have some has none.
    pub fn decide(self, recipe: &Recipe) -> Decided<'a> {
        let Self {
            case,
            mean,
            members,
        } = self;
        let mut labels = recipe.labels(&mean, &case.restore);
        let mut cleared = blank_slices(case.study.images());
        if recipe.preprocess.missing == Missing::Refuse {
            let lacks = |k: usize| Sequence::ALL.iter().any(|s| !case.study.imaged(*s)[k]);
            cleared = (0..cleared.len()).map(|k| cleared[k] || lacks(k)).collect();
        }
        for k in (0..cleared.len()).filter(|k| cleared[*k]) {
            labels.slice_mut(k).fill(Label::Background);
        }
        let has_lge = case.study.image(Sequence::Lge).is_some();
        let probability_of_scar = recipe.scar_presence.probability(&mean);
        let probability_of_scar = probability_of_scar.filter(|_| has_lge);
        if probability_of_scar.is_some_and(|p| p < 0.5) {
            // Edema is seen on T2, and without it guessed from scar.
            let has_t2 = case.study.image(Sequence::T2).is_some();
            let instead = if has_t2 {
                Label::Edema
            } else {
                Label::Myocardium
            };
            relabel(&mut labels, Label::Scar, instead);
        }
        Decided {
            case,
            probabilities: mean,
            members,
            labels,
            probability_of_scar,
        }
    }
}

impl Decided<'_> {
    /// Takes out what the images cannot show, and adds how far the labels are likely to agree with a reader's.
    ///
    /// Where there is no LGE, scar counts as edema.
    pub fn label(self) -> Segmentation {
        let Self {
            case,
            probabilities,
            members,
            mut labels,
            probability_of_scar,
        } = self;
        let Registered {
            study,
            restore,
            misalignment,
            moves,
            mut findings,
            ..
        } = case;
        let has_lge = study.image(Sequence::Lge).is_some();
        scar_without_lge(&mut labels, study);
        findings.extend((!has_lge).then_some(Finding::NoLge));
        findings.extend(study.image(Sequence::T2).is_none().then_some(Finding::NoT2));
        findings.extend(not_shown(study));
        findings.extend(mirrored(&labels));
        let seen = restore.prepare_labels(&labels);
        let pixel_ml = restore.spacing_mm().iter().product::<f64>() / 1000.0;
        let likely = |region| confidence(region, probabilities.values(), &seen, &members, pixel_ml);
        Segmentation {
            probability_of_scar,
            // Without LGE no scar is labelled, whatever the networks say of it.
            scar: has_lge.then(|| likely(Region::SCAR)),
            edema_or_scar: likely(Region::EDEMA_OR_SCAR),
            labels,
            probabilities: ProbabilityMap::new(probabilities, &restore),
            misalignment,
            moves,
            findings,
        }
    }
}

/// Labels edema what is labelled scar in slices without LGE: networks guess it from the other sequences.
fn scar_without_lge(labels: &mut LabelMap, study: &Study) {
    let imaged = study.imaged(Sequence::Lge);
    for k in 0..labels.shape()[2] {
        if !imaged.get(k).is_some_and(|imaged| *imaged) {
            let scar = labels
                .slice_mut(k)
                .iter_mut()
                .filter(|l| **l == Label::Scar);
            scar.for_each(|label| *label = Label::Edema);
        }
    }
}

/// The slices in which a sequence that is there was not imaged, or is saturated; but for those in which all images are blank.
fn not_shown(study: &Study) -> impl Iterator<Item = Finding> {
    let blank = blank_slices(study.images());
    Sequence::ALL.into_iter().flat_map(move |sequence| {
        let (imaged, saturated) = (study.imaged(sequence), study.saturated(sequence));
        let is_shown = |k: usize| imaged[k] || blank.get(k) == Some(&true) && !saturated[k];
        let not_shown = (0..imaged.len()).filter(|k| !is_shown(*k));
        let (cut_off, absent): (Vec<usize>, Vec<usize>) = not_shown.partition(|k| saturated[*k]);
        let absent = (!absent.is_empty()).then_some(Finding::NotImaged {
            sequence,
            slices: absent,
        });
        let cut_off = (!cut_off.is_empty()).then_some(Finding::Saturated {
            sequence,
            slices: cut_off,
        });
        absent.into_iter().chain(cut_off)
    })
}
