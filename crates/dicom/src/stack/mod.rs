//! Stacks of slices: the images of a series that lie behind one another, in the order of their positions.

mod build;
mod grid;
mod group;
mod join;
mod problem;

pub use group::{stacks, without_copies};
pub use join::join;
pub use problem::Problem;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::image::{Component, Frame, Plane, Series, SeriesId, called, numbers, shared};

/// One image, its series and the file that holds it.
#[derive(Clone)]
pub struct Image {
    /// The number of the file among those that were searched.
    pub file: usize,
    /// Its series.
    pub series: Arc<Series>,
    /// What is known of it.
    pub frame: Frame,
}

/// Images that have one orientation, one image type and one echo time: of one series, or of several that hold a part each.
#[derive(Clone)]
pub struct Stack {
    /// The series of its images, in the order of their numbers; never empty.
    pub series: Vec<Arc<Series>>,
    /// The slices along the normal, the cross product of the directions of a row and of a column.
    pub slices: Vec<Slice>,
    /// What the several images of a slice are.
    pub phases: Phases,
    /// The distance of neighbouring slices, mm; of one slice the one that its header names.
    pub distance_mm: Option<f64>,
    /// Why it cannot be used.
    pub problem: Option<Problem>,
    /// Series that are not in it, because their slices were acquired again.
    pub replaced: Vec<Arc<Series>>,
}

/// All images at one position.
#[derive(Clone)]
pub struct Slice {
    /// The position along the normal, mm.
    pub offset_mm: f64,
    /// The images in the order of their times; never empty.
    pub images: Vec<Image>,
}

/// What the several images of a slice are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phases {
    /// There is one.
    One,
    /// Phases of one heart beat, told apart by their trigger times.
    Cine,
    /// One after another: perfusion, a series of inversion times, a repeated acquisition.
    Repeats,
}

/// The series of some stacks.
pub fn series_of(all: &[Stack]) -> BTreeSet<&SeriesId> {
    let series = all.iter().flat_map(|stack| &stack.series);
    series.map(|series| &series.id).collect()
}

impl Stack {
    /// The thickness of the slices that the headers give, mm.
    pub fn thickness_mm(&self) -> Option<f64> {
        self.plane()?.thickness.filter(|mm| *mm > 0.0)
    }

    /// The first image of the first slice.
    pub fn first(&self) -> Option<&Frame> {
        self.slices
            .first()?
            .images
            .first()
            .map(|image| &image.frame)
    }

    /// The plane of the first slice.
    pub fn plane(&self) -> Option<&Plane> {
        self.first()?.plane.as_ref()
    }

    /// The most images that a slice has.
    pub fn images_per_slice(&self) -> usize {
        let counts = self.slices.iter().map(|slice| slice.images.len());
        counts.max().unwrap_or(0)
    }

    /// The description of its first series.
    pub fn description(&self) -> &str {
        let first = self.series.first();
        first.map_or("", |series| &series.description)
    }

    /// What the descriptions of its series share, with a `*` where they differ.
    pub fn shared_description(&self) -> String {
        let descriptions = self.series.iter().map(|series| &*series.description);
        shared(&descriptions.collect::<Vec<_>>())
    }

    /// Its series in an error: their numbers and descriptions.
    pub fn name(&self) -> String {
        let ids = self.series.iter().map(|series| &series.id);
        called(numbers(ids), &self.shared_description())
    }

    /// What of the complex signal it shows.
    pub fn component(&self) -> Component {
        let first = self.first();
        first.map_or(Component::Other, |frame| {
            frame.component(self.description())
        })
    }

    /// Whether its slices lie where those of another lie, within `tolerance_mm`, with the same pixels.
    pub fn lies_on(&self, other: &Self, tolerance_mm: f64) -> bool {
        let place = |slice: &Slice| Some(slice.images.first()?.frame.plane?.position);
        let near = |(a, b): (&Slice, &Slice)| {
            let places = place(a).zip(place(b));
            places.is_some_and(|(a, b)| crate::image::distance(a, b) <= tolerance_mm)
        };
        let turned = self.plane().zip(other.plane());
        turned.is_some_and(|(a, b)| a.is_turned_as(b))
            && self.first().map(|frame| frame.size) == other.first().map(|frame| frame.size)
            && self.slices.len() == other.slices.len()
            && self.slices.iter().zip(&other.slices).all(near)
    }
}
