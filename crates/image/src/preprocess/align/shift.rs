//! The shift of a sequence, and when it is certain.

use serde::{Deserialize, Serialize};

/// The shift of a sequence relative to the others.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Misalignment {
    /// The shift from the others to this one, `[row, column]` of the study's slices, mm.
    pub shift_mm: [f64; 2],
    /// The relative increase of the agreement when this sequence is shifted back.
    pub gain: f64,
    /// Whether the misalignment is certain: shift and gain exceed their thresholds.
    pub clear: bool,
}

/// The least shift, mm, and the least gain of a certain misalignment.
#[derive(Clone, Copy)]
pub struct Threshold {
    shift_mm: f64,
    gain: f64,
}

/// By edges alone: none of the 25 pre-aligned training cases exceeds it, with the heart's centre
/// displaced by up to 4 mm.
pub const EDGES: Threshold = Threshold {
    shift_mm: 2.75,
    gain: 0.05,
};

/// By edges and anatomy together.
pub const BOTH: Threshold = Threshold {
    shift_mm: 1.5,
    gain: 0.015,
};

/// For LGE, when another sequence is certainly misaligned. Shifting LGE blurs the image that shows
/// scar, so twice the gain is required. With a shift of 3 mm, the LGE of the 25 cases gains .031 to
/// .1; without one, two of them gain .032.
pub const LGE: Threshold = Threshold {
    gain: 2.0 * BOTH.gain,
    ..BOTH
};

impl Threshold {
    /// The misalignment of a shift and its gain.
    pub fn judge(self, shift_mm: [f64; 2], gain: f64) -> Misalignment {
        let found = Misalignment {
            shift_mm,
            gain,
            clear: false,
        };
        Misalignment {
            clear: found.distance_mm() >= self.shift_mm && gain >= self.gain,
            ..found
        }
    }
}

impl Misalignment {
    /// The length of the shift, mm.
    pub fn distance_mm(&self) -> f64 {
        self.shift_mm[0].hypot(self.shift_mm[1])
    }

    /// The shift, or none where it is not certain.
    pub(super) fn certain_mm(&self) -> [f64; 2] {
        if self.clear { self.shift_mm } else { [0.0; 2] }
    }
}
