//! Titled tiles in rows, such as augmentations of one slice.

use super::grey::greys_between;
use super::view::{View, draw_empty, draw_greys, draw_outlines};
use super::{BACKDROP, BRIGHT, DIM, GAP, MARGIN, Picture, TILE, font, legend};
use crate::label::Label;

/// One tile of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile {
    /// The title above it.
    pub title: String,
    /// The number of pixels in a row.
    pub width: usize,
    /// The number of rows.
    pub height: usize,
    /// Brightness from 0 to 1, row after row.
    pub gray: Vec<f32>,
    /// The labels that are outlined, row after row.
    pub labels: Option<Vec<Label>>,
}

/// The height of a title in pixels.
const TITLE: usize = 24;

/// A PNG file with the tiles in rows of `columns` (at least 1); each tile keeps its aspect ratio.
/// There is a legend if a tile has labels. A tile whose number of values does not match its size is
/// drawn empty.
pub fn sheet(tiles: &[Tile], columns: usize) -> Vec<u8> {
    let columns = columns.max(1);
    let rows = tiles.len().div_ceil(columns);
    let with_legend = tiles.iter().any(|t| t.labels.is_some());
    let (cell_width, cell_height) = (TILE + GAP, TITLE + TILE + GAP);
    let legend_top = MARGIN + rows * cell_height;
    let height = legend_top + MARGIN + if with_legend { 24 } else { 0 };
    let least = if with_legend { 700 } else { 0 };
    let mut picture = Picture::new(
        (2 * MARGIN + columns * cell_width - GAP).max(least),
        height,
        BACKDROP,
    );
    for (n, tile) in tiles.iter().enumerate() {
        let (x, y) = (
            MARGIN + n % columns * cell_width,
            MARGIN + n / columns * cell_height,
        );
        picture.text(x, y, &font::fitting(&tile.title, 2, TILE), 2, BRIGHT);
        draw_tile(&mut picture, x, y + TITLE, tile);
    }
    if with_legend {
        legend(&mut picture, MARGIN, legend_top + 4);
    }
    picture.to_png()
}

fn draw_tile(picture: &mut Picture, x: usize, y: usize, tile: &Tile) {
    let pixels = tile.width * tile.height;
    if pixels == 0
        || tile.gray.len() != pixels
        || tile.labels.as_ref().is_some_and(|l| l.len() != pixels)
    {
        draw_empty(picture, x, y, "no image", DIM);
        return;
    }
    let view = View::whole([tile.width, tile.height], [1.0, 1.0]);
    draw_greys(
        picture,
        x,
        y,
        &greys_between(&view.resample(&tile.gray), [0.0, 1.0]),
    );
    if let Some(labels) = &tile.labels {
        draw_outlines(picture, x, y, &view.resample_labels(labels));
    }
}

#[cfg(test)]
mod tests {
    use super::super::canvas::tests::decode;
    use super::*;

    #[test]
    fn tiles_fill_rows_and_show_their_greys() {
        let tile = |gray: f32, labels| Tile {
            title: "t".into(),
            width: 8,
            height: 8,
            gray: vec![gray; 64],
            labels,
        };
        let picture = decode(&sheet(
            &[tile(1.0, None), tile(0.0, None), tile(0.6, None)],
            2,
        ));
        assert_eq!(picture.width(), 2 * MARGIN + 2 * TILE + GAP);
        assert_eq!(picture.height(), 2 * MARGIN + 2 * (TITLE + TILE + GAP));
        let middle = MARGIN + TITLE + TILE / 2;
        assert_eq!(picture.get(MARGIN + TILE / 2, middle), Some([255; 3]));
        assert_eq!(
            picture.get(MARGIN + TILE / 2 + TILE + GAP, middle),
            Some([0; 3])
        );
        assert_eq!(
            picture.get(MARGIN + TILE / 2, middle + TITLE + TILE + GAP),
            Some([153; 3])
        );
        let outlined = decode(&sheet(&[tile(0.0, Some(vec![Label::Edema; 64]))], 1));
        assert!(
            outlined.height() > 2 * MARGIN + TITLE + TILE + GAP,
            "a legend follows"
        );
        assert!(
            !sheet(
                &[Tile {
                    width: 9,
                    ..tile(0.0, None)
                }],
                0
            )
            .is_empty()
        );
    }
}
