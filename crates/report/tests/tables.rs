//! Every row of the tables of quantities reaches every output.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod cohort;

use myops_image::patient::Patient;
use myops_image::phantom::{Phantom, PhantomSettings};
use myops_image::study::Study;
use myops_measure::confidence::RegionConfidence;
use myops_measure::finding::Finding;
use myops_report::quantity::{
    CONFIDENCE, Confidence, INDEXED, MEASURED, Quantity, SEGMENT, TERRITORY, THRESHOLD, Tables,
};
use myops_report::{Case, CaseView, Identity, Origin, TerminalRow, case_page, terminal_table};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

fn measured() -> (Case, Study) {
    let phantom = Phantom::draw(
        &PhantomSettings::default(),
        &mut ChaCha8Rng::seed_from_u64(1),
    );
    let (study, _) = phantom.render("phantom");
    let view = CaseView::of(study.reference().unwrap(), study.images());
    let region = RegionConfidence {
        expected_dice: 0.8125,
        agreement: Some(0.75),
    };
    let patient = Patient {
        height_m: Some(1.78),
        weight_kg: Some(82.0),
        ..Patient::default()
    };
    let origin = Origin {
        patient: Some(Identity::Shown(patient)),
        confidence: Some(Confidence {
            scar_and_edema: region,
            scar: Some(region),
            probability_of_scar: Some(0.25),
        }),
        ..Origin::default()
    };
    (Case::measure("phantom", &view, origin), study)
}

#[test]
fn json_csv_and_pages_hold_every_quantity() {
    let (case, study) = measured();
    let view = CaseView::of(study.reference().unwrap(), study.images());
    let text = serde_json::to_string(&case).unwrap();
    let again: Case = serde_json::from_str(&text).unwrap();
    assert_eq!(
        cohort::csv(&[again]),
        cohort::csv(std::slice::from_ref(&case))
    );
    let json = serde_json::to_value(&case).unwrap();
    let csv = cohort::csv(std::slice::from_ref(&case));
    let columns: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    let page = case_page(&case, &view).unwrap();
    let terminal = terminal_table(&[TerminalRow::of(&case)]);
    let cohort = cohort::page(std::slice::from_ref(&case));
    let confidence = case.confidence.as_ref().unwrap();
    let measured = MEASURED
        .iter()
        .map(|q| (plain(q), "quantities", case.quantities.values.get(q)));
    let confident = CONFIDENCE
        .iter()
        .map(|q| (plain(q), "confidence", confidence.get(q)));
    let indexed = INDEXED.iter().map(|q| {
        let value = case.indexed.as_ref().unwrap().get(q);
        (plain(q), "indexed", value)
    });
    for (quantity, part, value) in measured.chain(confident).chain(indexed) {
        let name = quantity.name;
        assert!(json[part].get(name).is_some(), "{name}");
        assert_eq!(json[part][name].as_f64(), value, "{name}");
        assert!(columns.contains(&name), "{name}");
        assert!(page.contains(&escaped(quantity.label)), "{name}");
        let heading = format!(">{}<", quantity.heading);
        let in_tables = [
            cohort.contains(&heading),
            terminal.contains(quantity.heading),
        ];
        match quantity.tables {
            Tables::Csv => {}
            Tables::Page => assert!(in_tables[0], "{name}"),
            Tables::All => assert_eq!(in_tables, [true; 2], "{name}"),
        }
    }
}

/// What does not depend on the source of a quantity.
fn plain<T>(quantity: &Quantity<T>) -> Quantity<()> {
    Quantity {
        name: quantity.name,
        label: quantity.label,
        heading: quantity.heading,
        unit: quantity.unit,
        decimals: quantity.decimals,
        meaning: quantity.meaning,
        tables: quantity.tables,
        column_of_each: quantity.column_of_each,
        of: |()| None,
    }
}

fn escaped(text: &str) -> String {
    text.replace('\'', "&#39;")
}

#[test]
fn rows_of_segments_territories_and_thresholds_are_the_fields_of_json() {
    fn check<T: serde::Serialize>(table: &[Quantity<T>], part: &T) {
        let json = serde_json::to_value(part).unwrap();
        for quantity in table {
            let value = json.get(quantity.name).unwrap_or(&Value::Bool(false));
            assert_eq!(value.as_f64(), (quantity.of)(part), "{}", quantity.name);
        }
    }
    let (case, _) = measured();
    let assessed = case.quantities.segments.iter().filter(|s| s.assessed);
    assessed.for_each(|segment| check(SEGMENT, segment));
    let territories = case.quantities.territories.iter();
    territories.for_each(|territory| check(TERRITORY, territory));
    let thresholds = case.quantities.thresholds.iter();
    thresholds.for_each(|threshold| check(THRESHOLD, threshold));
}

#[test]
fn names_are_unique_and_end_in_their_unit() {
    let measured = MEASURED.iter().map(|q| (q.name, q.unit));
    let all: Vec<_> = measured
        .chain(CONFIDENCE.iter().map(|q| (q.name, q.unit)))
        .chain(INDEXED.iter().map(|q| (q.name, q.unit)))
        .collect();
    for (at, (name, unit)) in all.iter().enumerate() {
        assert!(all[..at].iter().all(|(other, _)| other != name), "{name}");
        let ending = match *unit {
            "" => continue,
            "%" => "percent".to_owned(),
            unit => unit.replace('/', "_per_").replace('²', "2"),
        };
        assert!(name.ends_with(&ending), "{name}");
    }
}

#[test]
fn a_name_is_never_markup() {
    let (mut case, _) = measured();
    let name = "</script><img src=x onerror=\"alert(1)\">'&amp;";
    case.case.id = name.into();
    case.findings = vec![Finding::NoT2];
    let page = cohort::page(&[case]);
    assert!(!page.contains("<img") && page.matches("</script>").count() == 2);
    assert_eq!(cohort::data(&page)["cases"][0], name);
    let in_the_list_of_findings =
        "&#60;/script&#62;&#60;img src=x onerror=&#34;alert(1)&#34;&#62;&#39;&#38;amp;";
    assert!(page.contains(in_the_list_of_findings));
}
