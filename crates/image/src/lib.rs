//! What a cardiac MR study is and how it becomes the input of a network.
//!
//! Read in this order: [`geometry`], [`volume`], [`orientation`], [`sequence`], [`label`] and [`study`] are the nouns; every other
//! module does one thing to them. Voxel axes are `[i, j, k]` with `i` running fastest in memory and `k` counting
//! slices; a slice is a picture whose row is `j` and whose column is `i`. World axes are RAS+ in millimetres.

pub mod augment;
pub mod geometry;
pub mod io;
pub mod label;
pub mod orientation;
pub mod phantom;
pub mod picture;
pub mod preprocess;
pub mod sequence;
pub mod study;
pub mod volume;
