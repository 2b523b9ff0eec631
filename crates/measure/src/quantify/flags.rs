//! What a reader has to know before trusting the numbers of one case, and what holds for every case.

use serde::{Deserialize, Serialize};

/// Sentences that hold for every case of a single-phase, pre-aligned multi-sequence study.
pub const LIMITS: [&str; 5] = [
    "One cardiac phase was measured: there is no ejection fraction, and mass and volumes are those of that phase.",
    "Volumes and mass are those of the slices given, usually a slab, and not of the whole ventricle.",
    "Microvascular obstruction has no label of its own: dark cores count as scar only where they are labelled scar.",
    "Basal, mid and apical are thirds of the slices with a wall ring; segment 17 is not assessed.",
    "The salvage index rests on edema and is exploratory: the JACC expert consensus of 2019 advises against it.",
];

/// A peculiarity of one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Flag {
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
    /// There is too little healthy myocardium to compare the LGE signal with.
    NoRemoteMyocardium,
    /// A sequence does not lie on the others.
    Misaligned {
        /// The sequence that seems to lie elsewhere.
        sequence: String,
        /// How far it would have to be moved, in mm.
        shift_mm: f64,
    },
    /// The network had no LGE: no scar was looked for.
    NoLge,
    /// The network had no T2 to see edema in.
    NoT2,
    /// The network that finds the heart saw none.
    HeartNotFound,
    /// The network was not sure of scar and edema.
    LowConfidence {
        /// The Dice with a reader's scar and edema that its probabilities promise.
        expected_dice: f64,
    },
}

impl Flag {
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
            Self::NoRemoteMyocardium => "no_remote_myocardium",
            Self::Misaligned { .. } => "misaligned",
            Self::NoLge => "no_lge",
            Self::NoT2 => "no_t2",
            Self::HeartNotFound => "heart_not_found",
            Self::LowConfidence { .. } => "low_confidence",
        }
    }

    /// The flag as a sentence for the report.
    pub fn sentence(&self) -> String {
        match self {
            Self::NoWall => "No myocardium was found: there is nothing to relate scar or edema to.".into(),
            Self::NoLvPool => "No LV blood pool was found: segments and transmurality are not assessed.".into(),
            Self::NoRvPool => {
                "No RV blood pool was found: the orientation is unknown and segments are not assessed.".into()
            }
            Self::SingleSlice => "A single slice has a wall ring; it is reported as mid-ventricular.".into(),
            Self::ManySlices { slices } => {
                format!("The study has {slices} slices, more than a short-axis stack usually has.")
            }
            Self::BaseApexOrderUncertain => {
                "Neither LV areas nor patient axes tell base from apex: levels may be reversed.".into()
            }
            Self::AnteriorAssumed => {
                "The image does not say how it lies in the patient: pictures were taken to be seen \
                                      from the apex, so anterior and inferior may be exchanged."
                    .into()
            }
            Self::AnteriorUncertain => {
                "The two RV insertions lie equally far anterior: anterior and inferior may be exchanged.".into()
            }
            Self::InsertionsBorrowed { slices } => {
                format!("No RV in {}: the RV insertions of the nearest slice were used there.", list(slices))
            }
            Self::RingOpen { slices } => format!("The wall does not close about the LV in {}.", list(slices)),
            Self::LeftVentricleAtBorder { slices } => {
                format!("The left ventricle reaches the edge of the image in {}: volumes may be cut.", list(slices))
            }
            Self::ManyPieces { region, pieces } => format!("The {region} falls into {pieces} pieces."),
            Self::NoRing { slices } => format!(
                "Wall without LV pool, or LV pool without wall, in {}: counted in volumes, not in segments.",
                list(slices)
            ),
            Self::Misaligned { sequence, shift_mm } => {
                format!("{sequence} seems to lie {shift_mm:.0} mm beside the other sequences.")
            }
            Self::NoLge => {
                "LGE is missing: scar was not assessed, and some of what is called edema may be scar.".into()
            }
            Self::NoT2 => "T2 is missing: edema is a guess from the other sequences.".into(),
            Self::HeartNotFound => "No heart was found: the middle of the image was segmented.".into(),
            Self::LowConfidence { expected_dice } => format!(
                "The network was unsure of scar and edema: it expects a Dice of {expected_dice:.2} with a reader's."
            ),
            Self::LgeOnOtherVoxels => {
                "The LGE image lies on other voxels than the labels: thresholds were not computed.".into()
            }
            Self::NoRemoteMyocardium => {
                "There is too little healthy myocardium for a remote signal: thresholds were not computed.".into()
            }
        }
    }
}

/// Slices as a reader counts them, from 1.
fn list(slices: &[usize]) -> String {
    let numbers: Vec<String> = slices.iter().map(|k| (k + 1).to_string()).collect();
    format!("slice{} {}", if slices.len() == 1 { "" } else { "s" }, numbers.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_are_counted_from_one() {
        let flag = Flag::RingOpen { slices: vec![0, 3] };
        assert_eq!(flag.sentence(), "The wall does not close about the LV in slices 1, 4.");
        let text = serde_json::to_string(&flag).unwrap();
        assert_eq!(text, r#"{"kind":"ring_open","slices":[0,3]}"#);
        assert_eq!(flag.kind(), "ring_open");
        assert_eq!(serde_json::from_str::<Flag>(&text).unwrap(), flag);
    }
}
