//! A raster picture in memory, with drawing operations.

use super::encode::{Samples, encode};
use super::font;

/// Red, green, blue (sRGB).
pub type Rgb = [u8; 3];

/// Pictures with more colours than this, greys not counted, are written without a palette.
const MOST_COLOURS: usize = 32;

/// A picture of at least one pixel; rows from the top, pixels from the left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

impl Picture {
    /// A picture of one colour; a side of 0 becomes 1 pixel.
    pub fn new(width: usize, height: usize, colour: Rgb) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        Self {
            width,
            height,
            rgb: colour.repeat(width * height),
        }
    }

    /// The number of pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The number of rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The colour of a pixel; `None` outside the picture.
    pub fn get(&self, x: usize, y: usize) -> Option<Rgb> {
        (x < self.width && y < self.height).then(|| {
            let at = 3 * (x + y * self.width);
            [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
        })
    }

    /// Sets the colour of a pixel; has no effect outside the picture.
    pub fn set(&mut self, x: usize, y: usize, colour: Rgb) {
        if x < self.width && y < self.height {
            let at = 3 * (x + y * self.width);
            self.rgb[at..at + 3].copy_from_slice(&colour);
        }
    }

    /// Blends a colour into a pixel; `share` is the weight of the colour, 0 to 1.
    pub fn blend(&mut self, x: usize, y: usize, colour: Rgb, share: f32) {
        if let Some(under) = self.get(x, y) {
            let mixed = [0, 1, 2].map(|c| {
                (f32::from(under[c]) + share * (f32::from(colour[c]) - f32::from(under[c]))).round()
                    as u8
            });
            self.set(x, y, mixed);
        }
    }

    /// Fills a rectangle, clipped to the picture.
    pub fn fill(&mut self, x: usize, y: usize, width: usize, height: usize, colour: Rgb) {
        for row in y..(y + height).min(self.height) {
            for column in x..(x + width).min(self.width) {
                self.set(column, row, colour);
            }
        }
    }

    /// Draws text with its upper left corner at `(x, y)`; each dot of a letter is `scale` pixels
    /// wide.
    pub fn text(&mut self, x: usize, y: usize, text: &str, scale: usize, colour: Rgb) {
        for (n, letter) in text.chars().enumerate() {
            let left = x + n * font::ADVANCE * scale;
            for (column, dots) in font::columns(letter).into_iter().enumerate() {
                for row in (0..font::HEIGHT).filter(|row| dots >> row & 1 == 1) {
                    self.fill(left + column * scale, y + row * scale, scale, scale, colour);
                }
            }
        }
    }

    /// Draws an antialiased line, `width` pixels wide, between two points in pixels; `(0.5, 0.5)`
    /// is the centre of the first pixel.
    pub fn line(&mut self, from: (f32, f32), to: (f32, f32), width: f32, colour: Rgb) {
        let reach = width / 2.0 + 1.0;
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length2 = (dx * dx + dy * dy).max(1e-6);
        let span = |a: f32, b: f32, end: usize| {
            ((a.min(b) - reach).max(0.0) as usize)
                ..((a.max(b) + reach).max(0.0) as usize + 1).min(end)
        };
        for y in span(from.1, to.1, self.height) {
            for x in span(from.0, to.0, self.width) {
                let (px, py) = (x as f32 + 0.5 - from.0, y as f32 + 0.5 - from.1);
                let along = ((px * dx + py * dy) / length2).clamp(0.0, 1.0);
                let distance = (px - along * dx).hypot(py - along * dy);
                let share = (width / 2.0 + 0.5 - distance).clamp(0.0, 1.0);
                if share > 0.0 {
                    self.blend(x, y, colour, share);
                }
            }
        }
    }

    /// The bytes of a PNG file of this picture. With few colours it has a palette, in which greys take the places that
    /// the colours leave, evenly from black to white: none is off by more than one level of 255. The file takes a sixth
    /// of the time.
    ///
    /// # Panics
    /// Never: a picture of at least one pixel can be encoded in memory.
    pub fn to_png(&self) -> Vec<u8> {
        let size = [self.width, self.height];
        let Some(colours) = self.colours() else {
            return encode(size, &Samples::Rgb(&self.rgb));
        };
        let (palette, places) = self.indexed(&colours);
        encode(
            size,
            &Samples::Indexed {
                palette: &palette,
                places: &places,
            },
        )
    }

    /// The colours that are not grey; `None` if there are many.
    fn colours(&self) -> Option<Vec<Rgb>> {
        let mut colours: Vec<Rgb> = Vec::new();
        for [r, g, b] in self.pixels() {
            if (r, g) != (g, b) && !colours.contains(&[r, g, b]) {
                colours.push([r, g, b]);
            }
            if colours.len() > MOST_COLOURS {
                return None;
            }
        }
        Some(colours)
    }

    /// A palette of greys and these colours, and the place in it of each pixel.
    fn indexed(&self, colours: &[Rgb]) -> (Vec<u8>, Vec<u8>) {
        let white = 255 - colours.len();
        let grey = |level: usize| ((255 * level + white / 2) / white) as u8;
        let level = |grey: u8| ((white * usize::from(grey) + 127) / 255) as u8;
        let levels: [u8; 256] = std::array::from_fn(|v| level(v as u8));
        let greys = (0..=white).flat_map(|level| [grey(level); 3]);
        let palette = greys.chain(colours.iter().flatten().copied()).collect();
        let place = |[r, g, b]: Rgb| {
            if (r, g) == (g, b) {
                return levels[usize::from(r)];
            }
            let at = colours.iter().position(|colour| *colour == [r, g, b]);
            at.map_or(0, |at| (white + 1 + at) as u8)
        };
        (palette, self.pixels().map(place).collect())
    }

    fn pixels(&self) -> impl Iterator<Item = Rgb> {
        self.rgb.chunks_exact(3).map(|rgb| [rgb[0], rgb[1], rgb[2]])
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Reads a PNG file back.
    pub(in super::super) fn decode(bytes: &[u8]) -> Picture {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut rgb).unwrap();
        assert_eq!(info.color_type, png::ColorType::Rgb);
        Picture {
            width: info.width as usize,
            height: info.height as usize,
            rgb,
        }
    }

    #[test]
    fn a_png_decodes_to_what_was_drawn() {
        let mut picture = Picture::new(40, 20, [1, 2, 3]);
        picture.text(2, 2, "Ag 0", 1, [255, 255, 255]);
        picture.line((1.0, 1.0), (60.0, 19.0), 1.5, [200, 0, 0]);
        assert_eq!(decode(&picture.to_png()), picture);
        assert_eq!(decode(&Picture::new(0, 0, [9, 9, 9]).to_png()).width(), 1);
    }

    #[test]
    fn a_palette_keeps_colours_and_all_but_keeps_greys() {
        for colours in [0, 1, MOST_COLOURS, MOST_COLOURS + 1] {
            let mut picture = Picture::new(256, 2, [0; 3]);
            (0..=255).for_each(|v| picture.set(usize::from(v), 0, [v; 3]));
            (0..colours).for_each(|n| picture.set(n, 1, [200, n as u8, 7]));
            let decoded = decode(&picture.to_png());
            let off = picture.rgb.iter().zip(&decoded.rgb);
            let off: Vec<u8> = off.map(|(a, b)| a.abs_diff(*b)).collect();
            let (greys, drawn) = off.split_at(3 * 256);
            let exact = colours == 0 || colours > MOST_COLOURS;
            assert_eq!(*greys.iter().max().unwrap(), u8::from(!exact), "{colours}");
            assert!(drawn.iter().all(|off| *off == 0), "{colours}");
            assert_eq!((greys[0], greys[3 * 255]), (0, 0), "black and white stay");
        }
    }

    #[test]
    fn a_line_colours_its_middle_fully_and_nothing_far_away() {
        let mut picture = Picture::new(20, 9, [0; 3]);
        picture.line((2.5, 4.5), (17.5, 4.5), 2.0, [0, 100, 200]);
        assert_eq!(picture.get(10, 4), Some([0, 100, 200]));
        assert_eq!(picture.get(10, 7), Some([0; 3]));
        assert_eq!(picture.get(20, 0), None);
    }
}
