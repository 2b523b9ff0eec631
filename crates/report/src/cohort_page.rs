//! The page of many cases.

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use myops_image::label::Label;
use myops_measure::finding::Finding;

use super::number::fixed;
use super::sheet::CaseSheet;
use super::svg::{Boxes, Group, boxes};
use super::{RESEARCH_USE, css_colour};

/// A case of the page.
#[derive(Debug, Clone)]
pub struct CohortCase {
    /// What was measured.
    pub sheet: CaseSheet,
    /// Where its own page lies, relative to this one.
    pub link: String,
    /// A small PNG file of it, where there is one.
    pub thumbnail: Option<Vec<u8>>,
}

/// A column of numbers: its name, the digits after the point, and what stands there of a case.
type Column = (&'static str, usize, fn(&CaseSheet) -> Option<f64>);

const COLUMNS: [Column; 8] = [
    ("LV ml", 1, |s| Some(s.quantities.volumes.lv_pool_ml)),
    ("RV ml", 1, |s| Some(s.quantities.volumes.rv_pool_ml)),
    ("Wall g", 1, |s| Some(s.quantities.volumes.wall_g)),
    ("Scar g", 1, |s| Some(s.quantities.volumes.scar_g)),
    ("Scar %", 1, |s| s.quantities.volumes.scar_percent),
    ("Edema %", 1, |s| {
        s.quantities.volumes.edema_without_scar_percent
    }),
    ("At risk %", 1, |s| {
        s.quantities.volumes.area_at_risk_percent
    }),
    ("Exp. Dice", 2, |s| s.expected_dice),
];

/// A number of the table: as written, and as sorted.
struct Cell {
    text: String,
    value: f64,
}

struct Row<'a> {
    case: &'a str,
    link: &'a str,
    thumbnail: Option<String>,
    numbers: Vec<Cell>,
    flags: usize,
    notes: &'a [String],
}

/// Cases with one kind of flag.
struct Flagged<'a> {
    kind: String,
    cases: Vec<(&'a str, &'a str)>,
}

#[derive(Template)]
#[template(path = "cohort.html")]
struct Page<'a> {
    cases: usize,
    research_use: &'static str,
    program_version: &'static str,
    models: String,
    flagged: Vec<Flagged<'a>>,
    unflagged: usize,
    plots: Vec<String>,
    columns: [&'static str; COLUMNS.len()],
    rows: Vec<Row<'a>>,
}

/// The HTML of the page; it links to the cases' own pages.
///
/// # Errors
/// [`askama::Error`] where the page cannot be put together.
pub fn cohort_page(cases: &[CohortCase]) -> Result<String, askama::Error> {
    let mut models: Vec<String> = cases
        .iter()
        .filter_map(|c| c.sheet.model.as_ref())
        .map(|m| format!("{} {}", m.name, m.fingerprint))
        .collect();
    models.sort_unstable();
    models.dedup();
    Page {
        cases: cases.len(),
        research_use: RESEARCH_USE,
        program_version: env!("CARGO_PKG_VERSION"),
        models: if models.is_empty() {
            "label maps of unstated origin".into()
        } else {
            models.join("; ")
        },
        flagged: flagged(cases),
        unflagged: cases
            .iter()
            .filter(|c| c.sheet.quantities.flags.is_empty())
            .count(),
        plots: plots(cases),
        columns: COLUMNS.map(|(name, ..)| name),
        rows: cases.iter().map(row).collect(),
    }
    .render()
}

fn row(case: &CohortCase) -> Row<'_> {
    let cell = |(_, digits, of): Column| {
        let value = of(&case.sheet);
        // Cases without a value come before all others.
        Cell {
            text: fixed(value, digits),
            value: value.unwrap_or(-1.0),
        }
    };
    Row {
        case: &case.sheet.case,
        link: &case.link,
        thumbnail: case.thumbnail.as_ref().map(|png| STANDARD.encode(png)),
        numbers: COLUMNS.map(cell).into(),
        flags: case.sheet.quantities.flags.len(),
        notes: &case.sheet.notes,
    }
}

/// Kinds of flags with their cases, the rarest first: a flag that all cases have says least of any of them.
fn flagged(cases: &[CohortCase]) -> Vec<Flagged<'_>> {
    let mut found: Vec<Flagged> = Vec::new();
    for case in cases {
        for kind in case.sheet.quantities.flags.iter().map(Finding::kind) {
            let kind = kind
                .replace('_', " ")
                .replace("lv", "LV")
                .replace("rv", "RV")
                .replace("lge", "LGE");
            let place = (case.sheet.case.as_str(), case.link.as_str());
            match found.iter_mut().find(|flagged| flagged.kind == kind) {
                Some(flagged) if flagged.cases.last() == Some(&place) => {}
                Some(flagged) => flagged.cases.push(place),
                None => found.push(Flagged {
                    kind,
                    cases: vec![place],
                }),
            }
        }
    }
    found.sort_by_key(|flagged| flagged.cases.len());
    found
}

fn plots(cases: &[CohortCase]) -> Vec<String> {
    let plot =
        |title: &str, quantity: &str, label: Label, of: &dyn Fn(&CaseSheet) -> Option<f64>| {
            let values: Vec<f64> = cases.iter().filter_map(|c| of(&c.sheet)).collect();
            let note = format!("n = {}", values.len());
            let group = Group {
                name: String::new(),
                note,
                colour: css_colour(label),
                values,
            };
            boxes(&Boxes {
                title: title.into(),
                quantity: quantity.into(),
                hold: vec![0.0],
                groups: vec![group],
            })
        };
    vec![
        plot("Infarct size", "% of wall", Label::Scar, &|s| {
            s.quantities.volumes.scar_percent
        }),
        plot("Edema, no scar", "% of wall", Label::Edema, &|s| {
            s.quantities.volumes.edema_without_scar_percent
        }),
        plot("LV wall", "g", Label::Myocardium, &|s| {
            Some(s.quantities.volumes.wall_g)
        }),
        plot("LV blood pool", "ml", Label::LvPool, &|s| {
            Some(s.quantities.volumes.lv_pool_ml)
        }),
        plot("RV blood pool", "ml", Label::RvPool, &|s| {
            Some(s.quantities.volumes.rv_pool_ml)
        }),
    ]
}
