//! Which phase of a cine is taken.

use crate::error::DicomError;
use crate::stack::{Image, Phases, Problem, Slice, Stack};

/// Which phase of the cine is taken.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum PhaseChoice {
    /// The one whose trigger time is nearest to that of the LGE images, because the other sequences are compared with them; the
    /// first after the R wave (end diastole) if they have no trigger time.
    #[default]
    Automatic,
    /// The phase with this number, counted from 1 in the order of trigger times.
    Number(usize),
    /// The one nearest to this time after the R wave, ms.
    AtMs(f64),
}

/// The phase of the cine that was taken. Breath-holds differ, so that each slice has its own times: those here are of the slice in
/// the middle.
#[derive(Debug, Clone, PartialEq)]
pub struct TakenPhase {
    /// Its number, counted from 1.
    pub number: usize,
    /// The trigger times of all phases, ms.
    pub times_ms: Vec<f64>,
    /// The trigger time of the LGE images, ms, if it was chosen by that.
    pub lge_ms: Option<f64>,
}

/// The trigger time of the images in the middle of a stack with one image a slice, if it is not 0.
pub fn usual_trigger_ms(stack: &Stack) -> Option<f64> {
    if stack.phases != Phases::One {
        return None;
    }
    let trigger = |slice: &Slice| slice.images.first()?.frame.timing.trigger_ms;
    let mut times: Vec<f64> = stack
        .slices
        .iter()
        .filter_map(trigger)
        .filter(|&ms| ms > 0.0)
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}

/// The image of each slice of a stack with one image a slice.
///
/// # Errors
/// [`DicomError::Stack`] if a slice has several.
pub fn only<'a>(stack: &'a Stack, series: &str) -> Result<Vec<&'a Image>, DicomError> {
    let image = |(n, slice): (usize, &'a Slice)| match slice.images.as_slice() {
        [image] => Ok(image),
        images => Err(DicomError::Stack {
            series: series.into(),
            problem: Problem::Duplicates {
                slice: n + 1,
                count: images.len(),
            },
        }),
    };
    stack.slices.iter().enumerate().map(image).collect()
}

/// The image of one phase of each slice of a cine.
///
/// # Errors
/// [`DicomError::NoPhase`] if a slice lacks the phase.
pub fn take<'a>(
    stack: &'a Stack,
    choice: PhaseChoice,
    lge_ms: Option<f64>,
    series: &str,
) -> Result<(Vec<&'a Image>, TakenPhase), DicomError> {
    let (index, at_ms) = match choice {
        PhaseChoice::Number(number) => (number.saturating_sub(1), None),
        PhaseChoice::AtMs(ms) => (0, Some(ms)),
        PhaseChoice::Automatic => (0, lge_ms),
    };
    let place = |slice: &Slice| at_ms.map_or(index, |ms| nearest(slice, ms));
    let image = |(n, slice): (usize, &'a Slice)| {
        slice
            .images
            .get(place(slice))
            .ok_or_else(|| DicomError::NoPhase {
                series: series.into(),
                phase: index + 1,
                slice: n + 1,
                phases: slice.images.len(),
            })
    };
    let images = stack
        .slices
        .iter()
        .enumerate()
        .map(image)
        .collect::<Result<_, _>>()?;
    let middle = stack.slices.get(stack.slices.len() / 2);
    Ok((
        images,
        TakenPhase {
            number: 1 + middle.map_or(index, place),
            times_ms: middle.map_or_else(Vec::new, |slice| times_ms(slice).collect()),
            lge_ms: lge_ms.filter(|_| choice == PhaseChoice::Automatic),
        },
    ))
}

fn times_ms(slice: &Slice) -> impl Iterator<Item = f64> {
    slice
        .images
        .iter()
        .filter_map(|image| image.frame.timing.trigger_ms)
}

/// The phase of a slice whose trigger time is nearest to `ms`.
fn nearest(slice: &Slice, ms: f64) -> usize {
    let distance = times_ms(slice).map(|time| (time - ms).abs()).enumerate();
    distance
        .min_by(|(_, a), (_, b)| a.total_cmp(b))
        .map_or(0, |(n, _)| n)
}
