//! An allocator that counts, and refuses what exceeds a bound.

#![expect(
    unsafe_code,
    reason = "an allocator is an unsafe trait; every block is the system's own"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Bytes in use.
static LIVE: AtomicUsize = AtomicUsize::new(0);
/// The most bytes that were in use since [`measure`].
static PEAK: AtomicUsize = AtomicUsize::new(0);
/// The most bytes that may be in use.
static BOUND: AtomicUsize = AtomicUsize::new(usize::MAX);

/// The system's allocator, counted for all threads together.
pub struct Counting;

// SAFETY: every block comes from the system's allocator and goes back to it with the same layout.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        counted(layout, || unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        counted(layout, || unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as above; the block came from there.
        unsafe { System.dealloc(block, layout) }
    }
}

/// Refuses a block that exceeds the bound, which ends the process unless its user can do without it; `peak` tells of
/// it in either case.
fn counted(layout: Layout, block: impl FnOnce() -> *mut u8) -> *mut u8 {
    let live = LIVE
        .fetch_add(layout.size(), Relaxed)
        .saturating_add(layout.size());
    PEAK.fetch_max(live, Relaxed);
    let block = if live > BOUND.load(Relaxed) {
        ptr::null_mut()
    } else {
        block()
    };
    if block.is_null() {
        LIVE.fetch_sub(layout.size(), Relaxed);
    }
    block
}

/// Runs `work` with at most `bound` bytes more than now; gives its result and the most that it used or asked for.
pub fn measure<T>(bound: usize, work: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.load(Relaxed);
    PEAK.store(before, Relaxed);
    BOUND.store(before.saturating_add(bound), Relaxed);
    let result = work();
    BOUND.store(usize::MAX, Relaxed);
    (result, PEAK.load(Relaxed).saturating_sub(before))
}
