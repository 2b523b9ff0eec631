//! A cardiologist reads one page.

use serde_json::Value;

use crate::page;
use crate::patients::{Place, labels_of, myops_ok, patient, write_case, write_prediction};
use crate::table::Table;

#[test]
fn a_cardiologist_reads_one_page() {
    let folder = Place::new();
    let at = |name: &str| folder.path().join(name);
    let (study, truth) = (60..100)
        .map(patient)
        .find(|(_, truth)| truth.scar_percent_of_wall > 5.0)
        .unwrap();
    write_case(&at("data"), &study);
    write_prediction(&at("found"), study.id(), labels_of(&study));
    let said = myops_ok(
        folder.path(),
        &["quantify", "found", "--images", "data", "--out", "report"],
    );

    let case = at("report").join(study.id());
    let html = std::fs::read_to_string(case.join(format!("{}_report.html", study.id()))).unwrap();
    page::check(&html);
    assert!(html.len() < 3_000_000, "{} bytes", html.len());
    let slices = study.grid().shape()[2];
    assert_eq!(
        html.matches("data:image/png;base64,").count(),
        3 * slices,
        "every slice of every sequence"
    );
    assert_eq!(
        html.matches("<tr><td class=\"left\">").count(),
        17,
        "every segment"
    );
    for words in [
        "Key numbers",
        "Scar, % of segment",
        "transmurality",
        "Method and limits",
        "no ejection fraction",
    ] {
        assert!(html.contains(words), "{words}");
    }

    let json: Value =
        serde_json::from_slice(&std::fs::read(case.join(format!("{}.json", study.id()))).unwrap())
            .unwrap();
    let table = Table::read(&at("report/cohort.csv"));
    let mut lines = said.out.lines();
    let line = lines.find(|l| l.starts_with(study.id())).unwrap();
    numbers_agree(&json, &table, &html, line);
    remote_and_thresholds_agree(&json, &table, &html);
    let value = |name: &str| table.number(0, name).unwrap();
    let truth = truth.scar_percent_of_wall;
    for (name, within) in [("scar_percent", 1.0), ("above_5_sd_percent", 6.0)] {
        assert!((value(name) - truth).abs() < within, "{name} {truth}");
    }
}

/// The numbers in JSON, in CSV, on the page and on the terminal are the same.
fn numbers_agree(json: &Value, table: &Table, html: &str, line: &str) {
    for (name, unit) in [
        ("lv_pool_ml", "ml"),
        ("wall_g", "g"),
        ("scar_g", "g"),
        ("scar_percent", "%"),
    ] {
        let value = json["quantities"][name].as_f64().unwrap();
        assert!(
            (table.number(0, name).unwrap() - value).abs() < 1e-6,
            "{name}"
        );
        assert!(
            html.contains(&format!(">{value:.1} {unit}<")),
            "{name} {value}"
        );
        assert!(
            line.split_whitespace()
                .any(|word| word == format!("{value:.1}")),
            "{name} in {line}"
        );
    }
    let segments = json["quantities"]["segments"].as_array().unwrap();
    for segment in segments.iter().filter_map(|s| s["scar_percent"].as_f64()) {
        assert!(
            html.contains(&format!("<td>{segment:.1}</td>")),
            "{segment}"
        );
    }
}

/// Remote myocardium and the thresholds are the same everywhere, with a reason where one is absent.
fn remote_and_thresholds_agree(json: &Value, table: &Table, html: &str) {
    let thresholds = json["quantities"]["thresholds"].as_array().unwrap();
    assert_eq!(thresholds.len(), 6);
    let remote = |name: &str| json["quantities"][name].as_f64().unwrap();
    assert_eq!(
        table.number(0, "remote_voxels"),
        Some(remote("remote_voxels"))
    );
    let mean = format!("Remote myocardium {:.1} ±", remote("remote_mean"));
    assert!(html.contains(&mean), "{mean}");
    let five = thresholds[2]["above_percent"].as_f64().unwrap();
    assert!((table.number(0, "above_5_sd_percent").unwrap() - five).abs() < 1e-6);
}

#[test]
fn labels_alone_make_a_page_too() {
    let folder = Place::new();
    let (study, _) = patient(3);
    write_prediction(
        folder.path(),
        "only <labels> & no images",
        labels_of(&study),
    );
    let file = "only <labels> & no images_labels.nii.gz";
    myops_ok(folder.path(), &["quantify", file, "--out", "report"]);
    let id = "only <labels> & no images";
    let html = std::fs::read_to_string(
        folder
            .path()
            .join("report")
            .join(id)
            .join(format!("{id}_report.html")),
    )
    .unwrap();
    page::check(&html);
    assert!(
        html.contains("labels alone, no images")
            && html.contains("aria-label=\"labels, slice 3, labels outlined\"")
    );
    let cohort = std::fs::read_to_string(folder.path().join("report/cohort.html")).unwrap();
    let reason = "there is no LGE image";
    assert!(
        html.contains(&format!("Not computed: {reason}.")),
        "absence has a reason"
    );
    let csv = Table::read(&folder.path().join("report/cohort.csv"));
    assert_eq!(
        (
            csv.text(0, "thresholds_absent_because"),
            csv.text(0, "above_fwhm_percent")
        ),
        (reason, "")
    );
    page::check(&cohort);
    assert!(
        cohort.contains("[\"*/*_report.html\"]")
            && cohort.contains("[\"only \\u003clabels> & no images\"]"),
        "the link can be put together"
    );
}
