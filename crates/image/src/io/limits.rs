//! The largest images that are read, and the largest folders that are searched.

/// The largest number of voxels: 128 MiB of `f32`, ten times the largest short-axis stack of MyoPS
/// 2020. Processing three such images takes less than 2 GiB.
pub const MAX_VOXELS: u64 = 1 << 25;
/// The largest number of voxels along an axis: four times the matrix of cardiac MR.
pub const MAX_AXIS: u64 = 2048;
/// The largest number of slices: twice that of a three-dimensional LGE of the whole heart. Each
/// slice is one input of the network, whatever its number of voxels.
pub const MAX_SLICES: usize = 256;
/// The largest number of phases of a cine: six times that of a usual one.
pub const MAX_PHASES: u64 = 256;
/// The largest number of voxels of all phases of a cine together, of which one is kept: three times a cine of 30 phases with
/// 15 slices of 448 x 448 pixels.
pub const MAX_CINE_VOXELS: u64 = 1 << 28;
/// The number of levels of folders below a path that are searched: a cohort, site, subject, session, exam, series and two more.
pub const MAX_DEPTH: usize = 8;
/// The largest number of folders below a path that are searched: a cohort of 100,000 patients with their sessions.
pub const MAX_FOLDERS: usize = 500_000;
