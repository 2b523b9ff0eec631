//! The slices of a study: its sequences, and its labels as outlines.

use super::grey::greys;
use super::view::{View, draw_empty, draw_greys, draw_outlines};
use super::{BACKDROP, BRIGHT, DIM, GAP, MARGIN, Picture, TILE, font, legend};
use crate::label::LabelMap;
use crate::sequence::{PerSequence, Sequence};
use crate::volume::Volume;

/// The margin around the heart, mm.
const AROUND_HEART_MM: f32 = 25.0;
/// The height of the header with the case's name, and of a line of column titles, in pixels.
const HEADER: usize = 40;
const TITLES: usize = 28;
/// The height of the legend, in pixels.
const LEGEND: usize = 24;

/// A PNG file with one row for each slice: bSSFP, LGE, T2, and the labels outlined on LGE (without
/// LGE on bSSFP, without both on T2). With a reference there is a fifth column, with the reference
/// outlined on the same image. All rows show the same square: the heart with a margin of 25 mm, or
/// the whole slice if no voxel is labelled. The grey scale of each image is from its 1st to its
/// 99th percentile within the square.
///
/// # Panics
/// If an image or the reference has another shape than the labels.
pub fn panel(
    title: &str,
    images: &Images,
    labels: &LabelMap,
    reference: Option<&LabelMap>,
) -> Vec<u8> {
    let maps: Vec<_> = [("labels", labels)]
        .into_iter()
        .chain(reference.map(|map| ("reference", map)))
        .collect();
    draw(title, images, &maps).to_png()
}

/// The image of each sequence, if there is one.
type Images = PerSequence<Option<Volume<f32>>>;

fn draw(title: &str, images: &Images, maps: &[(&str, &LabelMap)]) -> Picture {
    let shape = maps[0].1.shape();
    for (name, map) in maps {
        assert_eq!(map.shape(), shape, "{name}: another shape than the labels'");
    }
    for (sequence, image) in images
        .iter()
        .filter_map(|(s, image)| Some((s, image.as_ref()?)))
    {
        assert_eq!(
            image.shape(),
            shape,
            "{sequence}: another shape than the labels'"
        );
    }
    let slices = shape[2];
    let columns = Sequence::ALL.len() + maps.len();
    let across = |n: usize| MARGIN + n * (TILE + GAP);
    let first_row = MARGIN + HEADER + TITLES;
    let down = |n: usize| first_row + n * (TILE + GAP);
    let mut picture = Picture::new(
        across(columns) - GAP + MARGIN,
        down(slices) + LEGEND + MARGIN,
        BACKDROP,
    );
    let room = picture.width() - 2 * MARGIN;
    picture.text(MARGIN, MARGIN, &font::fitting(title, 3, room), 3, BRIGHT);
    let names = Sequence::ALL
        .iter()
        .map(|s| s.name())
        .chain(maps.iter().map(|(name, _)| *name));
    for (n, name) in names.enumerate() {
        picture.text(across(n), MARGIN + HEADER, name, 2, DIM);
    }
    let view = view_of_heart(maps);
    for k in 0..slices {
        draw_slice(&mut picture, images, maps, k, &view, |n| {
            (across(n), down(k))
        });
        picture.text(
            MARGIN + 6,
            down(k) + 6,
            &format!("{}/{slices}", k + 1),
            2,
            BRIGHT,
        );
    }
    legend(&mut picture, MARGIN, down(slices) + 4);
    picture
}

fn draw_slice(
    picture: &mut Picture,
    images: &Images,
    maps: &[(&str, &LabelMap)],
    k: usize,
    view: &View,
    place: impl Fn(usize) -> (usize, usize),
) {
    let tile_of = |s: Sequence| {
        images[s]
            .as_ref()
            .map(|image| greys(&view.resample(image.slice(k))))
    };
    let tiles = Sequence::ALL.map(tile_of);
    for (n, (tile, sequence)) in tiles.iter().zip(Sequence::ALL).enumerate() {
        let (x, y) = place(n);
        match tile {
            Some(tile) => draw_greys(picture, x, y, tile),
            None => draw_empty(picture, x, y, &format!("no {sequence}"), DIM),
        }
    }
    let [bssfp, lge, t2] = tiles;
    if let Some(under) = lge.or(bssfp).or(t2) {
        for (n, (_, map)) in maps.iter().enumerate() {
            let (x, y) = place(Sequence::ALL.len() + n);
            draw_greys(picture, x, y, &under);
            draw_outlines(picture, x, y, &view.resample_labels(map.slice(k)));
        }
    }
}

/// The square around all labelled voxels of all maps.
fn view_of_heart(maps: &[(&str, &LabelMap)]) -> View {
    let ([ni, nj, _], [di, dj, _]) = (maps[0].1.shape(), maps[0].1.spacing().mm());
    let mm = [di as f32, dj as f32];
    let boxes = maps.iter().filter_map(|(_, map)| map.labelled_box());
    let all = boxes
        .map(|[i, j, _]| ([i.start, j.start], [i.end - 1, j.end - 1]))
        .reduce(|(low, high), (l, h)| {
            (
                [low[0].min(l[0]), low[1].min(l[1])],
                [high[0].max(h[0]), high[1].max(h[1])],
            )
        });
    match all {
        Some((low, high)) => View::around([ni, nj], mm, low, high, AROUND_HEART_MM),
        None => View::whole([ni, nj], mm),
    }
}

#[cfg(test)]
mod tests {
    use super::super::canvas::tests::decode;
    use super::super::colour;
    use super::*;
    use crate::geometry::{Affine, Grid, Spacing};
    use crate::label::Label;

    fn images_and_labels() -> (Images, LabelMap) {
        let grid = Grid::new(
            [100, 90, 2],
            Affine::from_spacing(Spacing::new_mm([1.0, 1.0, 12.0]).unwrap()),
        )
        .unwrap();
        let image = Volume::from_fn(grid, |[i, j, k]| (i + 2 * j + k) as f32);
        let labels = Volume::from_fn(grid, |[i, j, k]| {
            if k == 1 && (40..60).contains(&i) && (30..50).contains(&j) {
                Label::Scar
            } else {
                Label::Background
            }
        });
        (
            PerSequence {
                lge: Some(image),
                ..PerSequence::default()
            },
            labels,
        )
    }

    #[test]
    fn an_outline_has_its_colour_where_the_label_ends() {
        let (images, labels) = images_and_labels();
        let picture = decode(&panel("Case1", &images, &labels, Some(&labels)));
        assert_eq!(picture.width(), 2 * MARGIN + 5 * TILE + 4 * GAP);
        assert_eq!(
            picture.height(),
            2 * MARGIN + HEADER + TITLES + LEGEND + 2 * (TILE + GAP)
        );
        // The square is 70 mm wide and starts at column 15: the label's left edge lies 25 mm into it.
        let edge = (25.0 / 70.0 * TILE as f32).round() as usize;
        for column in [3, 4] {
            let (x, y) = (
                MARGIN + column * (TILE + GAP) + edge,
                MARGIN + HEADER + TITLES + TILE + GAP + TILE / 2,
            );
            assert!((x - 1..=x + 1).any(|x| picture.get(x, y) == colour(Label::Scar)));
            assert!(
                (x + 4..x + 60)
                    .all(|x| picture.get(x, y).is_some_and(|[r, g, b]| r == g && g == b))
            );
        }
    }

    #[test]
    fn without_labels_the_whole_slice_is_shown() {
        let (images, labels) = images_and_labels();
        let none = labels.map(|_| Label::Background);
        assert_eq!(
            view_of_heart(&[("labels", &none)]),
            View::whole([100, 90], [1.0, 1.0])
        );
        let y = MARGIN + HEADER + TITLES + 60;
        let picture = decode(&panel("Case1", &images, &none, None));
        assert_eq!(
            picture.get(MARGIN + 3, y),
            Some(super::super::EMPTY),
            "a missing sequence is an empty tile"
        );
    }
}
