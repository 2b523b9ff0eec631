//! The inverse of the preparation: from a network's output to the study's grid.

use rayon::prelude::*;

use crate::geometry::Grid;
use crate::label::{Label, LabelMap};
use crate::orientation::Orientation;
use crate::volume::Volume;

use super::framing::HeartCentre;
use super::window::Window;

/// The mapping from the network's grid to the study's grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Restore {
    /// The order of the axes of the network's slices.
    pub(super) order: Orientation,
    /// The study's grid.
    pub(super) grid: Grid,
    /// The same in that order.
    pub(super) oriented: Grid,
    /// The part of the slices that the network sees.
    pub(super) window: Window,
}

impl Restore {
    /// Labels on the study's grid; background outside the window.
    ///
    /// `values` is `[slice][row][column][class]` with `classes` numbers per pixel, which are
    /// interpolated; `decide` returns the label for the numbers of a pixel.
    pub fn labels(
        &self,
        values: &[f32],
        classes: usize,
        decide: impl Fn(&[f32]) -> Label + Sync,
    ) -> LabelMap {
        self.values(values, classes, Label::Background, decide)
    }

    /// As [`Self::labels`], for any type of result.
    pub fn values<T: Copy + Send>(
        &self,
        values: &[f32],
        classes: usize,
        outside: T,
        value: impl Fn(&[f32]) -> T + Sync,
    ) -> Volume<T> {
        let [ni, nj, _] = self.oriented.shape();
        let mut volume = Volume::filled(self.oriented, outside);
        let slices = values.par_chunks_exact(self.window.pixels() * classes);
        volume
            .data_mut()
            .par_chunks_exact_mut(ni * nj)
            .zip(slices)
            .for_each(|(out, slice)| {
                let put = |at: usize, pixel: &[f32]| out[at] = value(pixel);
                self.window.interpolate(slice, classes, [nj, ni], put);
            });
        self.order.inverse().store(volume, &self.grid)
    }

    /// Labels on the network's grid, `[slice][row][column]`, from the nearest voxel.
    pub fn prepare_labels(&self, labels: &LabelMap) -> Vec<Label> {
        let labels = self.order.apply(labels);
        let [ni, nj, nk] = labels.shape();
        (0..nk)
            .flat_map(|k| self.window.nearest(labels.slice(k), [nj, ni]))
            .collect()
    }

    /// The position in the image of a pixel `[row, column]` of the network's grid.
    pub fn place(&self, pixel: [f64; 2]) -> HeartCentre {
        HeartCentre(self.window.place(pixel))
    }

    /// The spacing of the network's pixels and slices, mm, as `[row, column, slice]`.
    pub fn spacing_mm(&self) -> [f64; 3] {
        let [i, j, k] = self.oriented.spacing().mm();
        let [row, column] = self.window.step();
        [j * row, i * column, k]
    }
}
