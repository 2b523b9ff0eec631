//! A cohort of 200 phantoms runs in one go.

use std::path::Path;

use rayon::prelude::*;
use serde_json::Value;

use crate::page;
use crate::patients::{Place, labels_of, myops, myops_ok, patient, write_prediction};
use crate::table::Table;

#[test]
fn a_cohort_of_200_phantoms_runs_in_one_go() {
    let folder = Place::new();
    let at = |name: &str| folder.path().join(name);
    let truths: Vec<f64> = (0..200_u64)
        .into_par_iter()
        .map(|number| {
            let (study, truth) = patient(number);
            write_prediction(&at("found"), study.id(), labels_of(&study));
            truth.scar_percent_of_wall
        })
        .collect();
    let said = myops_ok(folder.path(), &["quantify", "found", "--out", "report"]);
    assert_eq!(
        said.out.lines().count(),
        201,
        "a line for each case and one above"
    );

    let table = Table::read(&at("report/cohort.csv"));
    assert_eq!(table.len(), 200);
    for (row, truth) in truths.iter().enumerate() {
        assert_eq!(table.text(row, "case"), format!("patient-{row:03}"));
        let found = table.number(row, "scar_percent").unwrap();
        assert!(
            (found - truth).abs() < 1.0,
            "patient-{row:03}: {found} %, not {truth}"
        );
    }
    let html = std::fs::read_to_string(at("report/cohort.html")).unwrap();
    page::check(&html);
    check_data(&html, &at("report"));
    let (findings, cases) = (
        html.find(">Findings<").unwrap(),
        html.find(">Cases<").unwrap(),
    );
    assert!(findings < cases, "findings come first");
    for link in html
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        let is_here = link.starts_with('#') || at("report").join(link).is_file();
        assert!(is_here, "{link}");
    }
}

/// The table's data holds every case with its page and its thumbnail.
fn check_data(html: &str, folder: &Path) {
    let (_, rest) = html.split_once(" id=\"data\">").unwrap();
    let data: Value = serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap();
    let cases = data["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 200);
    for (templates, numbers) in [("reports", "report"), ("thumbnails", "thumbnail")] {
        for (case, number) in cases.iter().zip(data[numbers].as_array().unwrap()) {
            let template = &data[templates][number.as_u64().unwrap() as usize];
            let file = template
                .as_str()
                .unwrap()
                .replace('*', case.as_str().unwrap());
            assert!(folder.join(&file).is_file(), "{file}");
        }
    }
    for column in data["numbers"].as_array().unwrap() {
        assert_eq!(column["values"].as_array().unwrap().len(), 200);
    }
}

#[test]
fn a_bad_case_is_named_and_the_others_are_done() {
    let folder = Place::new();
    let (study, _) = patient(1);
    write_prediction(&folder.path().join("found"), study.id(), labels_of(&study));
    std::fs::write(
        folder.path().join("found/broken_labels.nii.gz"),
        b"no image",
    )
    .unwrap();
    let said = myops(folder.path(), &["quantify", "found", "--out", "report"]);
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("error: case broken: ") && said.err.contains("not a NIfTI file"),
        "{}",
        said.err
    );
    assert!(
        said.err.contains("error: 1 of 2 cases failed: broken"),
        "{}",
        said.err
    );
    assert!(
        folder
            .path()
            .join("report/patient-001/patient-001_report.html")
            .is_file()
    );
}
