//! A finding of each kind.

use myops_image::label::Region;
use myops_image::phase::{Chosen, TakenPhase};
use myops_image::sequence::Sequence;

use super::Finding;

impl Finding {
    /// One finding of each kind, to try an output with.
    pub fn examples() -> Vec<Self> {
        let mut examples = Self::examples_of_labels();
        examples.extend(Self::examples_of_images());
        examples
    }

    fn examples_of_labels() -> Vec<Self> {
        let slices = vec![0, 3];
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
                region: Region::WALL,
                pieces: 3,
            },
        ]
    }

    fn examples_of_images() -> Vec<Self> {
        vec![
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
                sequence: Sequence::T2,
                shift_mm: 8.4,
                corrected: true,
            },
            Self::MisalignedSlices {
                sequence: Sequence::T2,
                slices: vec![1, 2],
                largest_mm: 6.2,
                corrected: true,
            },
            Self::NoLge,
            Self::NoT2,
            Self::NotImaged {
                sequence: Sequence::T2,
                slices: vec![0, 4],
            },
            Self::Saturated {
                sequence: Sequence::Lge,
                slices: vec![0, 1, 2],
            },
            Self::PixelSize {
                sequence: Sequence::Bssfp,
                header_mm: 1.25,
                true_mm: 0.75,
            },
            Self::LeftRightMirrored,
            Self::ApexBaseMirrored,
            Self::HeartNotFound,
            Self::UnfinishedTraining {
                done: Some(4),
                epochs: 660,
            },
            Self::Fill {
                sequence: Sequence::Lge,
                value: -1024.0,
                percent: 25.0,
            },
            Self::CinePhase(TakenPhase {
                phase: 9,
                phases: 25,
                chosen: Chosen::LikeLge,
            }),
            Self::BlankSlices { slices: vec![2] },
            Self::LowConfidence { expected_dice: 0.5 },
        ]
    }
}
