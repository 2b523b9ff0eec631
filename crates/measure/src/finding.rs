//! What a reader has to know of one case before trusting its labels and numbers.

use serde::{Deserialize, Serialize};

/// One fact about a case. Segmenting and measuring state it once, and terminal, record, JSON, pages and tables tell it: the
/// sentence is its `Display`, [`Finding::kind`] its name for programs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Finding {
    /// No voxel is labelled wall.
    NoWall,
    /// No voxel is labelled LV pool.
    NoLvPool,
    /// No voxel is labelled RV pool.
    NoRvPool,
    /// One slice alone has a wall ring.
    SingleSlice,
    /// The study has 30 slices or more.
    ManySlices {
        /// Slices of the study.
        slices: usize,
    },
    /// Neither the areas of the LV pool nor the patient axes tell base from apex.
    BaseApexOrderUncertain,
    /// The affine does not tell how the slices stand in the patient.
    AnteriorAssumed,
    /// The patient axes do not tell the anterior RV insertion from the inferior one.
    AnteriorUncertain,
    /// Some slices with a wall ring show no RV.
    InsertionsBorrowed {
        /// Indices of those slices.
        slices: Vec<usize>,
    },
    /// The wall does not close about the LV pool.
    RingOpen {
        /// Indices of those slices.
        slices: Vec<usize>,
    },
    /// There is wall without LV pool, or LV pool without wall.
    NoRing {
        /// Indices of those slices.
        slices: Vec<usize>,
    },
    /// The left ventricle reaches the edge of the image.
    LeftVentricleAtBorder {
        /// Indices of those slices.
        slices: Vec<usize>,
    },
    /// An anatomical region falls into several pieces.
    ManyPieces {
        /// The name of the region.
        region: String,
        /// Its 26-connected pieces.
        pieces: usize,
    },
    /// The LGE image lies on other voxels than the labels.
    LgeOnOtherVoxels,
    /// Too little of the wall is healthy and far from injury to compare the LGE signal with.
    NoRemoteMyocardium {
        /// The largest remote region of a slice in mm².
        largest_mm2: f64,
        /// The smallest that would do.
        needed_mm2: f64,
    },
    /// Labelled scar and wall above 5 SD differ by more than a factor of two and a tenth of the wall.
    ThresholdContradictsLabels {
        /// Wall above 5 SD in ml.
        threshold_ml: f64,
        /// Labelled scar in ml.
        scar_ml: f64,
    },
    /// A sequence does not lie on the others.
    Misaligned {
        /// The sequence that lies elsewhere.
        sequence: String,
        /// How far, in mm.
        shift_mm: f64,
        /// Whether it was moved back before segmenting.
        corrected: bool,
    },
    /// There was no LGE to segment: no scar was looked for.
    NoLge,
    /// There was no T2 to see edema in.
    NoT2,
    /// The network that finds the heart saw none.
    HeartNotFound,
    /// The training of the model that drew the labels has not come to its end.
    UnfinishedTraining {
        /// Epochs trained so far, where that is known.
        done: Option<usize>,
        /// Epochs of the whole training.
        epochs: usize,
    },
    /// A value filled the border of an image; it was taken for no signal.
    Fill {
        /// The sequence.
        sequence: String,
        /// The value.
        value: f64,
        /// The share of the image that holds it.
        percent: f64,
    },
    /// Every image is blank in some slices.
    BlankSlices {
        /// Indices of those slices.
        slices: Vec<usize>,
    },
    /// The network was not sure of scar and edema.
    LowConfidence {
        /// The Dice with a reader's scar and edema that its probabilities promise.
        expected_dice: f64,
    },
}

/// How much a finding matters; the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Labels or numbers may be wrong.
    Warning,
    /// Something is missing, assumed or was mended; what is given holds.
    Notice,
}

impl Finding {
    /// The name of its kind, as in JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NoWall => "no_wall",
            Self::NoLvPool => "no_lv_pool",
            Self::NoRvPool => "no_rv_pool",
            Self::SingleSlice => "single_slice",
            Self::ManySlices { .. } => "many_slices",
            Self::BaseApexOrderUncertain => "base_apex_order_uncertain",
            Self::AnteriorAssumed => "anterior_assumed",
            Self::AnteriorUncertain => "anterior_uncertain",
            Self::InsertionsBorrowed { .. } => "insertions_borrowed",
            Self::RingOpen { .. } => "ring_open",
            Self::NoRing { .. } => "no_ring",
            Self::LeftVentricleAtBorder { .. } => "left_ventricle_at_border",
            Self::ManyPieces { .. } => "many_pieces",
            Self::LgeOnOtherVoxels => "lge_on_other_voxels",
            Self::NoRemoteMyocardium { .. } => "no_remote_myocardium",
            Self::ThresholdContradictsLabels { .. } => "threshold_contradicts_labels",
            Self::Misaligned { .. } => "misaligned",
            Self::NoLge => "no_lge",
            Self::NoT2 => "no_t2",
            Self::HeartNotFound => "heart_not_found",
            Self::UnfinishedTraining { .. } => "unfinished_training",
            Self::Fill { .. } => "fill",
            Self::BlankSlices { .. } => "blank_slices",
            Self::LowConfidence { .. } => "low_confidence",
        }
    }

    /// How much it matters.
    pub fn severity(&self) -> Severity {
        match self {
            Self::SingleSlice
            | Self::ManySlices { .. }
            | Self::InsertionsBorrowed { .. }
            | Self::LgeOnOtherVoxels
            | Self::NoRemoteMyocardium { .. }
            | Self::Fill { .. }
            | Self::Misaligned {
                corrected: true, ..
            } => Severity::Notice,
            _ => Severity::Warning,
        }
    }

    /// One finding of each kind, to try an output with.
    pub fn examples() -> Vec<Self> {
        let (slices, sequence) = (vec![0, 3], "T2".to_owned());
        let lge = "LGE".to_owned();
        vec![
            Self::NoWall,
            Self::NoLvPool,
            Self::NoRvPool,
            Self::SingleSlice,
            Self::ManySlices { slices: 40 },
            Self::BaseApexOrderUncertain,
            Self::AnteriorAssumed,
            Self::AnteriorUncertain,
            Self::InsertionsBorrowed {
                slices: slices.clone(),
            },
            Self::RingOpen {
                slices: slices.clone(),
            },
            Self::NoRing {
                slices: slices.clone(),
            },
            Self::LeftVentricleAtBorder { slices },
            Self::ManyPieces {
                region: "wall".into(),
                pieces: 3,
            },
            Self::LgeOnOtherVoxels,
            Self::NoRemoteMyocardium {
                largest_mm2: 12.0,
                needed_mm2: 50.0,
            },
            Self::ThresholdContradictsLabels {
                threshold_ml: 31.25,
                scar_ml: 14.75,
            },
            Self::Misaligned {
                sequence,
                shift_mm: 8.4,
                corrected: true,
            },
            Self::NoLge,
            Self::NoT2,
            Self::HeartNotFound,
            Self::UnfinishedTraining {
                done: Some(4),
                epochs: 660,
            },
            Self::Fill {
                sequence: lge,
                value: -1024.0,
                percent: 25.0,
            },
            Self::BlankSlices { slices: vec![2] },
            Self::LowConfidence { expected_dice: 0.5 },
        ]
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoWall => f.write_str("No myocardium was found: there is nothing to relate scar or edema to"),
            Self::NoLvPool => f.write_str("No LV blood pool was found: segments and transmurality are not assessed"),
            Self::NoRvPool => {
                f.write_str("No RV blood pool was found: the orientation is unknown and segments are not assessed")
            }
            Self::SingleSlice => f.write_str("A single slice has a wall ring; it is reported as mid-ventricular"),
            Self::ManySlices { slices } => {
                write!(f, "The study has {slices} slices, more than a short-axis stack usually has")
            }
            Self::BaseApexOrderUncertain => {
                f.write_str("Neither LV areas nor patient axes tell base from apex: levels may be reversed")
            }
            Self::AnteriorAssumed => f.write_str(
                "The image header does not give the orientation in the patient: slices are taken to be seen from the \
                 apex, so anterior and inferior may be exchanged",
            ),
            Self::AnteriorUncertain => {
                f.write_str("The two RV insertions lie equally far anterior: anterior and inferior may be exchanged")
            }
            Self::InsertionsBorrowed { slices } => {
                write!(f, "No RV in {}: the RV insertions of the nearest slice were used there", list(slices))
            }
            Self::RingOpen { slices } => write!(f, "The wall does not close about the LV in {}", list(slices)),
            Self::NoRing { slices } => write!(
                f,
                "Wall without LV pool, or LV pool without wall, in {}: counted in volumes, not in segments",
                list(slices)
            ),
            Self::LeftVentricleAtBorder { slices } => {
                write!(f, "The left ventricle reaches the edge of the image in {}: volumes may be cut", list(slices))
            }
            Self::ManyPieces { region, pieces } => write!(f, "The {region} falls into {pieces} pieces"),
            Self::LgeOnOtherVoxels => {
                f.write_str("The LGE image lies on other voxels than the labels: LGE thresholds were not computed")
            }
            Self::NoRemoteMyocardium { largest_mm2, needed_mm2 } => write!(
                f,
                "Remote myocardium is too small ({largest_mm2:.0} mm² in the best slice, {needed_mm2:.0} mm² are \
                 needed): LGE thresholds were not computed"
            ),
            Self::ThresholdContradictsLabels { threshold_ml, scar_ml } => write!(
                f,
                "The 5 SD threshold and the labels disagree about scar: {threshold_ml:.1} ml above the threshold, \
                 {scar_ml:.1} ml labelled"
            ),
            Self::Misaligned { sequence, shift_mm, corrected } => {
                let done = if *corrected { "corrected" } else { "not corrected" };
                write!(f, "{sequence} is shifted by {shift_mm:.1} mm relative to the other sequences; {done}")
            }
            Self::NoLge => {
                f.write_str("LGE is missing: scar was not assessed, and some of what is labelled edema may be scar")
            }
            Self::NoT2 => f.write_str("T2 is missing: edema is estimated from the other sequences"),
            Self::HeartNotFound => f.write_str("No heart was found: the middle of the image was segmented"),
            Self::UnfinishedTraining { done, epochs } => {
                let done = done.map_or("an unknown epoch".into(), |done| format!("epoch {done}"));
                write!(f, "The training of the model is not finished: it stands at {done} of {epochs}")
            }
            Self::Fill { sequence, value, percent } => write!(
                f,
                "{sequence}: the value {value} fills {percent:.0} % of the image from its border; it was taken for no signal"
            ),
            Self::BlankSlices { slices } => {
                write!(f, "Every image is blank in {}: nothing can be seen or measured there", list(slices))
            }
            Self::LowConfidence { expected_dice } => write!(
                f,
                "The network is unsure of scar and edema: the expected Dice with manual labels is {expected_dice:.2}"
            ),
        }
    }
}

/// Slices as a reader counts them, from 1.
fn list(slices: &[usize]) -> String {
    let numbers: Vec<String> = slices.iter().map(|k| (k + 1).to_string()).collect();
    format!(
        "slice{} {}",
        if slices.len() == 1 { "" } else { "s" },
        numbers.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_are_counted_from_one() {
        let finding = Finding::RingOpen { slices: vec![0, 3] };
        assert_eq!(
            finding.to_string(),
            "The wall does not close about the LV in slices 1, 4"
        );
        let text = serde_json::to_string(&finding).unwrap();
        assert_eq!(text, r#"{"kind":"ring_open","slices":[0,3]}"#);
        assert_eq!(serde_json::from_str::<Finding>(&text).unwrap(), finding);
    }

    #[test]
    fn a_shift_says_whether_it_was_corrected() {
        let shift = |corrected| Finding::Misaligned {
            sequence: "T2".into(),
            shift_mm: 8.36,
            corrected,
        };
        let sentence = "T2 is shifted by 8.4 mm relative to the other sequences; corrected";
        assert_eq!(shift(true).to_string(), sentence);
        assert_eq!(
            shift(false).to_string(),
            sentence.replace("corrected", "not corrected")
        );
        assert!(
            shift(false).severity() < shift(true).severity(),
            "the gravest first"
        );
    }

    /// serde names every variant in its error, so that an example cannot be forgotten.
    #[test]
    fn there_is_an_example_of_each_kind() {
        let error = serde_json::from_str::<Finding>(r#"{"kind":"?"}"#)
            .unwrap_err()
            .to_string();
        let expected: Vec<&str> = error.split('`').skip(3).step_by(2).collect();
        let examples = Finding::examples();
        assert_eq!(
            examples.iter().map(Finding::kind).collect::<Vec<_>>(),
            expected,
            "{error}"
        );
        for example in &examples {
            let json = serde_json::to_value(example).unwrap();
            assert_eq!(json["kind"], example.kind());
            assert!(!example.to_string().ends_with('.'), "{example}");
        }
    }
}
