//! The sentence of each finding.

use std::fmt::{Display, Formatter, Result};

use super::Finding;

impl Display for Finding {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.fixed() {
            Some(sentence) => f.write_str(sentence),
            None => self.of_labels(f),
        }
    }
}

impl Finding {
    /// The sentence of a finding without details.
    fn fixed(&self) -> Option<&'static str> {
        Some(match self {
            Self::NoWall => "No myocardium was found: there is nothing to relate scar or edema to",
            Self::NoLvPool => {
                "No LV blood pool was found: segments and transmurality are not assessed"
            }
            Self::NoRvPool => {
                "No RV blood pool was found: the orientation is unknown and segments are not assessed"
            }
            Self::SingleSlice => {
                "A single slice has a wall ring; it is reported as mid-ventricular"
            }
            Self::BaseApexOrderUncertain => {
                "Neither LV areas nor patient axes tell base from apex: levels may be reversed"
            }
            Self::AnteriorAssumed => {
                "The image header does not give the orientation in the patient: slices are taken to \
                 be seen from the apex, so anterior and inferior may be exchanged"
            }
            Self::AnteriorUncertain => {
                "The two RV insertions lie equally far anterior: anterior and inferior may be \
                 exchanged"
            }
            Self::LgeOnOtherVoxels => {
                "The LGE image lies on other voxels than the labels: LGE thresholds were not computed"
            }
            Self::NoLge => {
                "LGE is missing: scar was not assessed, and some of what is labelled edema may be scar"
            }
            Self::NoT2 => "T2 is missing: edema is estimated from the other sequences",
            Self::LeftRightMirrored => {
                "The RV lies to the left of the LV: the image header may exchange left and right, and so may segments be"
            }
            Self::ApexBaseMirrored => {
                "The LV becomes narrower towards the base: the image header may exchange apex and base, and so may segments be"
            }
            Self::HeartNotFound => "No heart was found: the middle of the image was segmented",
            _ => return None,
        })
    }

    /// The sentence of what was found in the labels.
    fn of_labels(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::ManySlices { slices } => write!(
                f,
                "The study has {slices} slices, more than a short-axis stack usually has"
            ),
            Self::InsertionsBorrowed { slices } => write!(
                f,
                "No RV in {}: the RV insertions of the nearest slice were used there",
                list(slices)
            ),
            Self::RingOpen { slices } => {
                write!(
                    f,
                    "The wall does not close about the LV in {}",
                    list(slices)
                )
            }
            Self::NoRing { slices } => write!(
                f,
                "Wall without LV pool, or LV pool without wall, in {}: counted in volumes, not in segments",
                list(slices)
            ),
            Self::LeftVentricleAtBorder { slices } => write!(
                f,
                "The left ventricle reaches the edge of the image in {}: volumes may be cut",
                list(slices)
            ),
            Self::ManyPieces { region, pieces } => {
                write!(f, "The {region} falls into {pieces} pieces")
            }
            _ => self.of_images(f),
        }
    }

    /// The sentence of what was found in the images, or while segmenting them.
    fn of_images(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::NoRemoteMyocardium {
                largest_mm2,
                needed_mm2,
            } => write!(
                f,
                "Remote myocardium is too small ({largest_mm2:.0} mm² in the best slice, {needed_mm2:.0} mm² are \
                 needed): LGE thresholds were not computed"
            ),
            Self::ThresholdContradictsLabels {
                threshold_ml,
                scar_ml,
            } => write!(
                f,
                "The 5 SD threshold and the labels disagree about scar: {threshold_ml:.1} ml above the threshold, \
                 {scar_ml:.1} ml labelled"
            ),
            Self::UnfinishedTraining { done, epochs } => {
                let done = done.map_or("an unknown epoch".into(), |done| format!("epoch {done}"));
                f.write_str("The training of the model is not finished: ")?;
                write!(f, "it stands at {done} of {epochs}")
            }
            Self::BlankSlices { slices } => write!(
                f,
                "Every image is blank in {}: nothing can be seen or measured there",
                list(slices)
            ),
            Self::LowConfidence { expected_dice } => write!(
                f,
                "The network is unsure of scar and edema: the expected Dice with manual labels is {expected_dice:.2}"
            ),
            _ => self.of_sequence(f),
        }
    }

    /// The sentence of what was found in one sequence.
    fn of_sequence(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Misaligned {
                sequence,
                shift_mm,
                corrected,
            } => {
                let done = done(*corrected);
                write!(
                    f,
                    "{sequence} is shifted by {shift_mm:.1} mm relative to the other sequences; {done}"
                )
            }
            Self::MisalignedSlices {
                sequence,
                slices,
                largest_mm,
                corrected,
            } => write!(
                f,
                "{sequence} is shifted by up to {largest_mm:.1} mm in {} relative to its other slices; {}",
                list(slices),
                done(*corrected)
            ),
            Self::Fill {
                sequence,
                value,
                percent,
            } => write!(
                f,
                "{sequence}: the value {value} fills {percent:.0} % of the image from its border; it was taken for no \
                 signal"
            ),
            Self::CinePhase(taken) => write!(f, "bSSFP is a cine: {taken}, was taken"),
            Self::PixelSize {
                sequence,
                header_mm,
                true_mm,
            } => write!(
                f,
                "{sequence} shows the heart in another size than the other sequences by the pixel size of its header \
                 ({header_mm:.2} mm); it was read with pixels of {true_mm:.2} mm, which fit"
            ),
            Self::NotImaged { sequence, slices } => write!(
                f,
                "{sequence} was not imaged in {}: it counts as missing there",
                list(slices)
            ),
            Self::Saturated { sequence, slices } => write!(
                f,
                "{sequence} is saturated in {} (a quarter or more of the pixels have its largest value): it counts as missing there",
                list(slices)
            ),
            _ => Ok(()),
        }
    }
}

fn done(corrected: bool) -> &'static str {
    if corrected {
        "corrected"
    } else {
        "not corrected"
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
