//! The allocator for trainings and long segmentations.

pub use mimalloc::MiMalloc as Allocator;

/// `mi_option_purge_delay` of mimalloc's `mi_option_e`: milliseconds before freed memory goes back to the system.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

/// Makes [`Allocator`] keep what is freed.
///
/// A training step asks for the same large buffers as the step before it; taking them from the system anew costs a page
/// fault for every 4 KiB, a fifth of the step's time.
pub fn keep_freed_memory() {
    // SAFETY: sets one of the allocator's own options, which takes any number; below 0 nothing is given back.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, -1) }
}
