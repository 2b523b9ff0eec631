//! The JSON of a case is as its published schema says.

use serde_json::Value;

use crate::patients::{Place, labels_of, myops_ok, patient, write_case, write_prediction};

#[test]
fn a_case_is_as_the_schema_says() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../docs/case.schema.json")).unwrap();
    let folder = Place::new();
    for number in [1, 5] {
        let (study, _) = patient(number);
        write_case(&folder.path().join("data"), &study);
        write_prediction(&folder.path().join("found"), study.id(), labels_of(&study));
    }
    let no_rv = labels_of(&patient(7).0).map(|l| match l {
        myops_image::label::Label::RvPool => myops_image::label::Label::Background,
        other => *other,
    });
    write_prediction(&folder.path().join("alone"), "no-rv", &no_rv);
    myops_ok(
        folder.path(),
        &["quantify", "found", "--images", "data", "--out", "report"],
    );
    myops_ok(folder.path(), &["quantify", "alone", "--out", "report"]);
    for id in ["patient-001", "patient-005", "no-rv"] {
        let path = folder
            .path()
            .join("report")
            .join(id)
            .join(format!("{id}.json"));
        let json: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        check(&schema, &json, id);
    }
    let wrong = serde_json::json!({"schema": "myops-quantify-2"});
    assert!(
        std::panic::catch_unwind(|| check(&schema, &wrong, "")).is_err(),
        "the check finds what is missing"
    );
}

/// The part of JSON Schema that the schema uses: type, const, enum, properties, additionalProperties, required,
/// items, bounds.
fn check(schema: &Value, value: &Value, at: &str) {
    if let Some(expected) = schema.get("const") {
        assert_eq!(value, expected, "{at}");
    }
    if let Some(known) = schema["enum"].as_array() {
        assert!(known.contains(value), "{at}: {value} is none of {known:?}");
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    assert!(
        types.is_empty() || types.iter().any(|t| is(value, t)),
        "{at}: {value} is none of {types:?}"
    );
    if let Some(number) = value.as_f64() {
        assert!(
            schema["minimum"].as_f64().is_none_or(|low| number >= low),
            "{at}: {number}"
        );
        assert!(
            schema["maximum"].as_f64().is_none_or(|high| number <= high),
            "{at}: {number}"
        );
    }
    if let (Some(object), Some(properties)) = (value.as_object(), schema["properties"].as_object())
    {
        for (name, value) in object {
            let property = properties
                .get(name)
                .or_else(|| schema.get("additionalProperties"))
                .filter(|property| property.is_object())
                .unwrap_or_else(|| panic!("{at}: the schema does not know {name}"));
            check(property, value, &format!("{at}.{name}"));
        }
        for name in schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            assert!(object.contains_key(name), "{at}: {name} is missing");
        }
    }
    for (n, item) in value.as_array().into_iter().flatten().enumerate() {
        check(&schema["items"], item, &format!("{at}[{n}]"));
    }
}

fn is(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        _ => false,
    }
}
