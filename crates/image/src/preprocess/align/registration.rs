//! The shifts of all sequences and of their slices, measured and undone.

use std::iter::once;

use rayon::prelude::*;

use super::edges::{Edges, Scores};
use super::field::{Field, PIXEL_MM};
use super::shift::{BOTH, EDGES, LGE, Misalignment};
use super::slices::{SliceShift, apart};
use crate::preprocess::framing::HeartCentre;
use crate::sequence::{PerSequence, Sequence};
use crate::study::STACKS;
use crate::volume::Volume;

/// The largest shift that is searched along each axis, pixels: 12 mm. A breath-hold moves the heart
/// by up to 10 mm.
const REACH: usize = 6;

/// The overlap of the anatomy in each slice of two sequences when the second is shifted by a distance
/// in mm, `[row, column]`.
pub type Overlap<'a> = &'a (dyn Fn(Sequence, Sequence, [f64; 2]) -> Vec<f64> + Sync);

/// How a sequence lies relative to the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Registration {
    /// The shift of the sequence.
    pub whole: Misalignment,
    /// Slices that certainly lie elsewhere than the sequence, as those of other breath-holds do.
    pub slices: Vec<SliceShift>,
}

/// Measures the shift of each sequence relative to those before it, around the heart, by edges and, if
/// `overlap` is given, by anatomy. The first, which stays where it is, is that of `stack`, on which
/// labels are drawn, else the first of [`STACKS`] that is there; LGE, bSSFP and T2 follow in this order.
/// It is `None` for the first sequence and for missing ones. All images must share one grid of
/// canonical axes, as those of a study do.
///
/// If LGE is the first, and bSSFP and T2 are nearer to one another than either is to LGE, LGE is the misaligned one.
///
/// Where the anatomy is known, slices are measured by themselves too; few pixels tell of one slice, so
/// that edges and anatomy both have to agree better by far.
pub fn registration(
    images: &PerSequence<Option<Volume<f32>>>,
    stack: Sequence,
    heart: Option<HeartCentre>,
    overlap: Option<Overlap>,
) -> PerSequence<Option<Registration>> {
    let mut found = PerSequence::default();
    let is_there = |sequence: Sequence| Some((sequence, images[sequence].as_ref()?.grid()));
    let Some((first, grid)) = once(stack).chain(STACKS).find_map(is_there) else {
        return found;
    };
    let field = Field::about(grid, heart);
    let others = [Sequence::Lge, Sequence::Bssfp, Sequence::T2];
    let others = others.into_iter().filter(|sequence| *sequence != first);
    let mut fixed = Vec::new();
    for sequence in once(first).chain(others) {
        let Some(image) = &images[sequence] else {
            continue;
        };
        let anatomy = overlap.map(|overlap| {
            Scores::of_slices(REACH, |shift| {
                overlap(first, sequence, shift.map(|s| f64::from(s) * PIXEL_MM))
            })
        });
        let edges = compare(&fixed, &field.edges(image, [0.0; 2], 1.0, REACH));
        found[sequence] = edges.and_then(|edges| register(&edges, anatomy.as_deref()));
        let shift_mm = found[sequence].as_ref();
        let shift_mm = shift_mm.map_or([0.0; 2], |r: &Registration| r.whole.shift_mm);
        fixed.push(field.edges(image, shift_mm, 1.0, REACH));
    }
    odd_one_out(found)
}

/// The shift of each sequence as a whole, as [`registration`] measures it.
pub fn misalignment(
    images: &PerSequence<Option<Volume<f32>>>,
    stack: Sequence,
    heart: Option<HeartCentre>,
    overlap: Option<Overlap>,
) -> PerSequence<Option<Misalignment>> {
    registration(images, stack, heart, overlap).map(|r| r.map(|r| r.whole))
}

/// How a sequence lies by the scores of its slices, of edges and of anatomy where it is known.
fn register(edges: &[Scores], anatomy: Option<&[Scores]>) -> Option<Registration> {
    let sum = |slices: &[Scores]| slices.iter().cloned().reduce(|sum, s| sum.sum(&s));
    let of_anatomy = anatomy.and_then(sum).and_then(Scores::relative);
    let whole = misaligned(sum(edges)?.relative()?, of_anatomy);
    let slices = anatomy.map(|anatomy| apart(&whole, edges, anatomy));
    Some(Registration {
        whole,
        slices: slices.unwrap_or_default(),
    })
}

/// The agreement of the edges of each slice of a sequence with those of all others for each shift.
fn compare(fixed: &[Vec<Edges>], moving: &[Edges]) -> Option<Vec<Scores>> {
    let of_slice = |(k, moving): (usize, &Edges)| {
        let scores = |fixed: &Vec<Edges>| {
            Scores::of(REACH, |shift| fixed[k].agreement(moving, shift, REACH))
        };
        fixed
            .iter()
            .map(scores)
            .reduce(|sum, scores| sum.sum(&scores))
    };
    moving.par_iter().enumerate().map(of_slice).collect()
}

/// The shift with the best score.
fn misaligned(edges: Scores, anatomy: Option<Scores>) -> Misalignment {
    let (threshold, scores, rest) = match anatomy {
        None => (EDGES, edges, 1.0),
        Some(anatomy) => (BOTH, edges.sum(&anatomy), 2.0),
    };
    let (shift, moved) = scores.best();
    threshold.judge(shift.map(|s| s * PIXEL_MM), moved / rest - 1.0)
}

/// Attributes the misalignment to LGE if one of the others is certainly misaligned, but both are
/// nearer to one another than to LGE.
fn odd_one_out(found: PerSequence<Option<Registration>>) -> PerSequence<Option<Registration>> {
    let PerSequence {
        bssfp: Some(Registration { whole: bssfp, .. }),
        lge: None,
        t2: Some(Registration { whole: t2, .. }),
    } = found
    else {
        return found;
    };
    let apart = (bssfp.shift_mm[0] - t2.shift_mm[0]).hypot(bssfp.shift_mm[1] - t2.shift_mm[1]);
    if !(bssfp.clear || t2.clear) || apart >= bssfp.distance_mm().min(t2.distance_mm()) {
        return found;
    }
    let shift_mm = [0, 1].map(|axis| -(bssfp.shift_mm[axis] + t2.shift_mm[axis]) / 2.0);
    PerSequence {
        bssfp: None,
        lge: Some(Registration {
            whole: LGE.judge(shift_mm, bssfp.gain.max(t2.gain)),
            slices: Vec::new(),
        }),
        t2: None,
    }
}

impl Registration {
    /// Whether something is certainly misaligned.
    pub(super) fn moves(&self) -> bool {
        self.whole.clear || !self.slices.is_empty()
    }

    /// The certain shift of a slice, mm.
    pub(super) fn shift_mm(&self, slice: usize) -> [f64; 2] {
        let own = self.slices.iter().find(|own| own.slice == slice);
        own.map_or(self.whole.certain_mm(), |own| own.shift_mm)
    }
}
