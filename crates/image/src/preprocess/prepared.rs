//! The input of a network.

use crate::sequence::Sequence;

/// The input of a network: slices of pixels of channels, channels running fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// Slices.
    pub slices: usize,
    /// Rows and columns of a slice.
    pub size: usize,
    /// Channels: one for each sequence of a slice, then those of the slices beside it.
    pub channels: usize,
    /// `[slice][row][column][channel]`.
    pub data: Vec<f32>,
}

impl Prepared {
    /// The same as if a sequence were the only one: the channels of the others at 0.
    #[must_use]
    pub fn alone(&self, sequence: Sequence) -> Self {
        let mut alone = self.clone();
        for pixel in alone.data.chunks_exact_mut(Sequence::ALL.len()) {
            let value = pixel[sequence as usize];
            pixel.fill(0.0);
            pixel[sequence as usize] = value;
        }
        alone
    }

    /// The pixels of a slice, each a value for every channel, without the outermost `margin` on every side.
    pub(super) fn inner(&self, slice: usize, margin: usize) -> impl Iterator<Item = &[f32]> {
        let rows = (slice * self.size + margin)..((slice + 1) * self.size - margin);
        rows.flat_map(move |row| {
            let (from, to) = (row * self.size + margin, (row + 1) * self.size - margin);
            self.data[from * self.channels..to * self.channels].chunks_exact(self.channels)
        })
    }
}
