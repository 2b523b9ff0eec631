//! PNG files of one byte a sample.

/// The first level, which does not fit its codes to the picture, gives files that are 40 % larger.
const COMPRESSION: png::DeflateCompression = png::DeflateCompression::Level(2);

/// What the samples of a picture are.
pub(super) enum Samples<'a> {
    /// Three for each pixel: red, green, blue.
    Rgb(&'a [u8]),
    /// One for each pixel, its place in a palette of red, green, blue.
    Indexed { palette: &'a [u8], places: &'a [u8] },
    /// One for each pixel, its brightness.
    Grey(&'a [u8]),
}

/// A PNG file of `width` by `height` pixels of the given brightness, 0 to 255.
///
/// # Panics
/// If a side is 0, or there is not one brightness for each pixel.
pub fn grey_png(size: [usize; 2], greys: &[u8]) -> Vec<u8> {
    encode(size, &Samples::Grey(greys))
}

/// A PNG file of `width` by `height` pixels.
///
/// # Panics
/// If a side is 0, or there are not as many samples as the pixels need.
#[expect(
    clippy::expect_used,
    reason = "writing to memory does not fail, and callers have as many samples as pixels need"
)]
pub(super) fn encode([width, height]: [usize; 2], samples: &Samples) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_deflate_compression(COMPRESSION);
    encoder.set_filter(png::Filter::Paeth);
    let (colour, values) = match samples {
        Samples::Rgb(values) => (png::ColorType::Rgb, values),
        Samples::Grey(values) => (png::ColorType::Grayscale, values),
        Samples::Indexed { palette, places } => {
            encoder.set_palette(*palette);
            (png::ColorType::Indexed, places)
        }
    };
    encoder.set_color(colour);
    let mut writer = encoder.write_header().expect("the sides are not 0");
    writer
        .write_image_data(values)
        .expect("there are as many samples as pixels need");
    writer.finish().expect("memory takes the end of the file");
    bytes
}
