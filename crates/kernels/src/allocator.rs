//! The allocator for training and segmentation, which allocate the same large buffers again and again.

use std::alloc::{GlobalAlloc, Layout, System};

use mimalloc::MiMalloc;

/// The size in bytes from which a block counts as large.
const LARGE: usize = 4096;

/// Allocates small blocks with mimalloc, which is fast on many threads, and large blocks on the system's heap, which reuses
/// freed memory of other sizes. mimalloc would keep freed large blocks for each thread and size, which doubles the memory
/// for one patient.
#[derive(Debug, Clone, Copy)]
pub struct Allocator;

// SAFETY: both allocators fulfil the contract of the trait, and a block is returned to the one that it came from, since the
// choice depends on its size only. The default `realloc` copies to a new block.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller guarantees the conditions of the trait, which are those of both allocators.
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
        // SAFETY: as above; a block of this size was allocated by the same allocator.
        unsafe {
            if layout.size() < LARGE {
                MiMalloc.dealloc(block, layout);
            } else {
                System.dealloc(block, aligned(layout));
            }
        }
    }
}

/// Makes [`Allocator`] keep freed large blocks in one heap for all threads.
///
/// Requesting them from the system again costs a page fault for every 4 KiB, a fifth of the time of a training step. Does
/// nothing if the system's heap is not that of the GNU C library.
pub fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    for (option, value) in [
        (libc::M_ARENA_MAX, 1),
        (libc::M_MMAP_MAX, 0),
        (libc::M_TRIM_THRESHOLD, -1),
    ] {
        // SAFETY: sets an option of the heap that accepts any number.
        unsafe { libc::mallopt(option, value) };
    }
}

/// The same layout aligned to cache lines, so that vectors do not cross them.
fn aligned(layout: Layout) -> Layout {
    layout.align_to(64).unwrap_or(layout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_keeps_its_content_when_its_size_changes() {
        let layout = |size| Layout::from_size_align(size, 8).unwrap();
        let mut size = 64;
        // SAFETY: each block is accessed within its size, freed with the layout that it was allocated with, and freed once.
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
            assert_eq!(
                block as usize % 64,
                0,
                "a large block starts at a cache line"
            );
            Allocator.dealloc(block, layout(size));
        }
    }
}
