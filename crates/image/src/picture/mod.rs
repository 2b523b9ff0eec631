//! Pictures of studies, labels and training curves, as the bytes of a PNG file.
//!
//! Pixels are drawn in storage order: a row of the picture is `j` and a column is `i`, whatever
//! their directions in the patient.
//!
//! ```
//! use myops_image::picture::Picture;
//!
//! let mut picture = Picture::new(120, 20, [0, 0, 0]);
//! picture.text(4, 6, "a title", 1, [255, 255, 255]);
//! picture.line((0.0, 18.0), (120.0, 18.0), 1.0, [255, 0, 0]);
//! assert!(picture.to_png().starts_with(b"\x89PNG"));
//! ```

mod canvas;
mod curves;
mod encode;
mod font;
mod grey;
mod panel;
mod sheet;
mod view;

pub use canvas::{Picture, Rgb};
pub use curves::{Series, curves};
pub use encode::grey_png;
pub use grey::greys;
pub use panel::panel;
pub use sheet::{Tile, sheet};

use crate::label::Label;

/// The background.
const BACKDROP: Rgb = [18, 20, 24];
/// The background of a tile without an image.
const EMPTY: Rgb = [34, 37, 43];
/// Titles.
const BRIGHT: Rgb = [235, 237, 240];
/// Numbers and notes.
const DIM: Rgb = [150, 156, 165];
/// The side of a tile in pixels.
const TILE: usize = 256;
/// The gap between tiles, pixels.
const GAP: usize = 8;
/// The margin around all tiles, pixels.
const MARGIN: usize = 16;

/// The colour (sRGB) of a label in every picture; background has none.
pub fn colour(label: Label) -> Option<Rgb> {
    match label {
        Label::Background => None,
        Label::Scar => Some([0xD5, 0x5E, 0x00]),
        Label::Edema => Some([0xF0, 0xE4, 0x42]),
        Label::Myocardium => Some([0x00, 0x9E, 0x73]),
        Label::LvPool => Some([0x56, 0xB4, 0xE9]),
        Label::RvPool => Some([0xCC, 0x79, 0xA7]),
    }
}

/// Draws the names of the labels in their colours, in one line that begins at `(x, y)`.
fn legend(picture: &mut Picture, mut x: usize, y: usize) {
    for label in [
        Label::Scar,
        Label::Edema,
        Label::Myocardium,
        Label::LvPool,
        Label::RvPool,
    ] {
        let Some(colour) = colour(label) else {
            continue;
        };
        picture.fill(x, y + 2, 12, 12, colour);
        picture.text(x + 18, y, label.name(), 2, BRIGHT);
        x += 18 + font::width(label.name(), 2) + 24;
    }
}
