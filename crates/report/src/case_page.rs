//! The page of one case.

use askama::Template;
use myops_image::label::Label;
use myops_image::sequence::Sequence;
use myops_measure::finding::{Finding, Severity};
use myops_measure::quantify::{
    Distribution, Quantities, ScarPiece, Segment, TerritoryBurden, Threshold, common_absence,
};

use crate::case::Case;
use crate::identity::{FIELDS, Field};
use crate::montage::{MontageSlice, Stroke, legend, montage};
use crate::number::{NONE, fixed};
use crate::quantity::{
    CONFIDENCE, INDEXED, Indexed, MEASURED, Quantity, SEGMENT, TERRITORY, THRESHOLD, Values,
};
use crate::svg::{Scale, bullseye, classes};
use crate::view::CaseView;
use crate::{RESEARCH_USE, css_colour};

/// Scars of the page; smaller ones are counted.
const SCARS_SHOWN: usize = 4;

/// A key number: what it is, the number with its unit, a second one, and the number per body surface area.
struct Key {
    name: &'static str,
    value: String,
    second: String,
    per_surface: Option<String>,
    colour: Option<String>,
}

/// One row of a table: what it is about, and its numbers.
struct Row {
    names: Vec<String>,
    numbers: Vec<String>,
}

/// One row of the list of all quantities.
struct Line {
    label: &'static str,
    value: String,
    meaning: &'static str,
}

/// A scar in words.
struct Scar {
    mass: String,
    place: String,
    layer: &'static str,
    transmurality: String,
}

/// One threshold: its numbers, or why it is not there.
struct ThresholdRow {
    method: &'static str,
    numbers: Result<Vec<String>, String>,
}

#[derive(Template)]
#[template(path = "case.html")]
struct Page<'a> {
    id: &'a str,
    patient: Vec<(&'static str, String)>,
    version: &'a str,
    sequences: &'a [Sequence],
    findings: usize,
    warnings: Vec<&'a Finding>,
    notices: Vec<&'a Finding>,
    research_use: &'static str,
    model: String,
    grid: String,
    keys: Vec<Key>,
    indexed: bool,
    salvage: String,
    expected_dice: Option<[String; 2]>,
    scar_bullseye: String,
    transmurality_bullseye: String,
    orientation_known: bool,
    classes: Option<String>,
    thickness: String,
    scars: Vec<Scar>,
    more_scars: usize,
    territory_columns: Vec<&'static str>,
    territories: Vec<Row>,
    thresholds_absent: Option<&'a str>,
    threshold_columns: Vec<&'static str>,
    labelled: [String; 2],
    thresholds: Vec<ThresholdRow>,
    remote: String,
    segment_columns: Vec<&'static str>,
    segments: Vec<Row>,
    quantities: Vec<Line>,
    slices: Vec<MontageSlice>,
    legend: Vec<Stroke>,
    limits: &'a [String],
}

/// The HTML of the page: one file that needs no other.
///
/// # Errors
/// [`askama::Error`] where the page cannot be put together.
pub fn case_page(case: &Case, view: &CaseView) -> Result<String, askama::Error> {
    let measured = &case.quantities;
    let value = |quantity: &Quantity<Quantities>| measured.values.get(quantity);
    let of = |severity| {
        let all = case.findings.iter();
        all.filter(|finding| finding.severity() == severity)
            .collect()
    };
    let [scar_bullseye, transmurality_bullseye] = bullseyes(&measured.segments);
    Page {
        id: case.id(),
        patient: patient(case),
        version: &case.program.version,
        sequences: &case.case.sequences,
        findings: case.findings.len(),
        warnings: of(Severity::Warning),
        notices: of(Severity::Notice),
        research_use: RESEARCH_USE,
        model: case.model.as_ref().map_or_else(
            || "label map of unstated origin".to_owned(),
            |m| format!("model {}, weights {}", m.name, m.fingerprint),
        ),
        grid: grid(case),
        keys: keys(&measured.values, case.indexed.as_ref()),
        indexed: case.indexed.is_some(),
        salvage: Quantity::SALVAGE_INDEX.text(value(&Quantity::SALVAGE_INDEX)),
        expected_dice: case.confidence.as_ref().map(|values| {
            [Quantity::EXPECTED_DICE_OF_SCAR, Quantity::EXPECTED_DICE]
                .map(|q| q.text(values.get(&q)))
        }),
        scar_bullseye,
        transmurality_bullseye,
        orientation_known: case.orientation_known(),
        classes: transmurality(&measured.values),
        thickness: Quantity::MEAN_WALL_THICKNESS_MM.text(value(&Quantity::MEAN_WALL_THICKNESS_MM)),
        scars: measured
            .scar_pieces
            .iter()
            .take(SCARS_SHOWN)
            .map(scar)
            .collect(),
        more_scars: measured.scar_pieces.len().saturating_sub(SCARS_SHOWN),
        territory_columns: headings(TERRITORY),
        territories: measured.territories.iter().map(territory).collect(),
        thresholds_absent: common_absence(&measured.thresholds),
        threshold_columns: headings(THRESHOLD),
        labelled: [Quantity::SCAR_ML, Quantity::SCAR_PERCENT].map(|q| q.text(value(&q))),
        thresholds: measured.thresholds.iter().map(threshold).collect(),
        remote: remote(case),
        segment_columns: headings(SEGMENT),
        segments: measured.segments.iter().map(segment).collect(),
        quantities: lines(case),
        slices: montage(case, view),
        legend: legend(),
        limits: &case.limits,
    }
    .render()
}

/// What is told of the patient; nothing where it is withheld or unknown.
fn patient(case: &Case) -> Vec<(&'static str, String)> {
    let Some(patient) = case.patient() else {
        return Vec::new();
    };
    let told = |field: &Field| {
        let value = field.with_unit(patient);
        (field.label, value.unwrap_or_else(|| NONE.into()))
    };
    let surface = Quantity::BODY_SURFACE_M2;
    let value = case
        .indexed
        .as_ref()
        .and_then(|values| values.get(&surface));
    let fields = FIELDS.iter().map(told);
    fields
        .chain([(surface.label, surface.with_unit(value))])
        .collect()
}

fn headings<T>(table: &[Quantity<T>]) -> Vec<&'static str> {
    table.iter().map(|quantity| quantity.heading).collect()
}

fn numbers<T>(table: &[Quantity<T>], of: &T) -> Vec<String> {
    let number = |quantity: &Quantity<T>| quantity.text((quantity.of)(of));
    table.iter().map(number).collect()
}

/// Every quantity of the case with its meaning.
fn lines(case: &Case) -> Vec<Line> {
    fn of<T>(table: &'static [Quantity<T>], values: &Values) -> Vec<Line> {
        let line = |quantity: &'static Quantity<T>| Line {
            label: quantity.label,
            value: quantity.with_unit(values.get(quantity)),
            meaning: quantity.meaning,
        };
        table.iter().map(line).collect()
    }
    let mut lines = of(MEASURED, &case.quantities.values);
    if let Some(indexed) = &case.indexed {
        lines.extend(of(INDEXED, indexed));
    }
    if let Some(confidence) = &case.confidence {
        lines.extend(of(CONFIDENCE, confidence));
    }
    lines
}

/// Scar of each segment, and how far it reaches through the wall.
fn bullseyes(segments: &[Segment]) -> [String; 2] {
    let by_segment = |of: fn(&Segment) -> Option<f64>| {
        std::array::from_fn(|at| segments.get(at).filter(|s| s.assessed).and_then(of))
    };
    [
        bullseye(
            "Scar, % of segment",
            &by_segment(|s| s.scar_percent),
            Scale::Continuous,
        ),
        bullseye(
            "Mean transmurality of scar, %",
            &by_segment(|s| s.mean_transmurality_percent),
            Scale::Quarters,
        ),
    ]
}

/// The shares of chords by the part that is scar; `None` where they were not assessed.
fn transmurality(values: &Values) -> Option<String> {
    let shares = [
        ("no scar", Quantity::CHORDS_WITHOUT_SCAR_PERCENT),
        ("1–25 %", Quantity::CHORDS_TO_25_PERCENT),
        ("26–50 %", Quantity::CHORDS_TO_50_PERCENT),
        ("51–75 %", Quantity::CHORDS_TO_75_PERCENT),
        ("76–100 %", Quantity::CHORDS_TO_100_PERCENT),
    ];
    let shares: Option<Vec<_>> = shares
        .iter()
        .map(|(name, quantity)| Some((*name, values.get(quantity)?)))
        .collect();
    Some(classes(
        "Share of chords by the part of the wall that is scar",
        &shares?,
        &css_colour(Label::Scar),
    ))
}

fn grid(case: &Case) -> String {
    let ([columns, rows, slices], [x, y, z]) = (case.case.shape_voxels, case.case.spacing_mm);
    let word = if slices == 1 { "slice" } else { "slices" };
    format!("{slices} {word} of {columns} × {rows}, voxels {x:.2} × {y:.2} × {z:.1} mm")
}

/// The key numbers: each with its label, a second number or a remark, the number per body surface area where it is known, and
/// the colour of a label.
fn keys(values: &Values, indexed: Option<&Values>) -> Vec<Key> {
    let told = |quantity: &Quantity<Quantities>| quantity.with_unit(values.get(quantity));
    let key = |first: Quantity<Quantities>, second: String, label: Option<Label>| Key {
        name: first.label,
        value: told(&first),
        second,
        per_surface: None,
        colour: label.map(css_colour),
    };
    let per_surface = |quantity: Quantity<Indexed>, key: Key| Key {
        per_surface: indexed.map(|values| quantity.with_unit(values.get(&quantity))),
        ..key
    };
    // What was not related to the wall has no mass either: nobody looked for it.
    let scar_g = values
        .get(&Quantity::SCAR_PERCENT)
        .map(|_| told(&Quantity::SCAR_G));
    let pool = |quantity, label| key(quantity, "in the slab".to_owned(), Some(label));
    let wall = key(
        Quantity::WALL_G,
        told(&Quantity::WALL_ML),
        Some(Label::Myocardium),
    );
    let [lv_pool, rv_pool] = [
        pool(Quantity::LV_POOL_ML, Label::LvPool),
        pool(Quantity::RV_POOL_ML, Label::RvPool),
    ];
    vec![
        key(
            Quantity::SCAR_PERCENT,
            scar_g.unwrap_or_default(),
            Some(Label::Scar),
        ),
        key(
            Quantity::EDEMA_WITHOUT_SCAR_PERCENT,
            told(&Quantity::EDEMA_WITHOUT_SCAR_G),
            Some(Label::Edema),
        ),
        key(
            Quantity::AREA_AT_RISK_PERCENT,
            told(&Quantity::AREA_AT_RISK_G),
            None,
        ),
        per_surface(Quantity::WALL_G_PER_M2, wall),
        per_surface(Quantity::LV_POOL_ML_PER_M2, lv_pool),
        per_surface(Quantity::RV_POOL_ML_PER_M2, rv_pool),
    ]
}

fn segment(segment: &Segment) -> Row {
    let assessed = if segment.assessed {
        ""
    } else {
        ": not assessed"
    };
    Row {
        names: vec![
            segment.number.to_string(),
            format!("{}{assessed}", segment.name),
            segment.territory.name().to_owned(),
        ],
        numbers: numbers(SEGMENT, segment),
    }
}

fn scar(piece: &ScarPiece) -> Scar {
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

fn territory(territory: &TerritoryBurden) -> Row {
    Row {
        names: vec![territory.territory.name().to_owned()],
        numbers: numbers(TERRITORY, territory),
    }
}

fn threshold(threshold: &Threshold) -> ThresholdRow {
    ThresholdRow {
        method: threshold.method.name(),
        numbers: match &threshold.absent_because {
            Some(reason) => Err(reason.clone()),
            None => Ok(numbers(THRESHOLD, threshold)),
        },
    }
}

/// The signal of remote myocardium and how much of it there is.
fn remote(case: &Case) -> String {
    let slices: Vec<String> = case
        .quantities
        .remote_myocardium
        .iter()
        .map(|s| (s.slice + 1).to_string())
        .collect();
    if slices.is_empty() {
        return String::new();
    }
    let told =
        |quantity: &Quantity<Quantities>| quantity.with_unit(case.quantities.values.get(quantity));
    format!(
        "Remote myocardium {} ± {} (mean ± SD): {} voxels, {}, in slice{} {}.",
        told(&Quantity::REMOTE_MEAN),
        told(&Quantity::REMOTE_SD),
        told(&Quantity::REMOTE_VOXELS),
        told(&Quantity::REMOTE_ML),
        if slices.len() == 1 { "" } else { "s" },
        slices.join(", ")
    )
}
