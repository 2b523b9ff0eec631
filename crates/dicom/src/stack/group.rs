//! The images of a series in stacks: by orientation, image type and echo time.

use std::collections::HashSet;

use super::build::{refused, stack};
use super::{Image, Problem, Stack};
use crate::image::Frame;

/// The most stacks of a series.
const MAX_STACKS: usize = 64;
/// Echo times that differ by less are one, ms.
const SAME_ECHO_MS: f64 = 0.02;

/// The images of a series without those of files that are there twice.
pub fn without_copies(images: Vec<Image>) -> Vec<Image> {
    let mut seen = HashSet::new();
    let mut is_first = |image: &Image| {
        let frame = &image.frame;
        seen.insert((frame.sop_instance.clone(), frame.number))
    };
    let images = images.into_iter();
    images.filter(|image| is_first(image)).collect()
}

/// The stacks of a series, in the order in which their first images were found.
pub fn stacks(images: Vec<Image>) -> Vec<Stack> {
    let mut groups: Vec<Vec<Image>> = Vec::new();
    for image in images {
        let fits = |group: &Vec<Image>| {
            let first = group.first();
            first.is_some_and(|first| is_of_one_kind(first, &image))
        };
        // Images of one kind mostly follow one another.
        let group = groups.iter().rposition(fits);
        match group.and_then(|n| groups.get_mut(n)) {
            Some(group) => group.push(image),
            None => groups.push(vec![image]),
        }
        if groups.len() > MAX_STACKS {
            let all = groups.into_iter().flatten().collect();
            return vec![refused(all, Problem::ManyKinds(MAX_STACKS))];
        }
    }
    groups.into_iter().map(stack).collect()
}

fn is_of_one_kind(a: &Image, b: &Image) -> bool {
    let (a, b) = (&a.frame, &b.frame);
    let planes = match (&a.plane, &b.plane) {
        (Some(a), Some(b)) => a.is_turned_as(b),
        (None, None) => true,
        _ => false,
    };
    planes && have_one_echo(a, b) && a.image_type == b.image_type
}

/// Whether two images have the same echo time.
pub fn have_one_echo(a: &Frame, b: &Frame) -> bool {
    match (a.timing.echo_ms, b.timing.echo_ms) {
        (Some(a), Some(b)) => (a - b).abs() < SAME_ECHO_MS,
        (None, None) => true,
        _ => false,
    }
}
