//! Every finding of a case reaches every output.

use std::fs::read_to_string;

use myops_image::phantom::{Phantom, PhantomSettings};
use myops_image::sequence::PerSequence;
use myops_measure::finding::Finding;
use myops_segment::Confidence;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use super::files::Fingerprints;
use super::progress::Silent;
use super::record::{CaseFolder, Record};
use super::results::{write_case, write_cohort};
use crate::device::DeviceChoice;
use crate::report::{CaseSheet, CaseView, ModelId, Origin};

fn sheet_with(findings: Vec<Finding>, folder: &CaseFolder) -> CaseSheet {
    let settings = PhantomSettings {
        side_px: [150, 160],
        spacing_mm: [1.9, 2.1],
        ..PhantomSettings::default()
    };
    let (study, _) = Phantom::draw(&settings, &mut ChaCha8Rng::seed_from_u64(1)).render("case");
    let model = ModelId {
        name: "m".into(),
        fingerprint: "f".into(),
    };
    let misalignment = Some(PerSequence::default());
    let origin = Origin {
        model: Some(model),
        findings,
        misalignment,
        expected_dice: Some(0.9),
        ..Origin::default()
    };
    write_case(
        folder,
        "case",
        &CaseView::of(study.reference().unwrap(), study.images()),
        origin,
    )
    .unwrap()
}

fn record_of(sheet: &CaseSheet) -> Record {
    let confidence = Confidence {
        expected_dice: 0.9,
        agreement: None,
    };
    let (device, inputs) = (DeviceChoice::Cpu, Fingerprints::new());
    Record::of(sheet, None, confidence, device, inputs)
}

#[test]
fn every_finding_reaches_terminal_record_json_page_and_tables() {
    let out = std::env::temp_dir().join(format!("myops-findings-{}", std::process::id()));
    let folder = CaseFolder::of(&out, "case");
    folder.create().unwrap();
    let sheet = sheet_with(Finding::examples(), &folder);
    folder.finish(record_of(&sheet), &[]).unwrap();
    write_cohort(&out, &[], &Silent).unwrap();

    let text = |name: &str| read_to_string(out.join(name)).unwrap();
    let json = |name: &str| serde_json::from_str::<Value>(&text(name)).unwrap();
    let (record, quantities) = (
        json("case/case_record.json"),
        json("case/case_quantities.json"),
    );
    let (page, csv, cohort) = (
        text("case/case_report.html"),
        text("cohort.csv"),
        text("cohort.html"),
    );
    let terminal: Vec<String> = sheet.told().collect();
    for finding in Finding::examples() {
        let (kind, sentence) = (finding.kind(), finding.to_string());
        assert!(
            terminal.contains(&format!("case case: {sentence}")),
            "terminal: {sentence}"
        );
        for told in [&record, &quantities] {
            let one = |list: &str, said: Value| told[list].as_array().unwrap().contains(&said);
            assert!(
                one("flags", serde_json::to_value(&finding).unwrap()),
                "{kind}: {told}"
            );
            assert!(one("notes", sentence.clone().into()), "{sentence}: {told}");
        }
        for (name, told) in [
            ("page", &page),
            ("cohort.csv", &csv),
            ("cohort.html", &cohort),
        ] {
            assert!(told.contains(&sentence), "{name}: {sentence}");
        }
        assert!(csv.contains(kind), "cohort.csv: {kind}");
    }
    for list in ["flags", "notes", "misalignment_mm", "program_version"] {
        assert_eq!(
            record[list], quantities[list],
            "the two files agree on {list}"
        );
    }
    std::fs::remove_dir_all(out).unwrap();
}
