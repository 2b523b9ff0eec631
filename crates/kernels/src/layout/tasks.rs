//! The division of an image's pixels between threads.

/// The number of floats that a thread processes of `[pixels, channels]` with `len` floats: whole pixels, as many tasks as
/// threads.
pub fn floats_per_thread(len: usize, channels: usize) -> usize {
    let pixels = len / channels.max(1);
    pixels.div_ceil(rayon::current_num_threads().max(1)).max(1) * channels.max(1)
}
