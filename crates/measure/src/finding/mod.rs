//! What a reader has to know of one case before trusting its labels and numbers.
//!
//! ```
//! use myops_image::sequence::Sequence;
//! use myops_measure::finding::{Finding, Severity};
//!
//! let shift = Finding::Misaligned { sequence: Sequence::T2, shift_mm: 8.4, corrected: true };
//! assert_eq!(shift.code(), "misaligned");
//! assert_eq!(shift.severity(), Severity::Notice);
//! assert_eq!(
//!     shift.to_string(),
//!     "T2 is shifted by 8.4 mm relative to the other sequences; corrected"
//! );
//! ```

mod examples;
mod sentence;

use myops_image::label::Region;
use myops_image::phase::TakenPhase;
use myops_image::sequence::Sequence;
use serde::{Deserialize, Serialize};

/// One fact about a case. Segmenting and measuring state it once, and terminal, JSON, pages and tables tell it: the
/// sentence is its `Display`, [`Finding::code`] its name for programs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
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
        /// The region.
        region: Region,
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
        sequence: Sequence,
        /// How far, in mm.
        shift_mm: f64,
        /// Whether it was moved back before segmenting.
        corrected: bool,
    },
    /// Slices of a sequence do not lie where the sequence does, as slices of other breath-holds may.
    MisalignedSlices {
        /// The sequence.
        sequence: Sequence,
        /// The slices, from 0.
        slices: Vec<usize>,
        /// How far the farthest lies from where the sequence does, in mm.
        largest_mm: f64,
        /// Whether they were moved back before segmenting.
        corrected: bool,
    },
    /// There was no LGE to segment: no scar was looked for.
    NoLge,
    /// There was no T2 to see edema in.
    NoT2,
    /// A sequence was not imaged in some slices.
    NotImaged {
        /// The sequence.
        sequence: Sequence,
        /// Indices of those slices.
        slices: Vec<usize>,
    },
    /// A sequence is saturated in some slices: a quarter or more of the pixels have the largest value of the image.
    Saturated {
        /// The sequence.
        sequence: Sequence,
        /// Indices of those slices.
        slices: Vec<usize>,
    },
    /// The heart has another size in a sequence than in the others by the pixel size of its header.
    PixelSize {
        /// The sequence.
        sequence: Sequence,
        /// The pixel size in the header, mm.
        header_mm: f64,
        /// The pixel size with which the hearts are equally large, mm; it was used.
        true_mm: f64,
    },
    /// The right ventricle lies to the left of the left one by the patient axes of the header.
    LeftRightMirrored,
    /// The left ventricle becomes narrower towards the base by the patient axes of the header.
    ApexBaseMirrored,
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
        sequence: Sequence,
        /// The value.
        value: f64,
        /// The share of the image that holds it.
        percent: f64,
    },
    /// One phase of a bSSFP cine was taken.
    CinePhase(TakenPhase),
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Labels or numbers may be wrong.
    Warning,
    /// Something is missing, assumed or was mended; what is given holds.
    Notice,
}

/// A finding as JSON tells it: its code and details, its severity, and its sentence.
#[derive(Debug, Serialize)]
pub struct Told<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    severity: Severity,
    text: String,
}

impl Finding {
    /// The finding with its severity and its sentence, to be written as JSON. It is read back as a [`Finding`].
    pub fn told(&self) -> Told<'_> {
        Told {
            finding: self,
            severity: self.severity(),
            text: self.to_string(),
        }
    }

    /// Its stable name for programs, as in JSON and CSV.
    pub fn code(&self) -> &'static str {
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
            Self::MisalignedSlices { .. } => "misaligned_slices",
            Self::NoLge => "no_lge",
            Self::NoT2 => "no_t2",
            Self::NotImaged { .. } => "not_imaged",
            Self::Saturated { .. } => "saturated",
            Self::PixelSize { .. } => "pixel_size",
            Self::LeftRightMirrored => "left_right_mirrored",
            Self::ApexBaseMirrored => "apex_base_mirrored",
            Self::HeartNotFound => "heart_not_found",
            Self::UnfinishedTraining { .. } => "unfinished_training",
            Self::Fill { .. } => "fill",
            Self::CinePhase(_) => "cine_phase",
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
            | Self::CinePhase(_)
            | Self::Misaligned {
                corrected: true, ..
            }
            | Self::MisalignedSlices {
                corrected: true, ..
            } => Severity::Notice,
            _ => Severity::Warning,
        }
    }
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
        assert_eq!(text, r#"{"code":"ring_open","slices":[0,3]}"#);
        assert_eq!(serde_json::from_str::<Finding>(&text).unwrap(), finding);
    }

    #[test]
    fn a_shift_says_whether_it_was_corrected() {
        let shift = |corrected| Finding::Misaligned {
            sequence: Sequence::T2,
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
        let error = serde_json::from_str::<Finding>(r#"{"code":"?"}"#)
            .unwrap_err()
            .to_string();
        let expected: Vec<&str> = error.split('`').skip(3).step_by(2).collect();
        let examples = Finding::examples();
        assert_eq!(
            examples.iter().map(Finding::code).collect::<Vec<_>>(),
            expected,
            "{error}"
        );
        for example in &examples {
            let json = serde_json::to_value(example).unwrap();
            assert_eq!(json["code"], example.code());
            let told = serde_json::to_value(example.told()).unwrap();
            assert_eq!(told["text"], example.to_string());
            assert_eq!(serde_json::from_value::<Finding>(told).unwrap(), *example);
            let sentence = example.to_string();
            assert!(
                !sentence.is_empty() && !sentence.ends_with('.'),
                "{example:?}"
            );
        }
    }
}
