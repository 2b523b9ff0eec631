//! "What would it take for what, before I wait for it?"

use std::fs;

use super::program::{command, copy_file, done, myops, patients, place, refused};

/// The text between two marks of a page of the documentation.
fn shown(page: &str, after: &str) -> String {
    let text = fs::read_to_string(format!("{}/../../{page}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (_, rest) = text.split_once(after).unwrap();
    let (_, block) = rest.split_once("```text\n").unwrap();
    block.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_table_in_the_documentation_is_what_is_printed() {
    let printed =
        done(&format!("inspect {}/phantom-001", patients())).replace(patients(), "patients");
    assert_eq!(
        printed,
        shown("docs/inputs.md", "myops inspect patients/phantom-001")
    );
}

#[test]
fn what_is_passed_over_and_why() {
    let data = place("inspect/passed") + "/pat1";
    let image = |suffix: &str| format!("{}/phantom-001/phantom-001_{suffix}.nii.gz", patients());
    for (suffix, name) in [
        ("LGE", "LGE_mag.nii.gz"),
        ("LGE", "PSIR.nii.gz"),
        ("C0", "cine.nii.gz"),
        ("T2", "T1map.nii.gz"),
        ("T2", "whatever.nii.gz"),
    ] {
        copy_file(image(suffix), format!("{data}/{name}"));
    }
    fs::write(format!("{data}/scan.dcm"), "").unwrap();
    let printed = done(&format!("inspect {data}")).replace(&data, "pat1");
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines[0], "case pat1, compared with LGE");
    assert!(printed.contains("taken for LGE by \"LGE\" in its name; the magnitude image before the phase-sensitive one\n"), "{printed}");
    let passed: Vec<&str> = lines
        .iter()
        .filter_map(|l| l.strip_prefix("passed over: "))
        .collect();
    assert_eq!(
        passed,
        [
            "pat1/PSIR.nii.gz: phase-sensitive, and there is a magnitude image",
            "pat1/T1map.nii.gz: T1 image or map",
            "pat1/scan.dcm",
            "pat1/whatever.nii.gz: nothing tells which sequence it is",
        ]
    );
}

#[test]
fn the_same_as_json() {
    let data = format!("{}/phantom-001", patients());
    let files = ["bssfp:C0", "lge:LGE", "labels:gd"].map(|pair| {
        let (option, suffix) = pair.split_once(':').unwrap();
        format!("--{option} {data}/phantom-001_{suffix}.nii.gz")
    });
    let text = done(&format!("inspect --json {} --id x", files.join(" ")));
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let expected = |role: &str, suffix: &str, to_reference, shift_mm: Option<f64>| {
        serde_json::json!({
            "role": role,
            "source": format!("{data}/phantom-001_{suffix}.nii.gz"),
            "stack": {"voxels": [479, 478, 5], "mm": [0.757, 0.757, 14.804], "plane": "coronal", "phases": 1, "phase": null},
            "to_reference": to_reference,
            "shift_mm": shift_mm,
            "reason": "",
            "problem": null,
        })
    };
    let on_it = serde_json::json!(
        {"angle_degrees": 0.0, "in_plane_mm": 0.0, "through_plane_mm": 0.0, "covered_percent": 100.0}
    );
    assert_eq!(
        json,
        serde_json::json!({
            "cases": [{
                "case": "x",
                "reference": "LGE",
                "images": [
                    expected("bSSFP", "C0", on_it.clone(), Some(0.0)),
                    expected("LGE", "LGE", serde_json::Value::Null, None),
                    expected("labels", "gd", on_it, None),
                ],
                "tie": null,
                "apart": null,
            }],
            "passed_over": [],
        })
    );
}

#[test]
fn a_case_that_cannot_be_segmented_is_named_and_the_exit_code_says_so() {
    let data = place("inspect/refused");
    let image = |suffix: &str| format!("{}/phantom-001/phantom-001_{suffix}.nii.gz", patients());
    copy_file(image("LGE"), format!("{data}/two/LGE_1.nii.gz"));
    copy_file(image("LGE"), format!("{data}/two/LGE_2.nii.gz"));
    copy_file(image("LGE"), format!("{data}/fine/LGE.nii.gz"));
    copy_file(image("LGE"), format!("{data}/broken/LGE.nii.gz"));
    fs::write(format!("{data}/broken/T2.nii.gz"), "no image").unwrap();
    let run = myops(&format!("inspect {data}"));
    assert_eq!(run.code, 1);
    assert!(run.out.contains("problem: not a NIfTI file"), "{}", run.out);
    let tie = format!(
        "  problem: case two has two files for LGE: {data}/two/LGE_1.nii.gz and {data}/two/LGE_2.nii.gz\n"
    );
    assert!(run.out.contains(&tie), "{}", run.out);
    assert_eq!(
        run.err,
        "error: 2 of 3 cases cannot be segmented: broken, two\n\
         hint: name the file to be taken with --lge FILE, --bssfp FILE or --t2 FILE, or in a table with --cases\n"
    );
    let json = command(["inspect", "--json", &data]).output().unwrap();
    assert_eq!(json.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(
        json["cases"][1]["images"][0]["reason"],
        "\"LGE\" in its name"
    );
    let error = refused(&format!("inspect {data}/nothing"));
    assert!(
        error.starts_with(&format!("error: {data}/nothing: no case found")),
        "{error}"
    );
    assert_eq!(myops("inspect").code, 2);
}

#[test]
fn images_are_compared_with_the_slices_that_are_asked_for() {
    let case = format!("{}/phantom-001", patients());
    let printed = done(&format!("inspect {case} --grid t2"));
    assert!(
        printed.starts_with("case phantom-001, compared with T2\n"),
        "{printed}"
    );
    let lge = format!("--lge {case}/phantom-001_LGE.nii.gz --id x");
    let run = myops(&format!("inspect {lge} --grid t2"));
    assert!(run.code == 1 && run.out.starts_with("case x"), "{run:?}");
    assert!(run.out.contains("T2"), "{run:?}");
}
