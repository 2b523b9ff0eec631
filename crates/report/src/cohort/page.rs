//! The page of many cases.

use std::collections::BTreeSet;

use askama::Template;
use myops_image::label::Label;
use myops_measure::finding::Finding;

use super::data::{Array, Data};
use super::link::escaped;
use crate::case::Case;
use crate::identity::{FIELDS, Field, PatientData};
use crate::number::grouped;
use crate::quantity::{CONFIDENCE, INDEXED, Indexed, MEASURED, Quantity, Tables, Values};
use crate::svg::{Histogram, histogram};
use crate::{RESEARCH_USE, css_colour};

/// Cases of a kind of finding that are named where the findings are listed: all of so few, else the first of them.
const NAMED: usize = 12;
const FIRST: usize = 5;

/// The page of many cases, which grows case by case.
#[derive(Debug)]
pub struct CohortPage {
    cases: usize,
    fields: Vec<&'static Field>,
    indexed: &'static [Quantity<Indexed>],
    models: BTreeSet<String>,
    found: Vec<Found>,
    without: usize,
    plots: Vec<Plot>,
    data: Data,
}

/// Where the page of a case and its small picture lie, as paths relative to the page of the cohort with `/` in them; `None`
/// where there is none.
#[derive(Debug, Clone, Default)]
pub struct CasePaths {
    /// The page of the case.
    pub report: Option<String>,
    /// A small picture of it.
    pub thumbnail: Option<String>,
}

/// Cases with one kind of finding.
#[derive(Debug)]
struct Found {
    code: &'static str,
    count: usize,
    /// The first of them, with their links.
    first: Vec<(String, Option<String>)>,
}

/// A quantity whose distribution is drawn.
#[derive(Debug)]
struct Plot {
    quantity: Quantity<myops_measure::quantify::Quantities>,
    title: &'static str,
    label: Label,
    values: Vec<f64>,
}

/// A kind of finding as it is listed.
struct Listed {
    name: String,
    count: String,
    cases: Vec<(String, Option<String>)>,
    more: Option<String>,
}

#[derive(Template)]
#[template(path = "cohort.html")]
struct Page {
    cases: String,
    research_use: &'static str,
    program_version: &'static str,
    models: String,
    found: Vec<Listed>,
    without: String,
    plots: Vec<String>,
    has_pictures: bool,
    patient_columns: Vec<&'static str>,
    columns: Vec<&'static str>,
    data: String,
}

impl CohortPage {
    /// A page without cases; `patients` says whether it has columns about patients.
    pub fn new(patients: PatientData) -> Self {
        let fields = FIELDS.iter().filter(|field| field.tables != Tables::Csv);
        let (fields, indexed): (Vec<&Field>, _) = match patients {
            PatientData::Withheld => (Vec::new(), &[][..]),
            PatientData::Shown => (fields.collect(), INDEXED),
        };
        let mut data = Data::default();
        data.texts.resize_with(fields.len(), Array::default);
        let decimals = (shown(MEASURED).map(|q| q.decimals))
            .chain(shown(indexed).map(|q| q.decimals))
            .chain(shown(CONFIDENCE).map(|q| q.decimals));
        data.numbers
            .extend(decimals.map(|decimals| (decimals, Array::default())));
        Self {
            cases: 0,
            fields,
            indexed,
            models: BTreeSet::new(),
            found: Vec::new(),
            without: 0,
            plots: plots(),
            data,
        }
    }

    /// Adds a case.
    pub fn add(&mut self, case: &Case, paths: &CasePaths) {
        self.cases += 1;
        let model = case.model.as_ref();
        self.models
            .extend(model.map(|m| format!("{} {}", m.name, m.fingerprint)));
        for plot in &mut self.plots {
            plot.values
                .extend(case.quantities.values.get(&plot.quantity));
        }
        self.add_numbers(case);
        let told = self
            .fields
            .iter()
            .map(|field| case.patient().and_then(field.of));
        for (column, text) in self.data.texts.iter_mut().zip(told) {
            column.text(text.as_deref());
        }
        let report = paths.report.as_deref().map(escaped);
        let thumbnail = paths.thumbnail.as_deref().map(escaped);
        let id = escaped(case.id());
        self.data.cases.text(Some(case.id()));
        self.data.reports.add(report.as_deref(), &id);
        self.data.thumbnails.add(thumbnail.as_deref(), &id);
        self.add_findings(case, report.as_deref());
    }

    fn add_numbers(&mut self, case: &Case) {
        let unknown = Values::default();
        let per_surface = case.indexed.as_ref().unwrap_or(&unknown);
        let confidence = case.confidence.as_ref().unwrap_or(&unknown);
        let numbers = (shown(MEASURED).map(|q| case.quantities.values.get(q)))
            .chain(shown(self.indexed).map(|q| per_surface.get(q)))
            .chain(shown(CONFIDENCE).map(|q| confidence.get(q)));
        for ((decimals, column), value) in self.data.numbers.iter_mut().zip(numbers) {
            column.number(value, *decimals);
        }
    }

    fn add_findings(&mut self, case: &Case, link: Option<&str>) {
        self.without += usize::from(case.findings.is_empty());
        let codes: BTreeSet<&'static str> = case.findings.iter().map(Finding::code).collect();
        for code in codes {
            let at = self.found.iter().position(|found| found.code == code);
            let at = at.unwrap_or_else(|| {
                self.found.push(Found {
                    code,
                    count: 0,
                    first: Vec::new(),
                });
                self.found.len() - 1
            });
            let found = &mut self.found[at];
            found.count += 1;
            if found.count <= NAMED {
                found
                    .first
                    .push((case.id().to_owned(), link.map(str::to_owned)));
            }
        }
        let patterns = &mut self.data.patterns;
        let codes: Vec<String> = case.findings.iter().map(|f| patterns.encode(f)).collect();
        self.data.findings.text(Some(&codes.join(";")));
    }

    /// The HTML of the page.
    ///
    /// # Errors
    /// [`askama::Error`] where the page cannot be put together.
    pub fn into_html(mut self) -> Result<String, askama::Error> {
        // The rarest kinds first: what all cases have says least of any of them.
        self.found.sort_by_key(|found| (found.count, found.code));
        let kinds: Vec<&str> = self.found.iter().map(|found| found.code).collect();
        let models: Vec<String> = self.models.into_iter().collect();
        Page {
            cases: match self.cases {
                1 => "1 case".into(),
                n => format!("{} cases", grouped(n)),
            },
            research_use: RESEARCH_USE,
            program_version: env!("CARGO_PKG_VERSION"),
            models: if models.is_empty() {
                "label maps of unstated origin".into()
            } else {
                models.join("; ")
            },
            without: grouped(self.without),
            plots: self.plots.into_iter().map(Plot::drawn).collect(),
            has_pictures: !self.data.thumbnails.is_empty(),
            patient_columns: self.fields.iter().map(|field| field.label).collect(),
            columns: (shown(MEASURED).map(|q| q.heading))
                .chain(shown(self.indexed).map(|q| q.heading))
                .chain(shown(CONFIDENCE).map(|q| q.heading))
                .collect(),
            data: self.data.into_json(&kinds),
            found: self.found.into_iter().map(Found::listed).collect(),
        }
        .render()
    }
}

/// The quantities of a table that have a column.
fn shown<T>(table: &'static [Quantity<T>]) -> impl Iterator<Item = &'static Quantity<T>> {
    table.iter().filter(|q| q.tables != Tables::Csv)
}

impl Found {
    fn listed(mut self) -> Listed {
        if self.count > NAMED {
            self.first.truncate(FIRST);
        }
        let more = self.count - self.first.len();
        Listed {
            name: in_words(self.code),
            count: grouped(self.count),
            cases: self.first,
            more: (more > 0).then(|| grouped(more)),
        }
    }
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
fn plots() -> Vec<Plot> {
    let plot = |quantity: Quantity<_>, title, label| Plot {
        quantity,
        title,
        label,
        values: Vec::new(),
    };
    vec![
        plot(Quantity::SCAR_PERCENT, "Infarct size", Label::Scar),
        plot(
            Quantity::EDEMA_WITHOUT_SCAR_PERCENT,
            "Edema, no scar",
            Label::Edema,
        ),
        plot(Quantity::WALL_G, "LV wall", Label::Myocardium),
        plot(Quantity::LV_POOL_ML, "LV blood pool", Label::LvPool),
        plot(Quantity::RV_POOL_ML, "RV blood pool", Label::RvPool),
    ]
}

impl Plot {
    fn drawn(self) -> String {
        histogram(&Histogram {
            title: self.title,
            quantity: match self.quantity.unit {
                "%" => "% of wall",
                unit => unit,
            },
            decimals: self.quantity.decimals,
            colour: &css_colour(self.label),
            values: self.values,
        })
    }
}
