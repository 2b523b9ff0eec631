//! Cardiac MR studies: their images and labels, files, and the preparation of network inputs.
//!
//! The basic types are in [`geometry`], [`volume`], [`orientation`], [`sequence`], [`label`],
//! [`exam`] and [`study`]; each other module does one task with them. Voxel axes are `[i, j, k]` with
//! `i` running fastest in memory and `k` counting slices; the row of a pixel in a slice is `j`, its
//! column `i`. World axes are RAS+ in millimetres.

pub mod augment;
pub mod exam;
pub mod geometry;
pub mod io;
pub mod label;
pub mod orientation;
pub mod patient;
pub mod phantom;
pub mod phase;
pub mod picture;
pub mod preprocess;
pub mod resample;
pub mod role;
pub mod scheme;
pub mod sequence;
pub mod study;
pub mod volume;
