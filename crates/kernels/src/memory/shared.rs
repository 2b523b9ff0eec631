//! A pointer for threads that write to one buffer in an interleaved order, which slices cannot express.

/// A pointer through which several threads write, each to elements of its own.
///
/// Constructing one is safe; whoever dereferences the pointer guarantees that no two threads access the same element.
#[derive(Clone, Copy)]
pub struct SharedPointer(*mut f32);

// SAFETY: the pointer itself is plain data; each use of it is unsafe and states why its elements are accessed by one
// thread only.
unsafe impl Sync for SharedPointer {}

impl SharedPointer {
    /// Wraps the start of a buffer.
    pub fn new(start: *mut f32) -> Self {
        Self(start)
    }

    /// The start of the buffer.
    pub fn start(&self) -> *mut f32 {
        self.0
    }
}
