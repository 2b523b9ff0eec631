//! "I have no data that I may share: give me patients whose truth is known."

use myops_image::io::find_cases;
use myops_image::label::Label;

use super::program::{bytes, done, json, names, patients, place};

#[test]
fn patients_lie_where_the_reader_finds_them_and_hold_what_their_truth_says() {
    let cases = find_cases(patients()).unwrap();
    assert_eq!(
        cases
            .iter()
            .map(myops_image::io::CaseFiles::id)
            .collect::<Vec<_>>()
            .join(" "),
        "phantom-001 phantom-002 phantom-003 phantom-004"
    );
    for case in cases {
        let study = case.require_all().unwrap().load().unwrap().study;
        let labels = study.reference().unwrap();
        let truth =
            json(format!("{}/{0}/{0}_truth.json", case.id()).replacen(case.id(), patients(), 1));
        let scar = labels.data().iter().filter(|l| **l == Label::Scar).count() as f64
            * labels.spacing().voxel_ml();
        let known = truth["volumes_ml"]["scar"]
            .as_f64()
            .unwrap_or_else(|| panic!("{truth:#}"));
        assert!(
            (scar - known).abs() < 0.5 + 0.05 * known,
            "{}: {scar} ml where the truth is {known}",
            case.id()
        );
    }
}

#[test]
fn a_patient_depends_on_seed_and_number_alone() {
    let (two, other) = (place("phantom/two"), place("phantom/other"));
    done(&format!(
        "phantom --cases 2 --seed 5 --out {two} --threads 1"
    ));
    done(&format!("phantom --cases 1 --seed 6 --out {other}"));
    assert_eq!(names(&two), ["phantom-001", "phantom-002"]);
    let image = |folder: &str| bytes(format!("{folder}/phantom-001/phantom-001_T2.nii.gz"));
    assert_eq!(image(&two), image(patients()));
    assert_ne!(image(&two), image(&other));
}
