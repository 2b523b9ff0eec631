//! The sequences of an exam brought onto the stack of slices of one of them.

use crate::exam::{Acquisition, Storage, THICKEST_MM};
use crate::geometry::{Grid, Plane};
use crate::label::{Label, LabelMap};
use crate::orientation::Orientation;
use crate::resample::{Slab, nearest, onto};
use crate::volume::Volume;

use super::error::{Apart, MOST_FROM_AXIS_DEGREES, MOST_TILT_DEGREES, StudyError};
use super::place::same_place;
use super::unseen::{is_blank, saturated_slices};

/// A sequence on the slices of a stack.
pub struct Gathered {
    /// 0 in slices that show nothing.
    pub volume: Volume<f32>,
    pub acquired: Acquired,
}

/// How a sequence was acquired, and what of it lies in the slices of a stack.
#[derive(Debug, Clone, PartialEq)]
pub struct Acquired {
    pub storage: Storage,
    /// For each slice of the stack, whether the sequence was imaged there, and is neither saturated nor, unlike others, blank.
    pub imaged: Vec<bool>,
    /// For each slice of the stack, whether the sequence is saturated there.
    pub saturated: Vec<bool>,
}

impl Gathered {
    fn of(mut volume: Volume<f32>, mut imaged: Vec<bool>, storage: &Storage) -> Self {
        let saturated = saturated_slices(&volume);
        let blank: Vec<bool> = (0..imaged.len()).map(|k| is_blank(&volume, k)).collect();
        // An image that has one value in every slice may have been made so.
        let shows_something = blank.contains(&false);
        for k in 0..imaged.len() {
            if saturated[k] {
                volume.slice_mut(k).fill(0.0);
            }
            let shows_nothing = saturated[k] || (blank[k] && shows_something);
            imaged[k] &= !shows_nothing;
        }
        let storage = storage.clone();
        Self {
            volume,
            acquired: Acquired {
                storage,
                imaged,
                saturated,
            },
        }
    }
}

/// Brings a sequence onto the slices of another, the stack.
///
/// # Errors
/// Where it is tilted too far, or shows nothing of the stack.
pub fn gather(stack: &Acquisition<f32>, image: &Acquisition<f32>) -> Result<Gathered, StudyError> {
    let (target, first) = (stack.volume().grid(), stack.storage());
    let (volume, storage) = (image.volume(), image.storage());
    if let Ok(turned) = same_voxels(first, storage) {
        let volume = turned.store(volume.clone(), target);
        return Ok(Gathered::of(volume, vec![true; target.shape()[2]], storage));
    }
    let relation = volume.grid().relation_to(target);
    let (what, first_name) = (storage.name().to_owned(), first.name().to_owned());
    if relation.angle_degrees > MOST_TILT_DEGREES {
        return Err(StudyError::Tilted {
            what,
            first: first_name,
            degrees: relation.angle_degrees,
        });
    }
    let thickness = Slab::of(first.slab().mm().min(THICKEST_MM));
    let (gathered, imaged) = onto(volume, storage.shown(), target, thickness);
    if !imaged.contains(&true) {
        return Err(StudyError::Apart {
            what,
            first: first_name,
            apart: apart(volume.grid(), target),
        });
    }
    Ok(Gathered::of(gathered, imaged, storage))
}

/// The order that lays a stored volume, once it is on canonical axes, on another's canonical axes.
///
/// # Errors
/// Where the two do not hold the same voxels.
pub fn same_voxels(first: &Storage, other: &Storage) -> Result<Orientation, StudyError> {
    let order = same_place((first.name(), first.grid()), (other.name(), other.grid()))?;
    // Both are on canonical axes, so this changes nothing, unless rounding in one of two headers
    // exchanges axes that are equally steep.
    Ok(other.turn().inverse().then(order).then(first.turn()))
}

/// The labels of a study on the voxels of one of its sequences, in the order of that one's file.
pub fn labels_on(storage: &Storage, stack: &Storage, labels: &LabelMap) -> LabelMap {
    if let Ok(order) = same_place(
        (storage.name(), storage.grid()),
        (stack.name(), stack.grid()),
    ) {
        let stored = stack.stored(labels);
        return order.apply_onto(&stored, storage.grid()).into_owned();
    }
    let own = storage.turn().grid(storage.grid());
    let there = nearest(labels, stack.slab(), &own, Label::Background);
    storage.stored(&there).into_owned()
}

/// How far a grid lies from the stack that it shows nothing of.
fn apart(grid: &Grid, stack: &Grid) -> Apart {
    let relation = grid.relation_to(stack);
    let reach = |grid: &Grid| grid.spacing().mm()[2] * (grid.shape()[2] - 1) as f64 / 2.0;
    let gap_mm = relation.through_plane_mm - reach(grid) - reach(stack);
    if gap_mm > 0.0 {
        Apart::Slices { gap_mm }
    } else {
        let centres_mm = relation.in_plane_mm.hypot(relation.through_plane_mm);
        Apart::Fields { centres_mm }
    }
}

/// Refuses slices along the axis of the heart.
///
/// # Errors
/// Where their plane is that of a long-axis view.
pub fn check_short_axis(storage: &Storage) -> Result<(), StudyError> {
    match storage.grid().plane() {
        Plane::Oblique {
            from_long_axis_degrees: degrees,
        } if degrees > MOST_FROM_AXIS_DEGREES => Err(StudyError::LongAxis {
            what: storage.name().into(),
            degrees,
        }),
        _ => Ok(()),
    }
}
