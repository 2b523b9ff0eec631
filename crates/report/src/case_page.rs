//! The page of one case.

use askama::Template;
use myops_image::label::Label;
use myops_measure::finding::{Finding, Severity};
use myops_measure::quantify::{Distribution, Segment, Threshold};

use super::montage::{MontageSlice, Stroke, legend, montage};
use super::number::{NONE, fixed};
use super::sheet::CaseSheet;
use super::svg::{Scale, bullseye, classes};
use super::view::CaseView;
use super::{RESEARCH_USE, css_colour};

/// Scars of the page; smaller ones are counted.
const SCARS_SHOWN: usize = 4;

/// A key number: what it is, the number with its unit, and a second one.
struct Key {
    name: &'static str,
    value: String,
    second: String,
    colour: Option<String>,
}

/// One row of the segments' table.
struct Row {
    number: u8,
    name: String,
    territory: &'static str,
    wall_ml: String,
    scar: String,
    risk: String,
    mean_transmurality: String,
    max_transmurality: String,
}

/// A scar in words.
struct Scar {
    mass: String,
    place: String,
    layer: &'static str,
    transmurality: String,
}

/// One threshold: its signal, ml and percent of the wall, or why it is not there.
struct ThresholdRow {
    method: &'static str,
    numbers: Result<[String; 3], String>,
}

#[derive(Template)]
#[template(path = "case.html")]
struct Page<'a> {
    sheet: &'a CaseSheet,
    warnings: Vec<&'a Finding>,
    notices: Vec<&'a Finding>,
    research_use: &'static str,
    model: String,
    grid: String,
    keys: Vec<Key>,
    salvage: String,
    expected_dice: Option<[String; 2]>,
    scar_bullseye: String,
    transmurality_bullseye: String,
    classes: Option<String>,
    thickness: String,
    scars: Vec<Scar>,
    more_scars: usize,
    territories: Vec<[String; 4]>,
    labelled: [String; 2],
    thresholds: Vec<ThresholdRow>,
    remote: String,
    rows: Vec<Row>,
    slices: Vec<MontageSlice>,
    legend: Vec<Stroke>,
}

/// The HTML of the page: one file that needs no other.
///
/// # Errors
/// [`askama::Error`] where the page cannot be put together.
pub fn case_page(sheet: &CaseSheet, view: &CaseView) -> Result<String, askama::Error> {
    let q = &sheet.quantities;
    let by_segment = |of: fn(&Segment) -> Option<f64>| {
        std::array::from_fn(|at| q.segments.get(at).filter(|s| s.assessed).and_then(of))
    };
    let told = |severity| {
        q.flags
            .iter()
            .filter(|finding| finding.severity() == severity)
            .collect()
    };
    let scar_colour = css_colour(Label::Scar);
    Page {
        sheet,
        warnings: told(Severity::Warning),
        notices: told(Severity::Notice),
        research_use: RESEARCH_USE,
        model: sheet.model.as_ref().map_or_else(
            || "label map of unstated origin".to_owned(),
            |m| format!("model {}, weights {}", m.name, m.fingerprint),
        ),
        grid: grid(sheet),
        keys: keys(sheet),
        salvage: fixed(q.volumes.salvage_index, 2),
        expected_dice: sheet
            .expected_dice
            .map(|both| [sheet.expected_dice_of_scar, Some(both)].map(|d| fixed(d, 2))),
        scar_bullseye: bullseye(
            "Scar, % of segment",
            &by_segment(|s| s.scar_percent),
            Scale::Continuous,
        ),
        transmurality_bullseye: bullseye(
            "Mean transmurality of scar, %",
            &by_segment(|s| s.mean_transmurality_percent),
            Scale::Quarters,
        ),
        classes: q.transmurality.as_ref().map(|t| {
            let shares = [
                ("no scar", t.none_percent),
                ("1–25 %", t.to_25_percent),
                ("26–50 %", t.to_50_percent),
                ("51–75 %", t.to_75_percent),
                ("76–100 %", t.to_100_percent),
            ];
            classes(
                "Share of chords by the part of the wall that is scar",
                &shares,
                &scar_colour,
            )
        }),
        thickness: fixed(
            q.transmurality.as_ref().map(|t| t.mean_wall_thickness_mm),
            1,
        ),
        scars: q.scars.iter().take(SCARS_SHOWN).map(scar).collect(),
        more_scars: q.scars.len().saturating_sub(SCARS_SHOWN),
        territories: territories(sheet),
        labelled: [
            fixed(Some(q.volumes.scar_ml), 1),
            fixed(q.volumes.scar_percent, 1),
        ],
        thresholds: q.thresholds.methods.iter().map(threshold).collect(),
        remote: remote(sheet),
        rows: q.segments.iter().map(row).collect(),
        slices: montage(sheet, view),
        legend: legend(),
    }
    .render()
}

fn grid(sheet: &CaseSheet) -> String {
    let ([columns, rows, slices], [x, y, z]) = (sheet.shape_voxels, sheet.spacing_mm);
    let word = if slices == 1 { "slice" } else { "slices" };
    format!("{slices} {word} of {columns} × {rows}, voxels {x:.2} × {y:.2} × {z:.1} mm")
}

fn keys(sheet: &CaseSheet) -> Vec<Key> {
    let v = &sheet.quantities.volumes;
    let g = |value: f64| format!("{} g", fixed(Some(value), 1));
    let ml = |value: f64| format!("{} ml", fixed(Some(value), 1));
    let percent = |value: Option<f64>| {
        value.map_or_else(|| NONE.to_owned(), |_| format!("{} %", fixed(value, 1)))
    };
    let colour = |label: Label| Some(css_colour(label));
    vec![
        Key {
            name: "Infarct size",
            value: percent(v.scar_percent),
            second: v.scar_percent.map_or_else(String::new, |_| g(v.scar_g)),
            colour: colour(Label::Scar),
        },
        Key {
            name: "Edema without scar",
            value: percent(v.edema_without_scar_percent),
            second: g(v.edema_without_scar_g),
            colour: colour(Label::Edema),
        },
        Key {
            name: "Area at risk",
            value: percent(v.area_at_risk_percent),
            second: g(v.area_at_risk_g),
            colour: None,
        },
        Key {
            name: "LV wall",
            value: g(v.wall_g),
            second: ml(v.wall_ml),
            colour: colour(Label::Myocardium),
        },
        Key {
            name: "LV blood pool",
            value: ml(v.lv_pool_ml),
            second: "in the slab".into(),
            colour: colour(Label::LvPool),
        },
        Key {
            name: "RV blood pool",
            value: ml(v.rv_pool_ml),
            second: "in the slab".into(),
            colour: colour(Label::RvPool),
        },
    ]
}

fn row(segment: &Segment) -> Row {
    let assessed = |value: Option<f64>| fixed(value.filter(|_| segment.assessed), 1);
    let mut name = segment.name.clone();
    if !segment.assessed {
        name += ": not assessed";
    }
    Row {
        number: segment.number,
        name,
        territory: segment.territory.name(),
        wall_ml: assessed(Some(segment.wall_ml)),
        scar: assessed(segment.scar_percent),
        risk: assessed(segment.area_at_risk_percent),
        mean_transmurality: assessed(segment.mean_transmurality_percent),
        max_transmurality: assessed(segment.max_transmurality_percent),
    }
}

fn scar(piece: &myops_measure::quantify::ScarPiece) -> Scar {
    let numbers = |list: Vec<String>| list.join(", ");
    let slices = numbers(piece.slices.iter().map(|k| (k + 1).to_string()).collect());
    let segments = numbers(piece.segments.iter().map(ToString::to_string).collect());
    let place = if segments.is_empty() {
        "segments unknown".to_owned()
    } else {
        format!("segments {segments}")
    };
    Scar {
        mass: format!("{} g", fixed(Some(piece.mass_g), 2)),
        place: format!("{place}; slices {slices}"),
        layer: match piece.distribution {
            Some(Distribution::Subendocardial) => "subendocardial",
            Some(Distribution::MidWall) => "mid-wall",
            Some(Distribution::Subepicardial) => "subepicardial",
            Some(Distribution::Transmural) => "transmural",
            None => "layer not assessed",
        },
        transmurality: fixed(piece.transmurality_percent, 0),
    }
}

fn territories(sheet: &CaseSheet) -> Vec<[String; 4]> {
    let row = |t: &myops_measure::quantify::TerritoryBurden| {
        let assessed = |v: f64| {
            if t.wall_ml > 0.0 {
                fixed(Some(v), 1)
            } else {
                NONE.to_owned()
            }
        };
        [
            t.territory.name().to_owned(),
            assessed(t.wall_ml),
            fixed(t.scar_percent, 1),
            fixed(t.area_at_risk_percent, 1),
        ]
    };
    sheet.quantities.territories.iter().map(row).collect()
}

fn threshold(threshold: &Threshold) -> ThresholdRow {
    let numbers = match &threshold.absent_because {
        Some(reason) => Err(reason.clone()),
        None => Ok([
            fixed(threshold.signal, 0),
            fixed(threshold.above_ml, 1),
            fixed(threshold.above_percent, 1),
        ]),
    };
    ThresholdRow {
        method: threshold.method.name(),
        numbers,
    }
}

/// The signal of remote myocardium and how much of it there is.
fn remote(sheet: &CaseSheet) -> String {
    let Some(remote) = &sheet.quantities.thresholds.remote else {
        return String::new();
    };
    let slices: Vec<String> = remote
        .slices
        .iter()
        .map(|s| (s.slice + 1).to_string())
        .collect();
    format!(
        "Remote myocardium {} ± {} (mean ± SD): {} voxels, {} ml, in slice{} {}.",
        fixed(Some(remote.mean), 1),
        fixed(Some(remote.sd), 1),
        remote.voxels,
        fixed(Some(remote.volume_ml), 2),
        if slices.len() == 1 { "" } else { "s" },
        slices.join(", ")
    )
}
