//! The ranges that phantoms are drawn from.

use serde::{Deserialize, Serialize};

/// The ranges that phantoms are drawn from; the default is that of the files of the MyoPS 2020 challenge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PhantomSettings {
    /// Fewest and most slices.
    pub slices: [usize; 2],
    /// Fewest and most voxels along `i`; `j` differs from it by up to 6.
    pub side_px: [usize; 2],
    /// Least and greatest spacing in the slice, in mm.
    pub spacing_mm: [f32; 2],
    /// Least and greatest distance of slices, in mm; that of many slices is kept small enough for the heart.
    pub slice_spacing_mm: [f32; 2],
    /// How far (px) the heart may lie off the middle, along each axis.
    pub heart_offset_px: f32,
    /// How far (mm) tissue is warped at most.
    pub warp_mm: f32,
    /// The share of hearts without scar; half of these have edema.
    pub without_scar: f32,
    /// The share of scars with a dark core without reflow (microvascular obstruction).
    pub no_reflow: f32,
}

impl Default for PhantomSettings {
    fn default() -> Self {
        Self {
            slices: [2, 6],
            side_px: [400, 480],
            spacing_mm: [0.72, 0.77],
            slice_spacing_mm: [12.0, 20.0],
            heart_offset_px: 60.0,
            warp_mm: 4.0,
            without_scar: 0.12,
            no_reflow: 0.3,
        }
    }
}
