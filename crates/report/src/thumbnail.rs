//! A small picture of a case for lists.

use myops_image::label::{Label, Region};
use myops_image::picture::{Picture, colour, greys};
use myops_image::sequence::Sequence;

use super::view::CaseView;

/// Pixels along each side.
const SIDE: usize = 128;

/// A PNG file: the slice with most scar (else most wall) on LGE, or what there is, with labels outlined.
pub fn thumbnail(view: &CaseView) -> Vec<u8> {
    let labels = view.labels();
    let [columns, _, slices] = labels.shape();
    let most = |region: Region| {
        let count = |k: usize| {
            labels
                .slice(k)
                .iter()
                .filter(|l| region.contains(**l))
                .count()
        };
        (0..slices)
            .map(|k| (count(k), k))
            .max_by_key(|(n, k)| (*n, slices - k))
            .filter(|(n, _)| *n > 0)
    };
    let k = most(Region::SCAR)
        .or_else(|| most(Region::WALL))
        .map_or(slices / 2, |(_, k)| k);
    let square = view.square();
    let image = [Sequence::Lge, Sequence::Bssfp, Sequence::T2]
        .into_iter()
        .find_map(|s| view.image(s));
    let greys = image.map(|image| greys(&square.cut(image.slice(k), columns, 0.0)));
    let shown = square.cut(labels.slice(k), columns, Label::Background);
    let [width, height] = square.size;
    let source = |x: usize, y: usize| (x * width / SIDE) + width * (y * height / SIDE);
    let mut picture = Picture::new(SIDE, SIDE, [40; 3]);
    for (x, y) in (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y))) {
        let at = source(x, y);
        if let Some(greys) = &greys {
            picture.set(x, y, [greys[at]; 3]);
        }
        let beside = [(x + 1, y), (x, y + 1), (x.max(1) - 1, y), (x, y.max(1) - 1)];
        let edge = beside
            .iter()
            .any(|(x, y)| *x < SIDE && *y < SIDE && shown[source(*x, *y)] != shown[at]);
        if let Some(colour) = colour(shown[at]).filter(|_| edge) {
            picture.set(x, y, colour);
        }
    }
    picture.to_png()
}
