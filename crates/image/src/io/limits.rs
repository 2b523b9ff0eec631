//! How large an image may be.

/// The most voxels that are read: 128 MiB of `f32`, ten times the largest short-axis stack of MyoPS 2020. Three such
/// images, with what is made of them, stay below 2 GiB.
pub const MAX_VOXELS: u64 = 1 << 25;
/// The most voxels along an axis: four times the matrix of cardiac MR.
pub const MAX_AXIS: u64 = 2048;
/// The most slices: twice those of a three-dimensional LGE of the whole heart. Each becomes an input of its own to the
/// network, however few voxels it has.
pub const MAX_SLICES: usize = 256;
