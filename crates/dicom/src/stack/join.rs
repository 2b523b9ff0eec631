//! Stacks that a scanner stores as many series: a slice, or a few, for each breath-hold.
//!
//! Series of one study are parts of one stack if they are of one kind: the same frame of reference, orientation, voxels, echo time,
//! image type, pulse sequence and number of phases, and descriptions that are equal but for digits. Single slices are one stack
//! wherever they lie, so that a gap or a shift is told with its numbers. Series of several slices could each be complete; they are
//! joined only if the whole is regular and each has the same number of slices, the last one perhaps fewer.

use std::collections::BTreeMap;

use super::build::{SAME_SLICE_MM, are_of_one_size, stack};
use super::group::have_one_echo;
use super::{Image, Phases, Problem, Slice, Stack};
use crate::image::{Plane, SAME_ORIENTATION_DEGREES, dot};

/// The largest angle between slices that are told to be one stack, degrees. Those beyond the bound of one series are refused.
const PARALLEL_DEGREES: f64 = 1.0;
/// The most groups of one kind that differ in orientation, pixel size or echo time; more are not joined.
const MAX_GROUPS: usize = 64;
/// Slices of several series that overlap by more than this share of their thickness are of different acquisitions.
const LARGEST_OVERLAP: f64 = 0.05;
/// Distances and thicknesses of slices that differ by less are one, mm.
const SAME_LENGTH_MM: f64 = 0.05;

/// What parts of one stack have in common to the letter.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    frame_of_reference: Option<String>,
    size: [usize; 2],
    image_type: Vec<String>,
    scanning_sequence: Vec<String>,
    sequence_name: String,
    description: String,
    is_cine: bool,
    images_per_slice: usize,
}

impl Kind {
    /// What a stack has in common with others; `None` if it cannot be a part of one.
    fn of(stack: &Stack) -> Option<Self> {
        let (series, frame) = (stack.series.first()?, stack.first()?);
        frame.plane?;
        if !matches!(stack.problem, None | Some(Problem::NoThickness)) {
            return None;
        }
        Some(Self {
            frame_of_reference: series.frame_of_reference.clone(),
            size: frame.size,
            image_type: frame.image_type.clone(),
            scanning_sequence: series.scanning_sequence.clone(),
            sequence_name: without_digits(&series.sequence_name),
            description: without_digits(&series.description),
            is_cine: stack.phases == Phases::Cine,
            images_per_slice: stack.images_per_slice(),
        })
    }
}

fn without_digits(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// Joins stacks of different series that are parts of one.
pub fn join(stacks: Vec<Stack>) -> Vec<Stack> {
    let mut kinds: BTreeMap<Kind, Vec<Vec<Stack>>> = BTreeMap::new();
    let mut joined = Vec::new();
    for stack in stacks {
        let Some(kind) = Kind::of(&stack) else {
            joined.push(stack);
            continue;
        };
        let groups = kinds.entry(kind).or_default();
        let may_begin = groups.len() < MAX_GROUPS;
        match groups.iter_mut().find(|group| is_alike(group, &stack)) {
            Some(group) => group.push(stack),
            None if may_begin => groups.push(vec![stack]),
            None => joined.push(stack),
        }
    }
    joined.extend(kinds.into_values().flatten().flat_map(join_group));
    joined
}

/// Whether a stack has the orientation, the size of voxels and the echo time of a group.
fn is_alike(group: &[Stack], stack: &Stack) -> bool {
    let first = group.first().and_then(Stack::first);
    let Some((a, b)) = first.zip(stack.first()) else {
        return false;
    };
    let planes = a.plane.zip(b.plane).is_some_and(|(a, b)| {
        a.turned_by(&b) <= PARALLEL_DEGREES
            && are_of_one_size(a.spacing, b.spacing)
            && are_near(a.thickness, b.thickness)
    });
    planes && have_one_echo(a, b)
}

/// Whether two lengths are the same, or both unknown.
fn are_near(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= SAME_LENGTH_MM,
        (None, None) => true,
        _ => false,
    }
}

/// Joins all parts, else single slices apart from the others, else none.
fn join_group(parts: Vec<Stack>) -> Vec<Stack> {
    if let Some(joined) = joined(&parts) {
        return joined;
    }
    let (singles, blocks): (Vec<_>, Vec<_>) =
        parts.into_iter().partition(|part| part.slices.len() == 1);
    let sorts = [singles, blocks].into_iter();
    sorts
        .flat_map(|parts| joined(&parts).unwrap_or(parts))
        .collect()
}

/// The stack that parts are together, and the parts that later ones replace in it. Where each slice was acquired as often as every
/// other, that is as many stacks. `None` if the parts do not belong together.
fn joined(parts: &[Stack]) -> Option<Vec<Stack>> {
    let plane = parts.first()?.plane()?;
    let most_slices = parts.iter().map(|part| part.slices.len()).max()?;
    let places = places(parts, plane);
    let [fewest, most] = [
        places.iter().map(Vec::len).min()?,
        places.iter().map(Vec::len).max()?,
    ];
    let singles = most_slices == 1;
    // Of two blocks, one that lies where a third does could as well be a complete stack.
    let least_places = if singles || most == 1 { 2 } else { 3 };
    if places.len() < least_places || !fits(parts, most_slices) {
        return None;
    }
    let rounds: Vec<Vec<&Stack>> = if fewest == most {
        let round = |n| {
            places
                .iter()
                .filter_map(|place| place.get(n).copied())
                .collect()
        };
        (0..most).map(round).collect()
    } else {
        vec![
            places
                .iter()
                .filter_map(|place| place.last().copied())
                .collect(),
        ]
    };
    let wholes: Option<Vec<Stack>> = rounds.iter().map(|round| together(round)).collect();
    let mut wholes = wholes?;
    if !singles
        && wholes
            .iter()
            .any(|whole| whole.problem.is_some() || overlaps(whole, parts))
    {
        return None;
    }
    if let [whole] = wholes.as_mut_slice() {
        let replaced: Vec<Stack> = places.iter().flat_map(|place| replaced(place)).collect();
        whole.replaced = replaced
            .iter()
            .flat_map(|part| part.series.clone())
            .collect();
        whole.replaced.sort_by(|a, b| a.id.cmp(&b.id));
        wholes.extend(replaced);
    }
    Some(wholes)
}

/// Whether parts have the same number of slices, of which `most` is the largest; the last one may have fewer.
fn fits(parts: &[Stack], most: usize) -> bool {
    let (full, rest): (Vec<usize>, Vec<usize>) = parts
        .iter()
        .map(|part| part.slices.len())
        .partition(|&slices| slices == most);
    match rest.as_slice() {
        [] => true,
        &[last] => full.len() > 1 || last + 1 == most,
        _ => false,
    }
}

/// The parts at each place along the normal of a plane: those whose first and last slices lie at one position, in the order in
/// which they were acquired.
fn places<'a>(parts: &'a [Stack], plane: &Plane) -> Vec<Vec<&'a Stack>> {
    let offset = |slice: Option<&Slice>| {
        let position = slice.and_then(|slice| Some(slice.images.first()?.frame.plane?.position));
        position.map_or(0.0, |position| dot(position, plane.normal()))
    };
    let ends = |part: &Stack| [part.slices.first(), part.slices.last()].map(offset);
    let mut placed: Vec<([f64; 2], &Stack)> = parts.iter().map(|part| (ends(part), part)).collect();
    placed.sort_by(|([a, _], _), ([b, _], _)| a.total_cmp(b));
    let mut places: Vec<([f64; 2], Vec<&Stack>)> = Vec::new();
    for (ends, part) in placed {
        let near = |other: &[f64; 2]| {
            let mut pairs = ends.iter().zip(other);
            pairs.all(|(a, b)| (a - b).abs() < SAME_SLICE_MM)
        };
        match places.last_mut() {
            Some((other, parts)) if near(other) => parts.push(part),
            _ => places.push((ends, vec![part])),
        }
    }
    let in_time = |(_, mut parts): (_, Vec<&'a Stack>)| {
        parts.sort_by_cached_key(|part| time(part));
        parts
    };
    places.into_iter().map(in_time).collect()
}

/// When a part was acquired, as far as its numbers tell.
fn time(part: &Stack) -> (Option<i64>, Option<i64>, Option<String>) {
    let id = part.series.first().map(|series| &series.id);
    (
        id.and_then(|id| id.number),
        part.first().and_then(|frame| frame.timing.acquisition),
        id.map(|id| id.uid.clone()),
    )
}

/// The stack of all images of some parts; `None` if slices of two parts lie at one position.
fn together(parts: &[&Stack]) -> Option<Stack> {
    let slices = || parts.iter().flat_map(|part| &part.slices);
    let images: Vec<Image> = slices().flat_map(|slice| &slice.images).cloned().collect();
    let whole = stack(images);
    let problem = whole.problem.clone().or_else(|| turned(&whole));
    (whole.slices.len() == slices().count()).then_some(Stack { problem, ..whole })
}

/// The slice that is turned most, if that is more than slices of one series may be.
fn turned(whole: &Stack) -> Option<Problem> {
    let first = whole.plane()?;
    let planes = whole
        .slices
        .iter()
        .map(|slice| slice.images.first()?.frame.plane);
    let turned = planes.map(|plane| plane.map_or(0.0, |plane| plane.turned_by(first)));
    let (slice, degrees) = turned.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    (degrees > SAME_ORIENTATION_DEGREES).then_some(Problem::Turned {
        slice: slice + 1,
        degrees,
    })
}

/// Whether slices of a stack lie between those of its parts so closely that they overlap, or of unknown thickness.
fn overlaps(whole: &Stack, parts: &[Stack]) -> bool {
    let Some(distance_mm) = whole.distance_mm else {
        return true;
    };
    let mut own = parts
        .iter()
        .filter(|part| part.slices.len() > 1)
        .filter_map(|part| part.distance_mm);
    let between = own.any(|own_mm| (own_mm - distance_mm).abs() > SAME_LENGTH_MM);
    let thickness = whole.plane().and_then(|plane| plane.thickness);
    between && thickness.is_none_or(|mm| distance_mm < (1.0 - LARGEST_OVERLAP) * mm)
}

/// The parts at one place but the last one, which replaces them.
fn replaced(place: &[&Stack]) -> Vec<Stack> {
    let Some((last, earlier)) = place.split_last() else {
        return Vec::new();
    };
    let replaced = |part: &&Stack| Stack {
        problem: Some(Problem::AcquiredAgain(last.name())),
        ..(*part).clone()
    };
    earlier.iter().map(replaced).collect()
}
