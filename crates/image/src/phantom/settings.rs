//! The ranges from which phantoms are drawn.

use serde::{Deserialize, Serialize};

/// The ranges from which phantoms are drawn; the defaults are those of the files of the MyoPS 2020
/// challenge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PhantomSettings {
    /// Smallest and largest number of slices.
    pub slices: [usize; 2],
    /// Smallest and largest number of voxels along `i`; that along `j` differs by up to 6.
    pub side_px: [usize; 2],
    /// Smallest and largest in-plane spacing, mm.
    pub spacing_mm: [f32; 2],
    /// Smallest and largest distance of slices, mm; it is reduced if many slices would not fit into
    /// the heart.
    pub slice_spacing_mm: [f32; 2],
    /// Largest displacement of the heart from the centre along each axis, pixels.
    pub heart_offset_px: f32,
    /// Largest displacement by the deformation of tissue, mm.
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
