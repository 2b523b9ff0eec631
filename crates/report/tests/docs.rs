//! The published schema and list of measures hold what the program's tables hold.
//!
//! After a change of a table, `MYOPS_UPDATE_DOCS=1 cargo test --release -p myops-report --test docs` writes both again.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use myops_image::label::Region;
use myops_image::sequence::Sequence;
use myops_measure::evaluate::{Better, Metric};
use myops_measure::finding::Finding;
use myops_report::identity::{FIELDS, Field};
use myops_report::quantity::{
    CONFIDENCE, INDEXED, MEASURED, Quantity, SEGMENT, TERRITORY, THRESHOLD,
};
use serde_json::{Map, Value, json};

/// Compares a file with what it should be, or writes it where that is asked for.
fn check(name: &str, expected: &str) {
    let path = file(name);
    if std::env::var_os("MYOPS_UPDATE_DOCS").is_some() {
        std::fs::write(&path, expected).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap() == expected,
        "docs/{name} is not as the tables say; MYOPS_UPDATE_DOCS=1 with this test writes it again"
    );
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(file(name)).unwrap()
}

/// The properties of a table in the JSON schema.
fn properties<T>(table: &[Quantity<T>]) -> Map<String, Value> {
    let property = |quantity: &Quantity<T>| {
        let Quantity { name, meaning, .. } = quantity;
        let unit = match quantity.unit {
            "" => String::new(),
            unit => format!(", {unit}"),
        };
        let mut property = json!({
            "type": ["number", "null"],
            "description": format!("{meaning}{unit}."),
        });
        if !quantity.unit.is_empty() {
            property["minimum"] = 0.into();
        }
        if quantity.unit == "%" {
            property["maximum"] = 100.into();
        }
        ((*name).to_owned(), property)
    };
    table.iter().map(property).collect()
}

/// The properties of a patient in the JSON schema, none of them required.
fn facts() -> Map<String, Value> {
    let fact = |field: &Field| {
        let mut property = json!({"type": "string", "description": format!("{}.", field.meaning)});
        if !field.unit.is_empty() {
            property["type"] = "number".into();
            property["minimum"] = 0.into();
        }
        (field.name.to_owned(), property)
    };
    FIELDS.iter().map(fact).collect()
}

/// Puts properties into a schema, all of them required; others stay where they are lists.
fn put(schema: &mut Value, made: Map<String, Value>) {
    let properties = schema["properties"].as_object_mut().unwrap();
    properties.retain(|_, property| property["type"] == "array");
    properties.extend(made);
    schema["required"] = properties.keys().cloned().collect::<Vec<_>>().into();
}

/// Puts properties into the schema of a list's items beside what names them.
fn put_each(list: &mut Value, made: Map<String, Value>) {
    let properties = list["items"]["properties"].as_object_mut().unwrap();
    properties.extend(made);
    list["items"]["required"] = properties.keys().cloned().collect::<Vec<_>>().into();
}

#[test]
fn the_schema_holds_every_quantity_and_every_finding() {
    let mut schema: Value = serde_json::from_str(&read("case.schema.json")).unwrap();
    let all = &mut schema["properties"];
    put(&mut all["quantities"], properties(MEASURED));
    put(&mut all["confidence"], properties(CONFIDENCE));
    put(&mut all["indexed"], properties(INDEXED));
    let patient = all["patient"]["properties"].as_object_mut().unwrap();
    patient.retain(|name, _| name == "data");
    patient.extend(facts());
    let lists = &mut all["quantities"]["properties"];
    put_each(&mut lists["segments"], properties(SEGMENT));
    put_each(&mut lists["territories"], properties(TERRITORY));
    put_each(&mut lists["thresholds"], properties(THRESHOLD));
    let details = &mut all["findings"]["items"]["properties"];
    let codes = Finding::examples();
    details["code"]["enum"] = codes.iter().map(Finding::code).collect::<Vec<_>>().into();
    details["region"]["enum"] = Region::SCORED.map(Region::name).to_vec().into();
    details["sequence"]["enum"] = Sequence::ALL.map(Sequence::name).to_vec().into();
    let text = serde_json::to_string_pretty(&schema).unwrap();
    check("case.schema.json", &format!("{text}\n"));
}

/// A table in Markdown; a bar inside a cell does not end it.
fn table<const N: usize>(headings: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let line = |cells: [String; N]| {
        let cells = cells.map(|cell| cell.replace('|', "\\|"));
        format!("| {} |\n", cells.join(" | "))
    };
    let mut table = line(headings.map(str::to_owned)) + &line([(); N].map(|()| "---".to_owned()));
    rows.for_each(|row| table += &line(row));
    table
}

fn quantities<T>(quantities: &[Quantity<T>]) -> String {
    let row = |quantity: &Quantity<T>| {
        let in_csv = match quantity.column_of_each {
            Some(column) => format!(", in CSV `{column}`"),
            None => String::new(),
        };
        [
            format!("`{}`{in_csv}", quantity.name),
            quantity.label.to_owned(),
            quantity.unit.to_owned(),
            quantity.meaning.to_owned(),
        ]
    };
    table(
        ["name", "quantity", "unit", "meaning"],
        quantities.iter().map(row),
    )
}

fn metrics() -> String {
    let row = |metric: &Metric| {
        let better = match metric.better {
            Better::Higher => "higher",
            Better::Lower => "lower",
            Better::NearZero => "near 0",
        };
        let (name, label) = (format!("`{}`", metric.name), metric.label.to_owned());
        let (unit, meaning) = (metric.unit.to_owned(), metric.meaning.to_owned());
        [name, label, unit, better.to_owned(), meaning]
    };
    table(
        ["name", "score", "unit", "better", "definition"],
        Metric::ALL.iter().map(row),
    )
}

/// Replaces what stands between the comments of a section.
fn put_section(text: &str, section: &str, made: &str) -> String {
    let begin = text.find(&format!("<!-- {section}: ")).unwrap();
    let begin = begin + text[begin..].find('\n').unwrap() + 1;
    let end = text.find(&format!("<!-- end of {section} -->")).unwrap();
    format!("{}{made}{}", &text[..begin], &text[end..])
}

#[test]
fn the_list_of_measures_holds_every_quantity_and_every_metric() {
    let text = put_section(&read("measures.md"), "metrics", &metrics());
    let parts = [
        quantities(MEASURED),
        format!(
            "With `--identify`, of a patient whose height and weight the images say:\n\n{}",
            quantities(INDEXED)
        ),
        format!("Of a model's labels:\n\n{}", quantities(CONFIDENCE)),
        format!("Of each segment:\n\n{}", quantities(SEGMENT)),
        format!("Of each territory:\n\n{}", quantities(TERRITORY)),
        format!("Of each threshold:\n\n{}", quantities(THRESHOLD)),
    ];
    check(
        "measures.md",
        &put_section(&text, "quantities", &parts.join("\n")),
    );
}
