//! One stack: its images in the order of their positions and times, and what is wrong with it.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Image, Phases, Problem, Slice, Stack};
use crate::image::{Plane, Series, SeriesId, dot};

/// Positions along the normal that differ by less are one slice, mm.
pub const SAME_SLICE_MM: f64 = 0.1;
/// Trigger times that differ by less are one phase, ms.
const SAME_TIME_MS: f64 = 0.01;
/// Phases of one heart beat lie within this time, ms: 24 beats a minute.
const LONGEST_BEAT_MS: f64 = 2500.0;
/// How far slices may be from their regular distance: this share of it, or this many mm.
const REGULAR: (f64, f64) = (0.01, 0.05);
/// How far a gap may be from a multiple of the regular distance that names missing slices.
const MULTIPLE: f64 = 0.05;
/// How far slices may be shifted within their plane, mm.
const LARGEST_SHIFT_MM: f64 = 0.5;
/// The largest difference between pixel sizes of one stack.
const SAME_PIXELS: f64 = 1e-3;

/// A stack that cannot be used.
pub fn refused(images: Vec<Image>, problem: Problem) -> Stack {
    let one = |image| Slice {
        offset_mm: 0.0,
        images: vec![image],
    };
    Stack {
        series: series(&images),
        slices: images.into_iter().map(one).collect(),
        phases: Phases::One,
        distance_mm: None,
        problem: Some(problem),
        replaced: Vec::new(),
    }
}

/// Puts images of one kind in order.
pub fn stack(images: Vec<Image>) -> Stack {
    let Some(plane) = images.first().and_then(|image| image.frame.plane) else {
        return refused(images, Problem::NoPlane);
    };
    let different = different_pixels(&images, &plane);
    let series = series(&images);
    let slices = slices(images, &plane);
    let (phases, unclear) = phases(&slices);
    let (distance_mm, gap) = spacing(&slices, &plane);
    Stack {
        series,
        problem: different
            .or(unclear)
            .or(gap)
            .or_else(|| shifted(&slices, &plane)),
        slices,
        phases,
        distance_mm,
        replaced: Vec::new(),
    }
}

/// The series of images, in the order of their numbers.
fn series(images: &[Image]) -> Vec<Arc<Series>> {
    let by_id: BTreeMap<&SeriesId, &Arc<Series>> = images
        .iter()
        .map(|image| (&image.series.id, &image.series))
        .collect();
    by_id.into_values().cloned().collect()
}

fn different_pixels(images: &[Image], plane: &Plane) -> Option<Problem> {
    let first = images.first()?.frame.size;
    let size = images.iter().map(|image| image.frame.size);
    if let Some(other) = size.into_iter().find(|&size| size != first) {
        return Some(Problem::Sizes { first, other });
    }
    let spacings = images
        .iter()
        .filter_map(|image| Some(image.frame.plane?.spacing));
    let mut spacings = spacings.into_iter();
    let other = spacings.find(|spacing| !are_of_one_size(*spacing, plane.spacing))?;
    Some(Problem::PixelSizes {
        first: plane.spacing,
        other,
    })
}

/// Whether pixels have the same size, but for rounding.
pub fn are_of_one_size(a: [f64; 2], b: [f64; 2]) -> bool {
    let mut pairs = a.into_iter().zip(b);
    pairs.all(|(a, b)| (a / b - 1.0).abs() <= SAME_PIXELS)
}

/// The images at each position along the normal, in the order of their times.
fn slices(images: Vec<Image>, plane: &Plane) -> Vec<Slice> {
    let normal = plane.normal();
    let offset = |image: &Image| {
        let position = image
            .frame
            .plane
            .as_ref()
            .map_or(plane.position, |plane| plane.position);
        dot(position, normal)
    };
    let mut placed: Vec<(f64, Image)> = images
        .into_iter()
        .map(|image| (offset(&image), image))
        .collect();
    placed.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let mut slices: Vec<Slice> = Vec::new();
    for (offset_mm, image) in placed {
        match slices.last_mut() {
            Some(slice) if offset_mm - slice.offset_mm < SAME_SLICE_MM => slice.images.push(image),
            _ => slices.push(Slice {
                offset_mm,
                images: vec![image],
            }),
        }
    }
    for slice in &mut slices {
        slice.images.sort_by(in_time);
    }
    slices
}

/// By trigger time, then by the number of the repetition and of the acquisition.
fn in_time(a: &Image, b: &Image) -> Ordering {
    let (a, b) = (&a.frame.timing, &b.frame.timing);
    let time = |ms: Option<f64>| ms.unwrap_or(f64::NEG_INFINITY);
    let trigger = time(a.trigger_ms).total_cmp(&time(b.trigger_ms));
    let numbers = |timing: &crate::image::Timing| (timing.repetition, timing.acquisition);
    trigger.then_with(|| numbers(a).cmp(&numbers(b)))
}

/// What the several images of a slice are, and what is wrong with their number.
fn phases(slices: &[Slice]) -> (Phases, Option<Problem>) {
    if slices.iter().all(|slice| slice.images.len() == 1) {
        return (Phases::One, None);
    }
    if slices.iter().all(is_one_beat) {
        return (Phases::Cine, None);
    }
    let duplicate = slices.iter().position(|slice| !are_told_apart(slice));
    let count = |n: usize| slices.get(n).map_or(0, |slice| slice.images.len());
    let uneven = || (0..slices.len()).find(|&n| count(n) != count(0));
    let problem = if let Some(n) = duplicate {
        Some(Problem::Duplicates {
            slice: n + 1,
            count: count(n),
        })
    } else {
        uneven().map(|n| Problem::Uneven {
            slice: n + 1,
            count: count(n),
            usual: count(0),
        })
    };
    (Phases::Repeats, problem)
}

/// Whether the images of a slice are phases of one heart beat.
fn is_one_beat(slice: &Slice) -> bool {
    let times: Option<Vec<f64>> = slice
        .images
        .iter()
        .map(|image| image.frame.timing.trigger_ms)
        .collect();
    let Some(times) = times else {
        return false;
    };
    let apart = times
        .windows(2)
        .all(|pair| matches!(pair, [a, b] if b - a > SAME_TIME_MS));
    let span = times
        .last()
        .zip(times.first())
        .map_or(0.0, |(last, first)| last - first);
    times.len() > 1 && apart && span <= LONGEST_BEAT_MS
}

/// Whether something tells the images of a slice apart.
fn are_told_apart(slice: &Slice) -> bool {
    slice.images.windows(2).all(|pair| match pair {
        [a, b] => {
            in_time(a, b) != Ordering::Equal
                || a.frame.timing.inversion_ms != b.frame.timing.inversion_ms
        }
        _ => true,
    })
}

/// The regular distance of the slices, and what is wrong with it.
fn spacing(slices: &[Slice], plane: &Plane) -> (Option<f64>, Option<Problem>) {
    let gap = |pair: &[Slice]| match pair {
        [a, b] => b.offset_mm - a.offset_mm,
        _ => 0.0,
    };
    let gaps: Vec<f64> = slices.windows(2).map(gap).collect();
    let mut sorted = gaps.clone();
    sorted.sort_by(f64::total_cmp);
    let Some(&distance_mm) = sorted.get(gaps.len().saturating_sub(1) / 2) else {
        let distance_mm = plane.between.or(plane.thickness).filter(|&mm| mm > 0.0);
        let unknown = distance_mm.is_none().then_some(Problem::NoThickness);
        return (distance_mm, unknown);
    };
    let (share, mm) = REGULAR;
    let is_regular = |gap: f64| (gap - distance_mm).abs() <= mm.max(share * distance_mm);
    let is_multiple = |gap: f64| {
        let times = gap / distance_mm;
        times.round() >= 2.0 && (times - times.round()).abs() <= MULTIPLE
    };
    let mean_mm = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let problem = if gaps.iter().all(|&gap| is_regular(gap)) {
        return (Some(mean_mm), None);
    } else if gaps.iter().all(|&gap| is_regular(gap) || is_multiple(gap)) {
        let wide = gaps.iter().enumerate().find(|&(_, &gap)| is_multiple(gap));
        wide.map(|(n, &gap_mm)| Problem::Missing {
            missing: (gap_mm / distance_mm).round() as usize - 1,
            after: n + 1,
            gap_mm,
            distance_mm,
        })
    } else {
        let ends = sorted.first().zip(sorted.last());
        ends.map(|(&least_mm, &most_mm)| Problem::Irregular { least_mm, most_mm })
    };
    (Some(distance_mm), problem)
}

/// A slice that does not lie behind the first one.
fn shifted(slices: &[Slice], plane: &Plane) -> Option<Problem> {
    let first = slices.first()?.images.first()?.frame.plane?.position;
    let shift = |slice: &Slice| {
        let position = slice.images.first()?.frame.plane?.position;
        let step = [0, 1, 2].map(|axis| position[axis] - first[axis]);
        let [across, down] = [plane.row, plane.column].map(|direction| dot(step, direction));
        Some(across.hypot(down))
    };
    let shifts = slices.iter().map(|slice| shift(slice).unwrap_or(0.0));
    let (slice, shift_mm) = shifts.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    (shift_mm > LARGEST_SHIFT_MM).then_some(Problem::Shifted {
        slice: slice + 1,
        shift_mm,
    })
}
