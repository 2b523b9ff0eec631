//! Drawings as SVG: bull's-eye, bars, box and strip plots, agreement.

mod agreement;
mod axis;
mod boxes;
mod bullseye;
mod classes;
mod histogram;
mod quantiles;

pub use agreement::agreement;
pub use boxes::{Boxes, Group, boxes};
pub use bullseye::{Scale, bullseye};
pub use classes::classes;
pub use histogram::{Histogram, histogram};

/// The font of every drawing.
const FONT: &str = "font-family=\"system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif\"";
/// Lines and words, and those that stand back.
const INK: &str = "#1B1F24";
const FAINT: &str = "#5A626C";
const GRID: &str = "#D5D9DE";

/// Text inside SVG and attributes.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A drawing with its title for readers who do not see it.
fn drawing([width, height]: [f64; 2], title: &str, inside: &str) -> String {
    let title = escaped(title);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{title}\" {FONT}>\n{inside}</svg>\n"
    )
}

/// A line of text; `anchor` is `start`, `middle` or `end`.
fn text(x: f64, y: f64, size: f64, anchor: &str, fill: &str, words: &str) -> String {
    let words = escaped(words);
    format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" text-anchor=\"{anchor}\" fill=\"{fill}\">{words}</text>\n"
    )
}

/// A straight line.
fn line([x1, y1]: [f64; 2], [x2, y2]: [f64; 2], stroke: &str, width: f64) -> String {
    format!(
        "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{stroke}\" stroke-width=\"{width}\"/>\n"
    )
}
