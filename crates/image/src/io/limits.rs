//! The largest images that are read.

/// The largest number of voxels: 128 MiB of `f32`, ten times the largest short-axis stack of MyoPS
/// 2020. Processing three such images takes less than 2 GiB.
pub const MAX_VOXELS: u64 = 1 << 25;
/// The largest number of voxels along an axis: four times the matrix of cardiac MR.
pub const MAX_AXIS: u64 = 2048;
/// The largest number of slices: twice that of a three-dimensional LGE of the whole heart. Each
/// slice is one input of the network, whatever its number of voxels.
pub const MAX_SLICES: usize = 256;
