//! Every slice of a case, its sequences side by side with the labels outlined.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use myops_image::label::Label;
use myops_image::picture::{grey_png, greys};
use myops_image::sequence::Sequence;
use myops_measure::quantify::Level;

use super::case::Case;
use super::css_colour;
use super::outline;
use super::view::{CaseView, Square};

/// The outlines from the first drawn to the last: label, width in mm, dashes in mm. Width and dashes differ as well as
/// colour, so that a grey print can be read.
const STROKES: [(Label, f64, &str); 5] = [
    (Label::LvPool, 0.7, "0.7 1.4"),
    (Label::RvPool, 0.7, "3 1.2 0.7 1.2"),
    (Label::Myocardium, 0.8, ""),
    (Label::Edema, 1.2, "2.6 1.6"),
    (Label::Scar, 1.6, ""),
];

/// The dark seam inside a line.
const SEAM_MM: f64 = 0.5;

/// One slice of the montage.
#[derive(Debug, Clone)]
pub struct MontageSlice {
    /// Its number, from 1.
    pub number: usize,
    /// Basal, mid, apical, or nothing where it has no ring.
    pub level: &'static str,
    /// The outlines, defined once for its tiles: SVG `defs`.
    pub outlines: String,
    /// One tile for each sequence, or one of the labels where there is no image at all.
    pub tiles: Vec<Tile>,
}

/// One image of the montage.
#[derive(Debug, Clone)]
pub struct Tile {
    /// The sequence, or what is shown instead.
    pub name: &'static str,
    /// The drawing; `None` where the sequence is not there.
    pub svg: Option<String>,
}

/// An entry of the legend: a label, its colour and its line.
#[derive(Debug, Clone)]
pub struct Stroke {
    /// The label's name.
    pub name: &'static str,
    /// A sample of its line.
    pub svg: String,
}

/// Draws every slice, the first of the file first.
pub fn montage(case: &Case, view: &CaseView) -> Vec<MontageSlice> {
    let square = view.square();
    (0..view.labels().shape()[2])
        .map(|k| {
            let level = case
                .quantities
                .rings
                .iter()
                .find(|ring| ring.slice == k)
                .map(|ring| match ring.level {
                    Level::Basal => "basal",
                    Level::Mid => "mid",
                    Level::Apical => "apical",
                });
            let image = |s: Sequence| Tile {
                name: s.name(),
                svg: image(view, square, k, s),
            };
            let alone = || {
                vec![Tile {
                    name: "labels",
                    svg: Some(drawn(view, square, k, "labels", "")),
                }]
            };
            MontageSlice {
                number: k + 1,
                level: level.unwrap_or("no ring"),
                outlines: outlines(view, square, k),
                tiles: if case.case.sequences.is_empty() {
                    alone()
                } else {
                    Sequence::ALL.map(image).to_vec()
                },
            }
        })
        .collect()
}

/// The lines of the legend, scar first.
pub fn legend() -> Vec<Stroke> {
    let sample = |(label, width, dashes): (Label, f64, &str)| Stroke {
        name: if label == Label::Myocardium {
            "healthy myocardium"
        } else {
            label.name()
        },
        svg: format!(
            "<svg viewBox=\"0 0 14 5\" width=\"42\" height=\"15\" aria-hidden=\"true\"><rect width=\"14\" height=\"5\" \
             fill=\"#30343A\"/><path d=\"M1 2.5H13\" stroke=\"{}\" stroke-width=\"{width}\" \
             stroke-dasharray=\"{dashes}\"/></svg>",
            css_colour(label)
        ),
    };
    STROKES.into_iter().rev().map(sample).collect()
}

/// The outlines of a slice in mm of the square. Each line is cut to the inside of its label, so that those of neighbours
/// do not cover one another.
fn outlines(view: &CaseView, square: Square, k: usize) -> String {
    let labels = view.labels();
    let [x, y, _] = labels.spacing().mm();
    let shown = square.cut(labels.slice(k), labels.shape()[0], Label::Background);
    let mut shapes = String::new();
    let mut lines = String::new();
    for (label, width, dashes) in STROKES {
        let inside: Vec<bool> = shown.iter().map(|l| *l == label).collect();
        let path = outline::path(&inside, square.size[0]);
        if path.is_empty() {
            continue;
        }
        let (id, colour) = (format!("{k}-{}", label.class()), css_colour(label));
        shapes += &format!(
            "<path id=\"l{id}\" d=\"{path}\" clip-rule=\"evenodd\" transform=\"scale({x} {y})\"/>\
             <clipPath id=\"c{id}\"><use href=\"#l{id}\"/></clipPath>"
        );
        // Paths are in voxels; half of a line lies outside of its label and is cut away. A dark seam sets it off.
        let voxels = |mm: f64| format!("{:.2}", mm / f64::midpoint(x, y));
        let dashes: Vec<String> = dashes
            .split_whitespace()
            .filter_map(|d| d.parse().ok())
            .map(voxels)
            .collect();
        lines += &format!(
            "<g clip-path=\"url(#c{id})\" fill=\"none\">\
             <use href=\"#l{id}\" stroke=\"#000\" stroke-opacity=\"0.6\" stroke-width=\"{}\"/>\
             <use href=\"#l{id}\" stroke=\"{colour}\" stroke-width=\"{}\" stroke-dasharray=\"{}\"/></g>",
            voxels(2.0 * (width + SEAM_MM)),
            voxels(2.0 * width),
            dashes.join(" ")
        );
    }
    format!("<defs>{shapes}<g id=\"outlines{k}\">{lines}</g></defs>")
}

/// A tile of a sequence, where it is there.
fn image(view: &CaseView, square: Square, k: usize, sequence: Sequence) -> Option<String> {
    let image = view.image(sequence)?;
    let cut = square.cut(image.slice(k), image.shape()[0], 0.0);
    let png = STANDARD.encode(grey_png(square.size, &greys(&cut)));
    let under = format!(
        "<image width=\"100%\" height=\"100%\" preserveAspectRatio=\"none\" href=\"data:image/png;base64,{png}\"/>"
    );
    Some(drawn(view, square, k, sequence.name(), &under))
}

/// The outlines of a slice over what lies under them, in mm of the square.
fn drawn(view: &CaseView, square: Square, k: usize, name: &str, under: &str) -> String {
    let [x, y, _] = view.labels().spacing().mm();
    let (width, height) = (square.size[0] as f64 * x, square.size[1] as f64 * y);
    format!(
        "<svg viewBox=\"0 0 {width:.2} {height:.2}\" role=\"img\" aria-label=\"{name}, slice {}, labels outlined\">\
         {under}<use href=\"#outlines{k}\"/></svg>",
        k + 1
    )
}
