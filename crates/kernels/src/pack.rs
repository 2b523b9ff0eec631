//! Weights in the order in which the tiles read them.

use rayon::prelude::*;

use super::bf16::paired;
use super::buffer::Aligned;
use super::lanes::Isa;

/// Weights cut into blocks of output channels, each as wide as the vectors of a tile: `[block][kernel row]
/// [kernel column, input channel][channel of the block]`, the last block filled up with zeros.
#[derive(Debug, Clone)]
pub struct Packed {
    values: Aligned,
    /// The blocks, in order.
    pub blocks: Vec<Block>,
}

/// The output channels that one tile covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// The first.
    pub start: usize,
    /// How many.
    pub channels: usize,
    /// Vectors that hold them: 1 or 2.
    pub vectors: usize,
}

/// Cuts channels into blocks of two vectors, and of one where no more are left.
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
    /// Packs weights `[taps][c_in][c_out]` that lie in this order.
    pub fn of(isa: Isa, [taps, c_in, c_out]: [usize; 3], weight: &[f32]) -> Self {
        assert_eq!(
            weight.len(),
            taps * c_in * c_out,
            "weights of another shape"
        );
        if isa.is_bf16() {
            Self::cut(isa, c_out, &paired(isa, weight, [c_in, c_out]))
        } else {
            Self::cut(isa, c_out, weight)
        }
    }

    /// Packs weights `[positions][c_out]`.
    fn cut(isa: Isa, c_out: usize, weight: &[f32]) -> Self {
        let positions = weight.len() / c_out.max(1);
        let blocks = blocks(c_out, isa.lanes());
        let vectors: usize = blocks.iter().map(|b| b.vectors).sum();
        let mut values = Aligned::zeros(vectors * isa.lanes() * positions);
        // All blocks but the last are of two vectors.
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

    /// The output channels of all blocks.
    pub fn channels(&self) -> usize {
        self.blocks.iter().map(|block| block.channels).sum()
    }

    /// The weights of a block; the blocks before it are as wide as the first.
    pub fn block(&self, n: usize, rows_times_run: usize, lanes: usize) -> &[f32] {
        let start = n * 2 * lanes * rows_times_run;
        &self.values[start..start + self.blocks[n].vectors * lanes * rows_times_run]
    }
}
