//! The allocator for trainings and segmentations, which ask for the same large buffers again and again.

use std::alloc::{GlobalAlloc, Layout, System};

use mimalloc::MiMalloc;

/// Bytes from which a block is large.
const LARGE: usize = 4096;

/// Small blocks from mimalloc, which is quick on many threads; large ones from the system's heap, which fits them into
/// what was freed. mimalloc keeps large blocks for each thread and size: twice the memory for one patient.
#[derive(Debug, Clone, Copy)]
pub struct Allocator;

// SAFETY: each block goes back to where it came from, since both ask its size; the blocks are theirs. One that changes
// its size is copied into another, as the trait does it.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those that either asks for.
        unsafe {
            if layout.size() < LARGE {
                MiMalloc.alloc(layout)
            } else {
                System.alloc(aligned(layout))
            }
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe {
            if layout.size() < LARGE {
                MiMalloc.alloc_zeroed(layout)
            } else {
                System.alloc_zeroed(aligned(layout))
            }
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above; a block of this size came from here.
        unsafe {
            if layout.size() < LARGE {
                MiMalloc.dealloc(block, layout)
            } else {
                System.dealloc(block, aligned(layout))
            }
        }
    }
}

/// Makes [`Allocator`] keep large blocks that are freed, for all threads together.
///
/// Taking them from the system anew costs a page fault for every 4 KiB, a fifth of a training step's time. Does nothing
/// where the system's heap is not the GNU C library's.
pub fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    for (option, value) in [
        (libc::M_ARENA_MAX, 1),
        (libc::M_MMAP_MAX, 0),
        (libc::M_TRIM_THRESHOLD, -1),
    ] {
        // SAFETY: sets one of the heap's own options, which takes any number.
        unsafe { libc::mallopt(option, value) };
    }
}

/// The same at the start of a cache line, which vectors then do not cross.
fn aligned(layout: Layout) -> Layout {
    layout.align_to(64).unwrap_or(layout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_keep_what_is_in_them_when_they_become_large_or_small() {
        let layout = |size| Layout::from_size_align(size, 8).unwrap();
        let mut size = 64;
        // SAFETY: each block is used within its size, with the layout it was asked for with, and freed once.
        unsafe {
            let mut block = Allocator.alloc_zeroed(layout(size));
            for (n, next) in [LARGE - 1, LARGE, 3 * LARGE, 2 * LARGE, 100, 5 * LARGE]
                .into_iter()
                .enumerate()
            {
                block.write(n as u8 + 1);
                block = Allocator.realloc(block, layout(size), next);
                size = next;
                assert_eq!(
                    (block.read(), block.add(63).read()),
                    (n as u8 + 1, 0),
                    "{next} bytes"
                );
            }
            assert_eq!(block as usize % 64, 0, "a large block starts a cache line");
            Allocator.dealloc(block, layout(size));
        }
    }
}
