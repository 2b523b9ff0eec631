//! Everything that is reported of one case.

use std::collections::BTreeMap;

use myops_image::preprocess::{HeartCentre, Misalignment, misalignment};
use myops_image::sequence::{PerSequence, Sequence};
use myops_image::volume::Volume;
use myops_measure::finding::Finding;
use myops_measure::quantify::{LIMITS, Quantities, Thresholds, quantify};
use serde::{Deserialize, Serialize};

use super::number::fixed;
use super::view::CaseView;

/// The name of the layout of the JSON, published as `docs/quantify.schema.json`.
pub const SCHEMA: &str = "myops-quantify-2";
/// An expected Dice of scar and edema below this is flagged: out of fold, three of 25 cases lie below it, the second, third
/// and sixth in true Dice from below (docs/robustness.md).
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
    /// The Dice with a reader's scar and edema that the model's probabilities promise, where it is known.
    pub expected_dice: Option<f64>,
    /// The same of scar alone.
    pub expected_dice_of_scar: Option<f64>,
    /// How far the sequences lie from one another, where it was measured before segmenting; what is to be told of it is
    /// among the findings.
    pub misalignment: Option<PerSequence<Option<Misalignment>>>,
    /// What was found while segmenting.
    pub findings: Vec<Finding>,
}

/// Everything that is reported of one case: JSON, CSV, terminal and page are written from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseSheet {
    /// [`SCHEMA`].
    pub schema: String,
    /// The case.
    pub case: String,
    /// The version of this program.
    pub program_version: String,
    /// The model that drew the labels; `None` for a label map of unknown origin.
    pub model: Option<ModelId>,
    /// The Dice with a reader's scar and edema that the model's probabilities promise, where it is known.
    pub expected_dice: Option<f64>,
    /// The same of scar alone; `None` without LGE.
    pub expected_dice_of_scar: Option<f64>,
    /// Columns, rows and slices.
    pub shape_voxels: [usize; 3],
    /// Their distances in mm.
    pub spacing_mm: [f64; 3],
    /// The sequences that were there.
    pub sequences: Vec<String>,
    /// How far each sequence lay from the others, in mm, where that was measured.
    pub misalignment_mm: BTreeMap<String, f64>,
    /// All that was measured.
    #[serde(flatten)]
    pub quantities: Quantities,
    /// The flags as sentences.
    pub notes: Vec<String>,
    /// What holds for every case.
    pub limits: Vec<String>,
}

impl CaseSheet {
    /// Measures a case.
    pub fn measure(case: &str, view: &CaseView, origin: Origin) -> Self {
        let lge_moved = origin.findings.iter().any(moves_lge);
        let mut quantities = quantify(
            view.labels(),
            view.image(Sequence::Lge).filter(|_| !lge_moved),
        );
        if lge_moved {
            quantities.thresholds = Thresholds::on_shifted_lge();
        }
        let measured = || misalignment(view.images(), HeartCentre::of_labels(view.labels()), None);
        let misalignment = origin.misalignment.unwrap_or_else(|| {
            let found = measured();
            quantities.flags.extend(misaligned(&found));
            found
        });
        if origin.findings.contains(&Finding::NoLge) {
            quantities.leave_out_scar();
        }
        quantities.flags.extend(origin.findings);
        let blank = blank_slices(view.images());
        quantities
            .flags
            .extend((!blank.is_empty()).then_some(Finding::BlankSlices { slices: blank }));
        if let Some(expected_dice) = origin
            .expected_dice
            .filter(|dice| *dice < LOW_EXPECTED_DICE)
        {
            quantities
                .flags
                .push(Finding::LowConfidence { expected_dice });
        }
        quantities.flags.sort_by_key(Finding::severity);
        let there = view.images().iter().filter(|(_, image)| image.is_some());
        Self {
            schema: SCHEMA.to_owned(),
            case: case.to_owned(),
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            model: origin.model,
            expected_dice: origin.expected_dice,
            expected_dice_of_scar: origin.expected_dice_of_scar,
            shape_voxels: view.labels().shape(),
            spacing_mm: view.labels().spacing().mm(),
            sequences: there
                .map(|(sequence, _)| sequence.name().to_owned())
                .collect(),
            misalignment_mm: distances_mm(&misalignment),
            notes: quantities.flags.iter().map(ToString::to_string).collect(),
            limits: LIMITS.map(str::to_owned).to_vec(),
            quantities,
        }
    }

    /// What a terminal tells of the case, a line each.
    pub fn told(&self) -> impl Iterator<Item = String> + '_ {
        self.notes
            .iter()
            .map(|note| format!("case {}: {note}", self.case))
    }

    /// Whether segments could be named.
    pub fn orientation_known(&self) -> bool {
        self.quantities
            .segments
            .iter()
            .any(|segment| segment.assessed)
    }
}

/// The slices in which no image has two different values; none without an image.
fn blank_slices(images: &PerSequence<Option<Volume<f32>>>) -> Vec<usize> {
    let there: Vec<&Volume<f32>> = images
        .iter()
        .filter_map(|(_, image)| image.as_ref())
        .collect();
    let blank =
        |image: &Volume<f32>, k: usize| image.slice(k).windows(2).all(|pair| pair[0] == pair[1]);
    let slices = there.first().map_or(0, |image| image.shape()[2]);
    (0..slices)
        .filter(|k| there.iter().all(|image| blank(image, *k)))
        .collect()
}

/// Whether the labels were drawn on a corrected LGE image, so that the one given does not lie on them.
fn moves_lge(finding: &Finding) -> bool {
    match finding {
        Finding::Misaligned {
            sequence,
            corrected,
            ..
        } => *corrected && sequence == Sequence::Lge.name(),
        _ => false,
    }
}

/// The sequences that clearly lie elsewhere; images that were only measured are not moved.
fn misaligned(found: &PerSequence<Option<Misalignment>>) -> impl Iterator<Item = Finding> {
    found.iter().filter_map(|(sequence, m)| {
        let shift_mm = m.filter(|m| m.clear)?.distance_mm();
        Some(Finding::Misaligned {
            sequence: sequence.name().into(),
            shift_mm,
            corrected: false,
        })
    })
}

fn distances_mm(found: &PerSequence<Option<Misalignment>>) -> BTreeMap<String, f64> {
    found
        .iter()
        .filter_map(|(sequence, m)| Some((sequence.name().into(), (*m)?.distance_mm())))
        .collect()
}

/// One line a case: what the terminal shows.
pub fn terminal_table(sheets: &[CaseSheet]) -> String {
    let width = sheets
        .iter()
        .map(|s| s.case.chars().count())
        .chain([4])
        .max()
        .unwrap_or(4);
    let mut table = format!(
        "{:<width$} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>9} {:>6}\n",
        "case", "LV ml", "RV ml", "wall g", "scar g", "scar %", "edema %", "at risk %", "flags"
    );
    for sheet in sheets {
        let v = &sheet.quantities.volumes;
        table += &format!(
            "{:<width$} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>9} {:>6}\n",
            sheet.case,
            fixed(Some(v.lv_pool_ml), 1),
            fixed(Some(v.rv_pool_ml), 1),
            fixed(Some(v.wall_g), 1),
            fixed(Some(v.scar_g), 1),
            fixed(v.scar_percent, 1),
            fixed(v.edema_without_scar_percent, 1),
            fixed(v.area_at_risk_percent, 1),
            sheet.quantities.flags.len(),
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use myops_image::phantom::{Phantom, PhantomSettings};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

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
                let sheet = CaseSheet::measure("phantom", &view, Origin::default());
                let told = |flag: &Finding| matches!(flag, Finding::Misaligned { .. });
                sheet
                    .quantities
                    .flags
                    .into_iter()
                    .filter(told)
                    .collect::<Vec<_>>()
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
                sequence == "T2" && (shift_mm - 10.0).abs() < 2.5,
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
                sequence: sequence.name().into(),
                shift_mm: 6.0,
                corrected: true,
            };
            let origin = Origin {
                findings: vec![shift],
                misalignment: Some(PerSequence::default()),
                ..Origin::default()
            };
            CaseSheet::measure("phantom", &view, origin)
                .quantities
                .thresholds
        };
        assert_eq!(thresholds(Sequence::T2).absent_because(), None);
        let reason = "the LGE image is shifted relative to the labels";
        assert_eq!(thresholds(Sequence::Lge).absent_because(), Some(reason));
    }
}
