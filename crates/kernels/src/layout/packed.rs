//! Weights in the order in which the register tiles read them.

use rayon::prelude::*;

use super::bf16::paired;
use crate::isa::Isa;
use crate::memory::Aligned;

/// Weights divided into blocks of output channels, each as wide as the vectors of a register tile: `[block][kernel row]
/// [kernel column, input channel][channel of the block]`. The last block is padded with zeros.
#[derive(Debug, Clone)]
pub struct Packed {
    values: Aligned,
    /// The blocks in the order of their channels.
    pub blocks: Vec<Block>,
}

/// The output channels of a register tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// The first channel.
    pub start: usize,
    /// The number of channels.
    pub channels: usize,
    /// The number of vectors that hold them: 1 or 2.
    pub vectors: usize,
}

/// Divides channels into blocks of two vectors; the last block has one vector if that holds the rest.
pub fn blocks(channels: usize, lanes: usize) -> Vec<Block> {
    let block = |start: usize| {
        let left = channels - start;
        let vectors = if left > lanes { 2 } else { 1 };
        Block {
            start,
            channels: left.min(vectors * lanes),
            vectors,
        }
    };
    (0..channels.div_ceil(2 * lanes))
        .map(|n| block(n * 2 * lanes))
        .collect()
}

impl Packed {
    /// Packs weights `[taps][c_in][c_out]`, in bf16 if convolutions multiply in it.
    ///
    /// # Panics
    /// If the weights have another shape.
    pub fn of(isa: Isa, [taps, c_in, c_out]: [usize; 3], weight: &[f32]) -> Self {
        assert_eq!(
            weight.len(),
            taps * c_in * c_out,
            "weights of another shape"
        );
        if isa.is_bf16() {
            Self::divide(isa, c_out, &paired(isa, weight, [c_in, c_out]))
        } else {
            Self::divide(isa, c_out, weight)
        }
    }

    /// Packs weights `[positions][c_out]`.
    fn divide(isa: Isa, c_out: usize, weight: &[f32]) -> Self {
        let positions = weight.len() / c_out.max(1);
        let blocks = blocks(c_out, isa.lanes());
        let vectors: usize = blocks.iter().map(|b| b.vectors).sum();
        let mut values = Aligned::zeros(vectors * isa.lanes() * positions);
        // All blocks but the last have two vectors.
        let places = values.par_chunks_mut((2 * isa.lanes() * positions).max(1));
        places.zip(&blocks).for_each(|(place, block)| {
            for (position, to) in place
                .chunks_exact_mut(block.vectors * isa.lanes())
                .enumerate()
            {
                let from = position * c_out + block.start;
                to[..block.channels].copy_from_slice(&weight[from..from + block.channels]);
            }
        });
        Self { values, blocks }
    }

    /// The number of output channels of all blocks.
    pub fn channels(&self) -> usize {
        self.blocks.iter().map(|block| block.channels).sum()
    }

    /// The weights of block `n`, with `positions` values (or pairs) under the kernel and `lanes` floats in a register.
    pub fn block(&self, n: usize, positions: usize, lanes: usize) -> &[f32] {
        // The blocks before it have two vectors each.
        let start = n * 2 * lanes * positions;
        &self.values[start..start + self.blocks[n].vectors * lanes * positions]
    }
}
