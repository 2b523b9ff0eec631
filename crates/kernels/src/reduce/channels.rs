//! Sums of each channel over all pixels.

use std::ops::Range;

use rayon::prelude::*;

use crate::isa::Isa;
use crate::lanes::{Job, Lanes};
use crate::layout::floats_per_thread;

/// Floats that are summed in single precision before they are added to the total in double precision.
const BLOCK_FLOATS: usize = 8 * 1024;

/// The sum of each channel over all pixels of `[pixels, channels]`.
///
/// # Panics
/// If the values are not whole pixels.
pub fn channel_sums(isa: Isa, x: &[f32], channels: usize) -> Vec<f32> {
    let offset = vec![0.0; channels];
    let sums = ChannelSums {
        x,
        offset: &offset,
        gradient: None,
        output: None,
    };
    let [sum, _] = sums.compute(isa);
    sum.into_iter().map(|s| s as f32).collect()
}

/// Two sums for each channel over all pixels of `x`, `[pixels, C]`. With `d = x - offset` they are the sums of `d` and
/// `d * d`; or, with a gradient `g`, those of `g` and `g * d`, where `g` counts only if the output is positive.
#[derive(Clone, Copy)]
pub struct ChannelSums<'a> {
    /// The values, `[pixels, C]`.
    pub x: &'a [f32],
    /// Subtracted from every pixel, `[C]`.
    pub offset: &'a [f32],
    /// The gradient of the output, of the shape of `x`.
    pub gradient: Option<&'a [f32]>,
    /// The output of a ReLU, of the shape of `x`.
    pub output: Option<&'a [f32]>,
}

impl ChannelSums<'_> {
    /// Both sums, `[C]` each.
    ///
    /// # Panics
    /// If the values are not whole pixels.
    pub fn compute(self, isa: Isa) -> [Vec<f64>; 2] {
        let channels = self.offset.len();
        assert!(
            self.x.len().is_multiple_of(channels),
            "{} values of {channels} channels",
            self.x.len()
        );
        let task = floats_per_thread(self.x.len(), channels);
        let starts: Vec<usize> = (0..self.x.len()).step_by(task).collect();
        let part = |start: usize| {
            let range = start..self.x.len().min(start + task);
            ChannelSums {
                x: &self.x[range.clone()],
                gradient: self.gradient.map(|g| &g[range.clone()]),
                output: self.output.map(|o| &o[range.clone()]),
                ..self
            }
        };
        let parts: Vec<[Vec<f64>; 2]> = starts
            .into_par_iter()
            .map(|start| isa.run(part(start)))
            .collect();
        let mut total = [vec![0.0; channels], vec![0.0; channels]];
        for part in parts {
            for (total, part) in total.iter_mut().zip(part) {
                total.iter_mut().zip(part).for_each(|(t, p)| *t += p);
            }
        }
        total
    }

    /// Both sums over some pixels of the channels from `channel` on, `n` of them. `floats` are the positions of these
    /// channels: from that of the first pixel to the end of the last.
    ///
    /// # Safety
    /// The processor has the instruction set of `L`, all slices are as long as `x`, and every pixel has `n` channels from
    /// `channel` on.
    #[inline(always)]
    unsafe fn block<L: Lanes>(&self, floats: Range<usize>, channel: usize, n: usize) -> [L; 2] {
        let c = self.offset.len();
        // SAFETY: the caller guarantees the instruction set and `n` channels of every pixel.
        unsafe {
            let offset = L::load_first(self.offset.as_ptr().add(channel), n);
            let mut sums = [L::splat(0.0); 2];
            let load = |from: &[f32], at: usize| L::load_first(from.as_ptr().add(at), n);
            for at in floats.step_by(c) {
                let d = load(self.x, at).sub(offset);
                let first = match (self.gradient, self.output) {
                    (None, _) => d,
                    (Some(g), None) => load(g, at),
                    (Some(g), Some(o)) => load(g, at).where_positive(load(o, at)),
                };
                sums = [sums[0].add(first), first.mul_add(d, sums[1])];
            }
            sums
        }
    }
}

impl Job for ChannelSums<'_> {
    type Output = [Vec<f64>; 2];

    #[inline(always)]
    unsafe fn run<L: Lanes>(self) -> Self::Output {
        let c = self.offset.len();
        let block = (BLOCK_FLOATS / c).max(1) * c;
        let mut totals = [vec![0.0; c], vec![0.0; c]];
        for start in (0..self.x.len()).step_by(block) {
            let end = self.x.len().min(start + block);
            for channel in (0..c).step_by(L::N) {
                let n = (c - channel).min(L::N);
                // SAFETY: every pixel has `c` channels, and all slices are as long as `x`.
                let pair = unsafe { self.block::<L>(start + channel..end, channel, n) };
                for (total, sums) in totals.iter_mut().zip(pair) {
                    let mut lanes = [0.0; 16];
                    // SAFETY: `n` is at most 16.
                    unsafe { sums.store_first(lanes.as_mut_ptr(), n) };
                    total[channel..channel + n]
                        .iter_mut()
                        .zip(lanes)
                        .for_each(|(t, s)| *t += f64::from(s));
                }
            }
        }
        totals
    }
}
