//! Every finding of a case reaches every output.

use std::fs::read_to_string;

use myops_image::phantom::{Phantom, PhantomSettings};
use myops_image::sequence::PerSequence;
use myops_measure::finding::Finding;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use super::cohort::Cohort;
use super::files::Fingerprints;
use super::progress::Silent;
use super::record::CaseFolder;
use super::results::write_case;
use crate::measure::confidence::RegionConfidence;
use crate::report::quantity::Confidence;
use crate::report::{Case, CaseView, ModelId, Origin};

fn case_with(findings: Vec<Finding>, folder: &CaseFolder) -> Case {
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
        confidence: Some(Confidence {
            scar_and_edema: RegionConfidence {
                expected_dice: 0.9,
                agreement: None,
            },
            scar: None,
            probability_of_scar: None,
        }),
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

#[test]
fn every_finding_reaches_terminal_json_page_and_tables() {
    let out = std::env::temp_dir().join(format!("myops-findings-{}", std::process::id()));
    let folder = CaseFolder::of(&out, "case");
    folder.create().unwrap();
    let case = case_with(Finding::examples(), &folder);
    folder.finish(&case, Fingerprints::new(), &[]).unwrap();
    Cohort::of([&out]).write(&out, &Silent).unwrap();

    let text = |name: &str| read_to_string(out.join(name)).unwrap();
    let json: Value = serde_json::from_str(&text("case/case.json")).unwrap();
    let (page, csv, cohort) = (
        text("case/case_report.html"),
        text("cohort.csv"),
        text("cohort.html"),
    );
    let terminal: Vec<String> = case.told().collect();
    for finding in Finding::examples() {
        let (code, sentence) = (finding.code(), finding.to_string());
        assert!(
            terminal.contains(&format!("case case: {sentence}")),
            "terminal: {sentence}"
        );
        let told = serde_json::to_value(finding.told()).unwrap();
        assert!(
            json["findings"].as_array().unwrap().contains(&told),
            "{told} in {}",
            json["findings"]
        );
        assert_eq!(
            (&told["code"], &told["text"]),
            (&code.into(), &sentence.clone().into())
        );
        for (name, told) in [("page", &page), ("cohort.csv", &csv)] {
            assert!(told.contains(&sentence), "{name}: {sentence}");
        }
        let words = sentence.split(|letter: char| letter.is_ascii_digit());
        for words in words.map(|words| serde_json::to_string(words).unwrap()) {
            assert!(cohort.contains(&words), "cohort.html: {words}");
        }
        assert!(csv.contains(code), "cohort.csv: {code}");
    }
    std::fs::remove_dir_all(out).unwrap();
}
