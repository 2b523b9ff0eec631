//! Convolution, normalisation and pooling on channels-last tensors.
//!
//! [`ops`] is what networks are written in; it runs on every device.

pub mod ops;
