//! Which planes are the short axis: the ones that most candidates share.

use super::words::{OTHER_VIEW, SHORT_AXIS, Words};
use crate::image::Plane;

/// The largest angle between planes of one view, degrees.
pub const SAME_VIEW_DEGREES: f64 = 30.0;

/// A stack that could be a sequence.
pub struct View<'a> {
    /// The sequence, as a number.
    pub role: usize,
    /// The plane of its slices.
    pub plane: Plane,
    /// Its slices.
    pub slices: usize,
    /// The description of its series.
    pub description: &'a str,
}

/// The plane that the short-axis stacks among the candidates share: of the planes within 30 degrees of one another, those that a
/// description calls short axis; else those of the most sequences; else of the most slices. Stacks that their description calls
/// another view do not count. `None` if two planes are as good.
pub fn short_axis(views: &[View]) -> Option<Plane> {
    let counted: Vec<&View> = views
        .iter()
        .filter(|view| Words::of(view.description).find(&OTHER_VIEW).is_none())
        .collect();
    let score = |plane: &Plane| {
        let same = counted
            .iter()
            .filter(|view| view.plane.angle_to(plane) <= SAME_VIEW_DEGREES);
        let (mut named, mut roles, mut slices) = (false, [false; 3], 0);
        for view in same {
            named |= Words::of(view.description).find(&SHORT_AXIS).is_some();
            slices += view.slices;
            if let Some(role) = roles.get_mut(view.role) {
                *role = true;
            }
        }
        (named, roles.iter().filter(|role| **role).count(), slices)
    };
    let best = counted.iter().max_by_key(|view| score(&view.plane))?.plane;
    let rival = |view: &&&View| {
        score(&view.plane) == score(&best) && view.plane.angle_to(&best) > SAME_VIEW_DEGREES
    };
    counted.iter().find(rival).is_none().then_some(best)
}
