//! Why there is no threshold.

use crate::quantify::remote::SMALLEST_MM2;

/// The least wall (ml) above 5 SD that stands for scar where none is labelled.
pub const LEAST_CORE_ML: f64 = 0.5;

/// Why there is no threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Absence {
    /// There is no LGE image.
    NoLge,
    /// It lies on other voxels than the labels.
    OtherVoxels,
    /// It is shifted relative to the labels.
    ShiftedLge,
    /// The largest remote region has this area.
    SmallRemote(f64),
    /// The signal of remote myocardium does not vary.
    FlatRemote,
    /// No scar is labelled, and too little wall is bright.
    NoCore,
    /// Half of the maximum of the scar is not far enough from the remote mean.
    FaintScar,
    /// The threshold is not far enough from the remote mean.
    OneClass,
}

impl std::fmt::Display for Absence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoLge => f.write_str("there is no LGE image"),
            Self::OtherVoxels => f.write_str("the LGE image lies on other voxels than the labels"),
            Self::ShiftedLge => f.write_str("the LGE image is shifted relative to the labels"),
            Self::SmallRemote(mm2) => write!(
                f,
                "remote myocardium is too small: {mm2:.0} mm² in the best slice and {SMALLEST_MM2:.0} mm² are needed"
            ),
            Self::FlatRemote => f.write_str("the signal of remote myocardium does not vary"),
            Self::NoCore => {
                write!(
                    f,
                    "no scar is labelled and less than {LEAST_CORE_ML} ml of the wall lies above 5 SD"
                )
            }
            Self::FaintScar => {
                f.write_str("half of the scar's maximum lies within 2 SD of the remote mean")
            }
            Self::OneClass => f.write_str(
                "the threshold lies within 2 SD of the remote mean: no part of the wall stands out",
            ),
        }
    }
}
