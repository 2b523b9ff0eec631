//! The input of a network.

use crate::sequence::Sequence;

/// The input of a network: `[slice][row][column][channel]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The number of slices.
    pub slices: usize,
    /// The number of rows, and of columns, of a slice.
    pub size: usize,
    /// The number of channels: one for each sequence of the slice, then those of adjacent slices.
    pub channels: usize,
    /// `[slice][row][column][channel]`.
    pub data: Vec<f32>,
}

impl Prepared {
    /// The same input with the channels of all other sequences set to 0.
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

    /// The square of `size` pixels in the middle of every slice.
    ///
    /// # Panics
    /// If slices are smaller, or their size is odd and this one is not, or the reverse.
    #[must_use]
    pub fn centre(&self, size: usize) -> Self {
        let fits = size <= self.size && (self.size - size).is_multiple_of(2);
        assert!(fits, "no {size} pixels in the middle of {}", self.size);
        let margin = (self.size - size) / 2;
        let slices = (0..self.slices).flat_map(|slice| self.inner(slice, margin));
        Self {
            size,
            data: slices.flatten().copied().collect(),
            ..*self
        }
    }

    /// The pixels of a slice without the outermost `margin` pixels; each has one value for every
    /// channel.
    pub(super) fn inner(&self, slice: usize, margin: usize) -> impl Iterator<Item = &[f32]> {
        let rows = (slice * self.size + margin)..((slice + 1) * self.size - margin);
        rows.flat_map(move |row| {
            let (from, to) = (row * self.size + margin, (row + 1) * self.size - margin);
            self.data[from * self.channels..to * self.channels].chunks_exact(self.channels)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_centre_leaves_as_much_on_either_side() {
        let whole = Prepared {
            slices: 2,
            size: 4,
            channels: 3,
            data: (0_u8..96).map(f32::from).collect(),
        };
        let centre = whole.centre(2);
        assert_eq!((centre.slices, centre.size, centre.channels), (2, 2, 3));
        let first = [
            15.0, 16.0, 17.0, 18.0, 19.0, 20.0, 27.0, 28.0, 29.0, 30.0, 31.0, 32.0,
        ];
        assert_eq!(centre.data[..12], first);
        assert_eq!(centre.data[12..], first.map(|v| v + 48.0));
        assert_eq!(whole.centre(4), whole);
    }
}
