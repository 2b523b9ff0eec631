//! The page of many cases.

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use myops_image::label::Label;
use myops_measure::finding::Finding;

use crate::case::Case;
use crate::identity::{FIELDS, Field};
use crate::number::NONE;
use crate::quantity::{CONFIDENCE, INDEXED, Indexed, MEASURED, Quantity, Tables, Values};
use crate::svg::{Boxes, Group, boxes};
use crate::{RESEARCH_USE, css_colour};

/// A case of the page.
#[derive(Debug, Clone)]
pub struct CohortCase {
    /// What was measured.
    pub case: Case,
    /// Where its own page lies, relative to this one.
    pub link: String,
    /// A small PNG file of it, where there is one.
    pub thumbnail: Option<Vec<u8>>,
}

/// A number of the table: as written, and as sorted.
struct Cell {
    text: String,
    value: f64,
}

struct Row<'a> {
    case: &'a str,
    link: &'a str,
    thumbnail: Option<String>,
    patient: Vec<String>,
    numbers: Vec<Cell>,
    findings: &'a [Finding],
}

/// Cases with one kind of finding.
struct Found<'a> {
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
    found: Vec<Found<'a>>,
    without: usize,
    plots: Vec<String>,
    patient_columns: Vec<&'static str>,
    columns: Vec<&'static str>,
    rows: Vec<Row<'a>>,
}

/// The HTML of the page; it links to the cases' own pages.
///
/// # Errors
/// [`askama::Error`] where the page cannot be put together.
pub fn cohort_page(cases: &[CohortCase]) -> Result<String, askama::Error> {
    let mut models: Vec<String> = cases
        .iter()
        .filter_map(|c| c.case.model.as_ref())
        .map(|m| format!("{} {}", m.name, m.fingerprint))
        .collect();
    models.sort_unstable();
    models.dedup();
    let identified = cases.iter().any(|c| c.case.patient().is_some());
    let indexed = if identified { INDEXED } else { &[] };
    let fields: Vec<&Field> = FIELDS
        .iter()
        .filter(|field| identified && field.tables != Tables::Csv)
        .collect();
    Page {
        cases: cases.len(),
        research_use: RESEARCH_USE,
        program_version: env!("CARGO_PKG_VERSION"),
        models: if models.is_empty() {
            "label maps of unstated origin".into()
        } else {
            models.join("; ")
        },
        found: found(cases),
        without: cases.iter().filter(|c| c.case.findings.is_empty()).count(),
        plots: plots(cases),
        patient_columns: fields.iter().map(|field| field.label).collect(),
        columns: (shown(MEASURED).map(|q| q.heading))
            .chain(shown(indexed).map(|q| q.heading))
            .chain(shown(CONFIDENCE).map(|q| q.heading))
            .collect(),
        rows: cases.iter().map(|c| row(c, &fields, indexed)).collect(),
    }
    .render()
}

/// The quantities of a table that have a column.
fn shown<T>(table: &[Quantity<T>]) -> impl Iterator<Item = &Quantity<T>> {
    table.iter().filter(|q| q.tables != Tables::Csv)
}

fn row<'a>(case: &'a CohortCase, fields: &[&Field], indexed: &[Quantity<Indexed>]) -> Row<'a> {
    let CohortCase {
        case,
        link,
        thumbnail,
    } = case;
    let unknown = Values::default();
    let confidence = case.confidence.as_ref().unwrap_or(&unknown);
    let measured = shown(MEASURED).map(|q| number(q, &case.quantities.values));
    let per_surface = case.indexed.as_ref().unwrap_or(&unknown);
    let measured = measured.chain(shown(indexed).map(|q| number(q, per_surface)));
    let told = |field: &&Field| {
        case.patient()
            .and_then(field.of)
            .unwrap_or_else(|| NONE.into())
    };
    let numbers = measured.chain(shown(CONFIDENCE).map(|q| number(q, confidence)));
    Row {
        case: case.id(),
        link,
        thumbnail: thumbnail.as_ref().map(|png| STANDARD.encode(png)),
        patient: fields.iter().map(told).collect(),
        numbers: numbers.collect(),
        findings: &case.findings,
    }
}

fn number<T>(quantity: &Quantity<T>, values: &Values) -> Cell {
    let value = values.get(quantity);
    // Cases without a value come before all others.
    Cell {
        text: quantity.text(value),
        value: value.unwrap_or(-1.0),
    }
}

/// Kinds of findings with their cases, the rarest first: what all cases have says least of any of them.
fn found(cases: &[CohortCase]) -> Vec<Found<'_>> {
    let mut all: Vec<Found> = Vec::new();
    for CohortCase { case, link, .. } in cases {
        for finding in &case.findings {
            let kind = in_words(finding.code());
            let place = (case.id(), link.as_str());
            match all.iter_mut().find(|found| found.kind == kind) {
                Some(found) if found.cases.last() == Some(&place) => {}
                Some(found) => found.cases.push(place),
                None => all.push(Found {
                    kind,
                    cases: vec![place],
                }),
            }
        }
    }
    all.sort_by_key(|found| found.cases.len());
    all
}

/// The code of a finding as words.
fn in_words(code: &str) -> String {
    let word = |word| match word {
        "lv" | "rv" | "lge" | "t2" => str::to_uppercase(word),
        word => word.to_owned(),
    };
    code.split('_').map(word).collect::<Vec<_>>().join(" ")
}

/// The quantities that are drawn, each under a short title and in the colour of a label.
fn plots(cases: &[CohortCase]) -> Vec<String> {
    let plot = |(quantity, title, label): (_, &str, Label)| {
        let value = |c: &CohortCase| c.case.quantities.values.get(&quantity);
        let values: Vec<f64> = cases.iter().filter_map(value).collect();
        let group = Group {
            name: String::new(),
            note: format!("n = {}", values.len()),
            colour: css_colour(label),
            values,
        };
        boxes(&Boxes {
            title: title.into(),
            quantity: match quantity.unit {
                "%" => "% of wall".into(),
                unit => unit.into(),
            },
            hold: vec![0.0],
            groups: vec![group],
        })
    };
    [
        (
            Quantity::SCAR_PERCENT,
            Quantity::SCAR_PERCENT.label,
            Label::Scar,
        ),
        (
            Quantity::EDEMA_WITHOUT_SCAR_PERCENT,
            "Edema, no scar",
            Label::Edema,
        ),
        (Quantity::WALL_G, Quantity::WALL_G.label, Label::Myocardium),
        (
            Quantity::LV_POOL_ML,
            Quantity::LV_POOL_ML.label,
            Label::LvPool,
        ),
        (
            Quantity::RV_POOL_ML,
            Quantity::RV_POOL_ML.label,
            Label::RvPool,
        ),
    ]
    .map(plot)
    .into()
}
