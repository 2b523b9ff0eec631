//! Uninitialised buffers, which a kernel fills.

use std::mem::MaybeUninit;

/// `len` uninitialised floats. Filling a large buffer with zeros first would cost a pass over memory.
pub fn uninit(len: usize) -> Vec<MaybeUninit<f32>> {
    let mut buffer = Vec::with_capacity(len);
    // SAFETY: the capacity is `len`, and elements of this type may be uninitialised.
    unsafe { buffer.set_len(len) };
    buffer
}

/// The floats of a buffer that has been filled, without a copy.
///
/// # Safety
/// Every element has been written.
pub unsafe fn assume_init(buffer: Vec<MaybeUninit<f32>>) -> Vec<f32> {
    let mut buffer = std::mem::ManuallyDrop::new(buffer);
    // SAFETY: the allocation and the layout of the elements are the same, and the caller guarantees that all are written.
    unsafe { Vec::from_raw_parts(buffer.as_mut_ptr().cast(), buffer.len(), buffer.capacity()) }
}
