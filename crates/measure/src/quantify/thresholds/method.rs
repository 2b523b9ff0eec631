//! The ways to find a threshold.

use serde::{Deserialize, Serialize};

/// A way to find a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    /// Remote mean plus 2 standard deviations (this and the others: Flett et al., JACC Imaging 2011).
    #[serde(rename = "2 SD")]
    Sd2,
    /// Plus 3.
    #[serde(rename = "3 SD")]
    Sd3,
    /// Plus 5.
    #[serde(rename = "5 SD")]
    Sd5,
    /// Plus 6.
    #[serde(rename = "6 SD")]
    Sd6,
    /// Half way from the remote mean to the maximum of the scar (Amado et al., JACC 2004).
    #[serde(rename = "FWHM")]
    Fwhm,
    /// The largest variance between two classes of wall (Otsu, IEEE SMC 1979).
    Otsu,
}

impl Method {
    /// All of them, as tables list them.
    pub const ALL: [Self; 6] = [
        Self::Sd2,
        Self::Sd3,
        Self::Sd5,
        Self::Sd6,
        Self::Fwhm,
        Self::Otsu,
    ];

    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sd2 => "2 SD",
            Self::Sd3 => "3 SD",
            Self::Sd5 => "5 SD",
            Self::Sd6 => "6 SD",
            Self::Fwhm => "FWHM",
            Self::Otsu => "Otsu",
        }
    }
}
