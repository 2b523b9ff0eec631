//! Everything that is told of one case.

use std::collections::BTreeMap;

use myops_image::patient::Patient;
use myops_image::preprocess::Misalignment;
use myops_image::sequence::{PerSequence, Sequence};
use myops_image::study::blank_slices;
use myops_measure::finding::Finding;
use myops_measure::quantify::{
    LIMITS, RemoteSlice, Ring, ScarPiece, Segment, TerritoryBurden, Threshold, Thresholds, quantify,
};
use serde::{Deserialize, Serialize, Serializer};

use crate::identity::Identity;
use crate::quantity::{CONFIDENCE, Confidence, INDEXED, Indexed, MEASURED, Values};
use crate::view::CaseView;

/// The name of the layout of a case's JSON, published as `docs/case.schema.json`.
pub const SCHEMA: &str = "myops-case-3";
/// An expected Dice of scar and edema below this is told as a finding: out of fold, three of 25 cases lie below it, the
/// second, third and sixth in true Dice from below (docs/robustness.md).
const LOW_EXPECTED_DICE: f64 = 0.65;

/// Which weights drew the labels.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ModelId {
    /// The name of the model.
    pub name: String,
    /// The first 16 hexadecimal digits of the weights' SHA-256.
    pub fingerprint: String,
}

/// Where the labels of a case come from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Origin {
    /// The model that drew them; `None` for a label map of unknown origin.
    pub model: Option<ModelId>,
    /// Where the model was computed.
    pub device: Option<String>,
    /// How far the labels are likely to agree with a reader's, where it is known.
    pub confidence: Option<Confidence>,
    /// How far the sequences lie from one another, where it was measured before segmenting; what is to be told of it is
    /// among the findings.
    pub misalignment: Option<PerSequence<Option<Misalignment>>>,
    /// What was found while segmenting.
    pub findings: Vec<Finding>,
    /// What is told of the patient; `None` where the images say nothing.
    pub patient: Option<Identity>,
}

/// Everything that is told of one case: JSON, CSV, terminal and pages are written from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// [`SCHEMA`].
    pub schema: String,
    /// The program that wrote it.
    pub program: Program,
    /// The case and its images.
    pub case: Images,
    /// What is told of the patient; `None` where the images say nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<Identity>,
    /// The model that drew the labels; `None` for a label map of unknown origin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelId>,
    /// What a reader has to know of the case, the gravest first.
    #[serde(serialize_with = "told")]
    pub findings: Vec<Finding>,
    /// All that was measured.
    pub quantities: Measured,
    /// Volumes and mass per body surface area, by the table [`INDEXED`]; `None` where patient, height or weight are not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub indexed: Option<Values>,
    /// How far the labels are likely to agree with a reader's, by the table [`CONFIDENCE`]; `None` where it is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Values>,
    /// What holds for every case.
    pub limits: Vec<String>,
}

/// The program that wrote the results of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Its version.
    pub version: String,
    /// Where the model was computed; `None` where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

/// A case and the images that belong to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Images {
    /// The name of the case.
    pub id: String,
    /// Columns, rows and slices.
    pub shape_voxels: [usize; 3],
    /// Their distances in mm.
    pub spacing_mm: [f64; 3],
    /// The sequences that were there.
    pub sequences: Vec<Sequence>,
    /// How far each sequence lay from the others, in mm, where that was measured.
    pub misalignment_mm: BTreeMap<Sequence, f64>,
}

/// All that was measured of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The quantities of the table [`MEASURED`].
    #[serde(flatten)]
    pub values: Values,
    /// The 17 AHA segments, in order.
    pub segments: Vec<Segment>,
    /// The three coronary territories.
    pub territories: Vec<TerritoryBurden>,
    /// Scar by thresholds of the LGE signal.
    pub thresholds: Vec<Threshold>,
    /// The remote myocardium of each slice that has some.
    pub remote_myocardium: Vec<RemoteSlice>,
    /// The slices that hold a ring of wall, from base to apex.
    pub rings: Vec<Ring>,
    /// Every connected piece of scar, the largest first.
    pub scar_pieces: Vec<ScarPiece>,
}

fn told<S: Serializer>(findings: &[Finding], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(findings.iter().map(Finding::told))
}

impl Case {
    /// Measures a case.
    ///
    /// # Shapes
    /// The images of the view lie on the voxels of its labels.
    pub fn measure(id: &str, view: &CaseView, origin: Origin) -> Self {
        let mut findings = origin.findings;
        let lge = view.image(Sequence::Lge);
        let lge_moved = findings.iter().any(moves_lge);
        let mut measured = quantify(view.labels(), lge.filter(|_| !lge_moved));
        if lge_moved {
            measured.thresholds = Thresholds::on_shifted_lge();
        }
        if findings.contains(&Finding::NoLge) {
            measured.leave_out_scar();
        }
        let mut all = std::mem::take(&mut measured.findings);
        let misalignment = origin.misalignment.unwrap_or_else(|| {
            let found = view.misalignment();
            all.extend(misaligned(&found));
            found
        });
        all.append(&mut findings);
        let blank = blank_slices(view.images());
        let slices: Vec<usize> = (0..blank.len()).filter(|k| blank[*k]).collect();
        if !slices.is_empty() {
            all.push(Finding::BlankSlices { slices });
        }
        all.extend(origin.confidence.and_then(low_confidence));
        all.sort_by_key(Finding::severity);
        let told = origin.patient.as_ref().and_then(Identity::shown);
        let indexed = told.and_then(|patient| Indexed::of(&measured.volumes, patient));
        Self {
            schema: SCHEMA.to_owned(),
            program: Program {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                device: origin.device,
            },
            case: Images::of(id, view, &misalignment),
            patient: origin.patient,
            model: origin.model,
            findings: all,
            quantities: Measured {
                values: Values::of(MEASURED, &measured),
                segments: measured.segments,
                territories: measured.territories,
                thresholds: measured.thresholds.methods,
                remote_myocardium: measured
                    .thresholds
                    .remote
                    .map_or_else(Vec::new, |remote| remote.slices),
                rings: measured.rings,
                scar_pieces: measured.scars,
            },
            indexed: indexed.map(|indexed| Values::of(INDEXED, &indexed)),
            confidence: origin.confidence.map(|c| Values::of(CONFIDENCE, &c)),
            limits: LIMITS.map(str::to_owned).to_vec(),
        }
    }

    /// The name of the case.
    pub fn id(&self) -> &str {
        &self.case.id
    }

    /// What a terminal tells of the case, a line each.
    pub fn told(&self) -> impl Iterator<Item = String> + '_ {
        let told = |finding: &Finding| format!("case {}: {finding}", self.id());
        self.findings.iter().map(told)
    }

    /// The patient, where told.
    pub fn patient(&self) -> Option<&Patient> {
        self.patient.as_ref()?.shown()
    }

    /// The same without what is told of the patient.
    #[must_use]
    pub fn without_patient(self) -> Self {
        Self {
            patient: self.patient.map(|_| Identity::Withheld),
            indexed: None,
            ..self
        }
    }

    /// Whether segments could be named.
    pub fn orientation_known(&self) -> bool {
        self.quantities.segments.iter().any(|s| s.assessed)
    }
}

impl Images {
    fn of(id: &str, view: &CaseView, found: &PerSequence<Option<Misalignment>>) -> Self {
        let there = view.images().iter().filter(|(_, image)| image.is_some());
        let measured = found.iter().filter_map(|(s, m)| Some((s, (*m)?)));
        Self {
            id: id.to_owned(),
            shape_voxels: view.labels().shape(),
            spacing_mm: view.labels().spacing().mm(),
            sequences: there.map(|(sequence, _)| sequence).collect(),
            misalignment_mm: measured.map(|(s, m)| (s, m.distance_mm())).collect(),
        }
    }
}

fn low_confidence(confidence: Confidence) -> Option<Finding> {
    let expected_dice = confidence.scar_and_edema.expected_dice;
    (expected_dice < LOW_EXPECTED_DICE).then_some(Finding::LowConfidence { expected_dice })
}

/// Whether the labels were drawn on a corrected LGE image, so that the one given does not lie on them.
fn moves_lge(finding: &Finding) -> bool {
    match finding {
        Finding::Misaligned {
            sequence,
            corrected,
            ..
        } => *corrected && *sequence == Sequence::Lge,
        _ => false,
    }
}

/// The sequences that clearly lie elsewhere; images that were only measured are not moved.
fn misaligned(found: &PerSequence<Option<Misalignment>>) -> impl Iterator<Item = Finding> {
    found.iter().filter_map(|(sequence, m)| {
        let shift_mm = m.filter(|m| m.clear)?.distance_mm();
        Some(Finding::Misaligned {
            sequence,
            shift_mm,
            corrected: false,
        })
    })
}

#[cfg(test)]
mod tests {
    use myops_image::phantom::{Phantom, PhantomSettings};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use myops_image::volume::Volume;
    use myops_measure::quantify::common_absence;

    use super::*;

    fn moved(image: &Volume<f32>, [di, dj]: [usize; 2]) -> Volume<f32> {
        let [ni, nj, _] = image.shape();
        Volume::from_fn(*image.grid(), |[i, j, k]| {
            image[[(i + di).min(ni - 1), (j + dj).min(nj - 1), k]]
        })
    }

    #[test]
    fn a_sequence_that_was_moved_is_told_and_others_are_not() {
        for seed in 0..4 {
            let phantom = Phantom::draw(
                &PhantomSettings::default(),
                &mut ChaCha8Rng::seed_from_u64(seed),
            );
            let (study, _) = phantom.render("phantom");
            let flags = |images| {
                let view = CaseView::of(study.reference().unwrap(), images);
                let case = Case::measure("phantom", &view, Origin::default());
                let told = |flag: &Finding| matches!(flag, Finding::Misaligned { .. });
                case.findings.into_iter().filter(told).collect::<Vec<_>>()
            };
            assert_eq!(flags(study.images()), [], "{seed}");
            let mut images = study.images().clone();
            images[Sequence::T2] = images[Sequence::T2].as_ref().map(|t2| moved(t2, [11, 8]));
            let told = flags(&images);
            let [
                Finding::Misaligned {
                    sequence,
                    shift_mm,
                    corrected: false,
                },
            ] = told.as_slice()
            else {
                panic!("{seed}: {told:?}")
            };
            assert!(
                *sequence == Sequence::T2 && (shift_mm - 10.0).abs() < 2.5,
                "{seed}: {shift_mm}"
            );
        }
    }

    #[test]
    fn thresholds_are_not_taken_from_lge_that_lies_beside_the_labels() {
        let phantom = Phantom::draw(
            &PhantomSettings::default(),
            &mut ChaCha8Rng::seed_from_u64(1),
        );
        let (study, _) = phantom.render("phantom");
        let view = CaseView::of(study.reference().unwrap(), study.images());
        let thresholds = |sequence: Sequence| {
            let shift = Finding::Misaligned {
                sequence,
                shift_mm: 6.0,
                corrected: true,
            };
            let origin = Origin {
                findings: vec![shift],
                misalignment: Some(PerSequence::default()),
                ..Origin::default()
            };
            let case = Case::measure("phantom", &view, origin);
            common_absence(&case.quantities.thresholds).map(str::to_owned)
        };
        assert_eq!(thresholds(Sequence::T2), None);
        let reason = "the LGE image is shifted relative to the labels";
        assert_eq!(thresholds(Sequence::Lge).as_deref(), Some(reason));
    }
}
