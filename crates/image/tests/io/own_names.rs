//! Cases found by names that only tell a sequence: BIDS, dcm2niix, a folder a patient.

use std::fs;
use std::path::Path;

use myops_image::io::{CaseFiles, IoError, find_cases, search};
use myops_image::sequence::Sequence;

use super::handmade::Handmade;
use super::layouts::{folder, holds, put};

/// Every case as `ID: C0 LGE T2 gd`, and every file passed over as `path (reason)`.
fn told(files: &[&str]) -> (Vec<String>, Vec<String>) {
    let folder = folder(files);
    told_of(folder.path())
}

fn told_of(path: &Path) -> (Vec<String>, Vec<String>) {
    let found = search(path).unwrap();
    let here = format!("{}/", path.display());
    let cases = found.cases.iter();
    (
        cases
            .map(|case| format!("{}: {}", case.id(), holds(case)))
            .collect(),
        found
            .passed_over
            .iter()
            .map(|file| file.to_string().replace(&here, ""))
            .collect(),
    )
}

fn cases(files: &[&str]) -> Vec<String> {
    told(files).0
}

#[test]
fn bids_with_sessions_entities_and_other_images() {
    let (cases, passed_over) = told(&[
        "dataset_description.json",
        "sub-01/ses-1/anat/sub-01_ses-1_acq-sax_LGE.nii.gz",
        "sub-01/ses-1/anat/sub-01_ses-1_T2w.nii.gz",
        "sub-01/ses-1/anat/sub-01_ses-1_T1map.nii.gz",
        "sub-01/ses-1/func/sub-01_ses-1_acq-sax_cine.nii.gz",
        "sub-01/ses-1/func/sub-01_ses-1_acq-4ch_cine.nii.gz",
        "sub-02/anat/sub-02_LGE.nii.gz",
        "sub-02/anat/sub-02_bssfp.nii.gz",
        "sub-lge3/anat/sub-lge3_T2w.nii.gz",
        "derivatives/seg/sub-02/anat/sub-02_desc-smooth_LGE.nii.gz",
    ]);
    assert_eq!(
        cases,
        [
            "sub-01_ses-1: sub-01_ses-1_acq-sax_cine.nii.gz sub-01_ses-1_acq-sax_LGE.nii.gz sub-01_ses-1_T2w.nii.gz -",
            "sub-02: sub-02_bssfp.nii.gz sub-02_LGE.nii.gz - -",
            "sub-lge3: - - sub-lge3_T2w.nii.gz -",
        ]
    );
    assert_eq!(
        passed_over,
        [
            "derivatives/seg/sub-02/anat/sub-02_desc-smooth_LGE.nii.gz (derivatives of BIDS)",
            "sub-01/ses-1/anat/sub-01_ses-1_T1map.nii.gz (T1 image or map)",
            "sub-01/ses-1/func/sub-01_ses-1_acq-4ch_cine.nii.gz (long-axis view)",
        ]
    );
}

#[test]
fn names_of_dcm2niix_with_several_patients_in_one_folder() {
    let (cases, passed_over) = told(&[
        "patA_cine_tfi_sax_retro_20260101_5.nii.gz",
        "patA_de_overview_tfi_psir_MAG_20260101_9.nii.gz",
        "patA_de_overview_tfi_psir_PSIR_20260101_10_ph.nii.gz",
        "patA_t2_stir_sax_20260101_12.nii.gz",
        "patA_T1Map_MOLLI_T1MAP_20260101_14.nii.gz",
        "patA_localizer_20260101_1.nii.gz",
        "patB_de_tfi_psir_sax_20260103_8.nii.gz",
    ]);
    assert_eq!(
        cases,
        [
            "patA: patA_cine_tfi_sax_retro_20260101_5.nii.gz patA_de_overview_tfi_psir_MAG_20260101_9.nii.gz \
             patA_t2_stir_sax_20260101_12.nii.gz -",
            "patB: - patB_de_tfi_psir_sax_20260103_8.nii.gz - -"
        ]
    );
    assert_eq!(
        passed_over,
        [
            "patA_T1Map_MOLLI_T1MAP_20260101_14.nii.gz (T1 image or map)",
            "patA_de_overview_tfi_psir_PSIR_20260101_10_ph.nii.gz (phase-sensitive, and there is a magnitude image)",
            "patA_localizer_20260101_1.nii.gz (localizer)",
        ]
    );
}

#[test]
fn the_sidecar_decides_before_the_name() {
    let folder = folder(&[
        "p_scan_1.nii.gz",
        "p_scan_2.nii.gz",
        "p_LGE_like_3.nii.gz",
        "p_cine_4.nii.gz",
    ]);
    let sidecar = |name: &str, json: &str| put(folder.path(), name, json.as_bytes());
    sidecar(
        "p_scan_1.json",
        r#"{"EchoTime": 0.0012, "InversionTime": 0.3, "ImageType": ["ORIGINAL", "P"], "SeriesNumber": 1, "ProtocolName": "scan"}"#,
    );
    sidecar(
        "p_scan_2.json",
        r#"{"SeriesDescription": "t2_stir_sax", "EchoTime": 0.061}"#,
    );
    sidecar(
        "p_LGE_like_3.json",
        r#"{"SeriesDescription": "x", "ImageType": ["DERIVED"]}"#,
    );
    sidecar(
        "p_cine_4.json",
        r#"{"SeriesDescription": 7, "SeriesNumber": 4"#,
    );
    let found = search(folder.path()).unwrap();
    let case = &found.cases[0];
    assert_eq!(
        holds(case),
        "p_cine_4.nii.gz p_scan_1.nii.gz p_scan_2.nii.gz -"
    );
    assert_eq!(case.id(), "p");
    assert_eq!(
        case.reason(Sequence::Lge),
        Some("inversion time 300 ms, phase-sensitive image")
    );
    assert_eq!(case.reason(Sequence::T2), Some("\"t2\" in its description"));
    assert_eq!(case.reason(Sequence::Bssfp), Some("\"cine\" in its name"));
    let passed: Vec<_> = found
        .passed_over
        .iter()
        .map(|f| f.reason.as_deref())
        .collect();
    assert_eq!(passed, [Some("derived image")]);
}

#[test]
fn simple_names_in_a_folder_a_patient_at_any_depth() {
    assert_eq!(
        cases(&[
            "site/2026/pat1/PSIR.nii.gz",
            "site/2026/pat1/cine.nii.gz",
            "site/2026/pat1/T2_STIR.nii",
            "site/2026/pat2/nifti/lge_sax.nii.gz",
            "site/2026/pat2/nifti/lge_4ch.nii.gz",
            "site/2026/pat3/LGE/IM1.nii.gz",
            "site/2026/pat3/9_cine_sax/IM1.nii.gz",
            "pat4/baseline/LGE.nii.gz",
            "pat5/baseline/LGE.nii.gz",
            "a/b/c/d/e_C0.nii.gz",
        ]),
        [
            "e: e_C0.nii.gz - - -",
            "pat1: cine.nii.gz PSIR.nii.gz T2_STIR.nii -",
            "pat2: - lge_sax.nii.gz - -",
            "pat3: IM1.nii.gz IM1.nii.gz - -",
            "pat4_baseline: - LGE.nii.gz - -",
            "pat5_baseline: - LGE.nii.gz - -",
        ]
    );
}

#[test]
fn numbers_of_series_are_no_patients_and_numbers_of_patients_are() {
    let place = "pat7";
    let in_place = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|n| format!("{place}/{n}")).collect();
        cases(&names.iter().map(String::as_str).collect::<Vec<_>>())
    };
    assert_eq!(
        in_place(&["9_de_tfi.nii.gz", "5_cine_sax.nii.gz", "12_t2_stir.nii.gz"]),
        ["pat7: 5_cine_sax.nii.gz 9_de_tfi.nii.gz 12_t2_stir.nii.gz -"]
    );
    assert_eq!(
        in_place(&["001_lge_a.nii.gz", "001_cine.nii.gz", "002_lge_a.nii.gz"]),
        [
            "001: 001_cine.nii.gz 001_lge_a.nii.gz - -",
            "002: - 002_lge_a.nii.gz - -"
        ]
    );
}

#[test]
fn a_longer_beginning_is_the_same_patient_unless_it_has_several_sequences() {
    assert_eq!(
        cases(&[
            "P1_cine.nii.gz",
            "P1_x_de_sax.nii.gz",
            "P1_followup_cine.nii.gz",
            "P1_followup_lge_sax.nii.gz",
            "P10_lge_sax.nii.gz",
        ]),
        [
            "P1: P1_cine.nii.gz P1_x_de_sax.nii.gz - -",
            "P1_followup: P1_followup_cine.nii.gz P1_followup_lge_sax.nii.gz - -",
            "P10: - P10_lge_sax.nii.gz - -",
        ]
    );
}

#[test]
fn other_sequences_join_the_case_under_a_known_name() {
    let (cases, passed_over) = told(&[
        "pat1_LGE.nii.gz",
        "pat1_T2.nii.gz",
        "pat1_cine.nii.gz",
        "pat1_t2_stir.nii.gz",
        "pat10_cine.nii.gz",
        "pat11_cine.nii.gz",
        "pat11_psir_sax.nii.gz",
        "sax/sax_LGE.nii.gz",
        "sax/cine_sax.nii.gz",
        "sax/T2_sax.nii.gz",
    ]);
    assert_eq!(
        cases,
        [
            "pat1: pat1_cine.nii.gz pat1_LGE.nii.gz pat1_T2.nii.gz -",
            "pat11: pat11_cine.nii.gz pat11_psir_sax.nii.gz - -",
            "sax: cine_sax.nii.gz sax_LGE.nii.gz T2_sax.nii.gz -",
        ]
    );
    assert_eq!(
        passed_over,
        [
            "pat10_cine.nii.gz (one file alone, and other cases there are named ID_C0, ID_LGE, ID_T2)",
            "pat1_t2_stir.nii.gz (case pat1 has T2 under a known name)",
        ]
    );
}

#[test]
fn two_files_for_one_sequence_stop_the_case_and_no_other() {
    let folder = folder(&[
        "a/LGE_1.nii.gz",
        "a/LGE_2.nii.gz",
        "a/cine.nii.gz",
        "b/LGE.nii.gz",
    ]);
    let found = search(folder.path()).unwrap();
    let [a, b] = found.cases.as_slice() else {
        panic!("{found:?}")
    };
    assert!(b.check_images().is_ok());
    let error = a.load().unwrap_err();
    assert_eq!(
        error
            .to_string()
            .replace(&folder.path().display().to_string(), "HERE"),
        "case a has two files for LGE: HERE/a/LGE_1.nii.gz and HERE/a/LGE_2.nii.gz"
    );
    assert!(error.hint().unwrap().contains("--lge FILE"));
}

#[test]
fn of_two_files_the_short_axis_and_the_stack_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let slice = Handmade {
        dim: vec![4, 6, 1],
        ..Handmade::default()
    };
    for (name, file) in [
        ("p/LGE_1.nii.gz", &slice),
        ("p/LGE_2.nii.gz", &Handmade::default()),
    ] {
        put(folder.path(), name, &file.gzip());
    }
    put(folder.path(), "q/cine_sax.nii.gz", b"");
    put(folder.path(), "q/cine_2.nii.gz", b"");
    let (cases, passed_over) = told_of(folder.path());
    assert_eq!(cases, ["p: - LGE_2.nii.gz - -", "q: cine_sax.nii.gz - - -"]);
    assert_eq!(
        passed_over,
        [
            "p/LGE_1.nii.gz (a single slice, and there is a stack of slices)",
            "q/cine_2.nii.gz (another file says short axis)",
        ]
    );
}

#[test]
fn labels_under_the_name_of_the_case_belong_to_it() {
    assert_eq!(
        cases(&["p6/p6-C0.nii.gz", "p6/p6-LGE.nii.gz", "p6/p6_gd.nii.gz"]),
        ["p6: p6-C0.nii.gz p6-LGE.nii.gz - p6_gd.nii.gz"]
    );
}

#[test]
fn one_case_by_one_of_its_files_or_what_they_begin_with() {
    let folder = folder(&[
        "x/pat1_lge_sax.nii.gz",
        "x/pat1_cine.nii.gz",
        "x/pat2_lge_sax.nii.gz",
        "y/PSIR.nii.gz",
        "y/lge_mag.nii.gz",
    ]);
    let one = |name: &str| find_cases(folder.path().join(name));
    for name in ["x/pat1", "x/pat1_", "x/pat1_cine.nii.gz"] {
        let cases = one(name).unwrap();
        assert_eq!(cases.len(), 1, "{name}");
        assert_eq!(
            holds(&cases[0]),
            "pat1_cine.nii.gz pat1_lge_sax.nii.gz - -",
            "{name}"
        );
    }
    assert_eq!(one("y/lge_mag.nii.gz").unwrap()[0].id(), "y");
    let error = one("y/PSIR.nii.gz").unwrap_err().to_string();
    assert!(
        error.ends_with("y/PSIR.nii.gz (phase-sensitive, and there is a magnitude image)"),
        "{error}"
    );
}

#[test]
fn results_and_cases_below_one_of_their_name_are_no_input() {
    let (cases, passed_over) = told(&[
        "p1_LGE.nii.gz",
        "old/backup/p1_LGE.nii.gz",
        "segmented/p1/p1_labels.nii.gz",
        "segmented/p1/p1_labels_LGE.nii.gz",
        "segmented/p1/p1.json",
    ]);
    assert_eq!(cases, ["p1: - p1_LGE.nii.gz - -"]);
    assert_eq!(
        passed_over,
        [
            "old/backup/p1_LGE.nii.gz (there is a case p1 above it)",
            "segmented/p1/p1_labels.nii.gz (among results of myops)",
            "segmented/p1/p1_labels_LGE.nii.gz (among results of myops)",
        ]
    );
}

#[test]
fn eight_folders_deep_and_no_deeper() {
    let deep = "1/2/3/4/5/6/7/8/LGE.nii.gz";
    let (cases, passed_over) = told(&[deep, "1/2/3/4/5/6/7/8/9/T2.nii.gz"]);
    assert_eq!(cases, ["8: - LGE.nii.gz - -"]);
    assert_eq!(
        passed_over,
        ["1/2/3/4/5/6/7/8/9 (more than 8 folders deep)"]
    );
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_end() {
    let folder = folder(&["p/LGE.nii.gz"]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("p/again")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("p"), folder.path().join("z")).unwrap();
    assert_eq!(told_of(folder.path()).0, ["p: - LGE.nii.gz - -"]);
}

#[test]
fn files_named_outright_form_a_case() {
    use myops_image::sequence::PerSequence;
    let folder = folder(&["a.nii", "b.nii"]);
    let at = |name: &str| Some(folder.path().join(name));
    let named = |id: &str, lge, t2| {
        let images = PerSequence {
            bssfp: None,
            lge,
            t2,
        };
        CaseFiles::named(id, images, None)
    };
    let case = named("p", at("a.nii"), at("b.nii")).unwrap();
    assert_eq!(holds(&case), "- a.nii b.nii -");
    let told = |case: Result<CaseFiles, IoError>| {
        let error = case.unwrap_err().to_string();
        error.replace(&folder.path().display().to_string(), "HERE")
    };
    assert_eq!(
        told(named("p", at("a.nii"), at("a.nii"))),
        "HERE/a.nii: given for LGE and for T2"
    );
    assert!(told(named("p", at("no.nii"), None)).starts_with("HERE/no.nii: cannot be read"));
    assert!(told(named("a/b", at("a.nii"), None)).contains("path separator"));
    fs::remove_file(folder.path().join("b.nii")).unwrap();
}
