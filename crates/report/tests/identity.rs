//! Who was examined is told where it is asked for, and nowhere else.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod cohort;

use myops_image::geometry::{Affine, Grid, Spacing};
use myops_image::label::{Label, LabelMap};
use myops_image::patient::Patient;
use myops_image::sequence::PerSequence;
use myops_image::volume::Volume;
use myops_report::identity::FIELDS;
use myops_report::quantity::{INDEXED, Quantity, Tables};
use myops_report::{Case, CaseView, Identity, Origin, PatientData, case_page};
use serde_json::Value;

/// 40 ml of blood about 20 ml of wall, which are 21 g.
fn labels() -> LabelMap {
    let affine = Affine::from_spacing(Spacing::new_mm([10.0; 3]).unwrap());
    let grid = Grid::new([10, 6, 1], affine).unwrap();
    Volume::from_fn(grid, |[_, j, _]| {
        [Label::LvPool, Label::Myocardium][usize::from(j > 3)]
    })
}

fn patient() -> Patient {
    Patient {
        name: Some("Dr Petra <b>Phantom</b>".into()),
        id: Some("=PH-4711".into()),
        birth_date: Some("1960-02-03".into()),
        sex: Some("F".into()),
        age_years: Some(65.0),
        exam_date: Some("2025-12-31".into()),
        height_m: Some(1.78),
        weight_kg: Some(82.0),
    }
}

fn case(id: &str, patient: Option<Identity>) -> Case {
    let origin = Origin {
        patient,
        ..Origin::default()
    };
    Case::measure(
        id,
        &CaseView::of(&labels(), &PerSequence::default()),
        origin,
    )
}

fn page(case: &Case) -> String {
    case_page(case, &CaseView::of(&labels(), &PerSequence::default())).unwrap()
}

fn everything(case: &Case) -> [String; 4] {
    let alone = std::slice::from_ref(case);
    [
        page(case),
        cohort::page(alone),
        cohort::csv(alone),
        serde_json::to_string_pretty(case).unwrap(),
    ]
}

#[test]
fn withheld_results_do_not_depend_on_the_patient() {
    let of = |patient| case("a", Some(Identity::of(&patient, PatientData::Withheld)));
    let (first, second) = (of(patient()), of(Patient::default()));
    assert_eq!(everything(&first), everything(&second));
    let shown = case("a", Some(Identity::of(&patient(), PatientData::Shown)));
    assert_eq!(shown.without_patient(), first);
    let unknown = case("a", None);
    assert_eq!(everything(&unknown)[..3], everything(&first)[..3]);
    assert_eq!(unknown.clone().without_patient(), unknown);
}

#[test]
fn every_fact_reaches_page_csv_and_json() {
    let case = case("a", Some(Identity::Shown(patient())));
    let [page, cohort, csv, json] = everything(&case);
    let again: Case = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&again.patient, cohort::csv(std::slice::from_ref(&again))),
        (&case.patient, csv.clone())
    );
    let json: Value = serde_json::from_str(&json).unwrap();
    let rows = myops_report::rows_of(&csv);
    let cell = |column: &str| {
        let at = rows[0].iter().position(|name| name == column).unwrap();
        rows[1][at].clone()
    };
    for field in FIELDS {
        let value = (field.of)(&patient()).unwrap();
        assert_eq!(
            myops_report::name_in_cell(&cell(&field.column())),
            value,
            "{}",
            field.name
        );
        let of_json = &json["patient"][field.name];
        let of_json = of_json.as_f64().map_or_else(
            || of_json.as_str().unwrap().to_owned(),
            |number| number.to_string(),
        );
        assert_eq!(of_json, value, "{}", field.name);
        assert!(page.contains(field.label), "{}", field.label);
    }
    assert!(
        page.contains("Dr Petra &#60;b&#62;Phantom&#60;/b&#62;") && page.contains("2025-12-31")
    );
    for html in [&page, &cohort] {
        assert!(!html.contains("<b>Phantom"));
    }
    let texts = &cohort::data(&cohort)["texts"];
    let shown = FIELDS.iter().filter(|field| field.tables != Tables::Csv);
    for (at, field) in shown.enumerate() {
        assert_eq!(texts[at][0], (field.of)(&patient()).unwrap());
        assert!(cohort.contains(&format!(">{}<", field.label)));
    }
    for told in ["1.78 m<", "82 kg", "65 years", "2.00 m²"] {
        assert!(page.contains(told), "{told}");
    }
    assert!(csv.contains("'=PH-4711"), "no formula for a spreadsheet");
}

#[test]
fn volumes_and_mass_are_related_to_body_surface() {
    let case = case("a", Some(Identity::Shown(patient())));
    let indexed = case.indexed.as_ref().unwrap();
    // Du Bois: 0.007184 * 82^0.425 * 178^0.725 = 2.0012.
    for (quantity, expected) in INDEXED
        .iter()
        .zip([2.0012, 40.0 / 2.0012, 0.0, 21.0 / 2.0012])
    {
        let value = indexed.get(quantity).unwrap();
        assert!(
            (value - expected).abs() < 1e-3,
            "{}: {value}",
            quantity.name
        );
    }
    let page = page(&case);
    for told in ["20.0 ml/m²", "10.5 g/m²"] {
        assert_eq!(page.matches(told).count(), 2, "{told}");
    }
}

#[test]
fn what_images_do_not_say_is_not_told() {
    let partly = Patient {
        height_m: Some(1.7),
        name: Some("Petra Phantom".into()),
        ..Patient::default()
    };
    let some = case("a", Some(Identity::Shown(partly)));
    assert_eq!(some.indexed, None);
    let json = serde_json::to_value(&some).unwrap();
    let mut keys: Vec<&String> = json["patient"].as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["data", "height_m", "name"]);
    let page = page(&some);
    assert!(page.contains("<dt>Weight</dt><dd>–</dd>"));
    assert!(!page.contains("/m²"));
    let zero = Patient {
        height_m: Some(1.7),
        weight_kg: Some(0.0),
        ..Patient::default()
    };
    assert_eq!(case("a", Some(Identity::Shown(zero))).indexed, None);
}

#[test]
fn a_cohort_has_columns_about_patients_where_one_is_told() {
    let cases = [
        case("a", Some(Identity::Withheld)),
        case("b", Some(Identity::Shown(patient()))),
        case("c", None),
    ];
    let rows = myops_report::rows_of(&cohort::csv(&cases));
    let at = |column: &str| rows[0].iter().position(|name| name == column);
    let [name, index] = ["patient_name", Quantity::WALL_G_PER_M2.name].map(|c| at(c).unwrap());
    let of = |row: usize| (rows[row][name].as_str(), !rows[row][index].is_empty());
    assert_eq!(of(1), ("", false));
    assert_eq!(of(2), ("Dr Petra <b>Phantom</b>", true));
    assert_eq!(of(3), ("", false));
    let page = cohort::page(&cases);
    for column in cohort::data(&page)["texts"].as_array().unwrap() {
        let is_told = |case: usize| !column[case].is_null();
        assert_eq!([0, 1, 2].map(is_told), [false, true, false]);
    }
    let cases = cases.map(Case::without_patient);
    assert!(!cohort::csv(&cases).contains("patient"));
    assert!(!cohort::page(&cases).contains("Patient"));
}
