//! Memory that a kernel is about to fill.

use std::mem::MaybeUninit;

/// So many floats that nobody has written yet; a large buffer of zeros would cost a pass over memory.
pub fn unwritten(len: usize) -> Vec<MaybeUninit<f32>> {
    let mut buffer = Vec::with_capacity(len);
    // SAFETY: memory that may be uninitialised is what the element type allows.
    unsafe { buffer.set_len(len) };
    buffer
}

/// The floats of a buffer that has been filled.
///
/// # Safety
/// Every element has been written.
pub unsafe fn written(buffer: Vec<MaybeUninit<f32>>) -> Vec<f32> {
    let mut buffer = std::mem::ManuallyDrop::new(buffer);
    // SAFETY: same allocation, same layout of elements, which the caller has written.
    unsafe { Vec::from_raw_parts(buffer.as_mut_ptr().cast(), buffer.len(), buffer.capacity()) }
}
