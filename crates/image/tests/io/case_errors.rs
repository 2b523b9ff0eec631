//! The exact words with which cases are refused, and the hints for them.

use std::fs;
use std::path::Path;

use myops_image::io::{IoError, LabelNumbers, decode_labels, find_cases};

use super::errors::{NAME, hint};
use super::handmade::Handmade;

#[test]
fn hints_are_chosen_by_the_cause() {
    let folder = tempfile::tempdir().unwrap();
    let hint_for = |file: &Handmade| {
        for name in ["x_C0.nii", "x_LGE.nii"] {
            fs::write(folder.path().join(name), file.bytes()).unwrap();
        }
        let error = find_cases(folder.path()).unwrap()[0].load().unwrap_err();
        assert!(error.to_string().contains("x_C0.nii: "), "{error}");
        error.hint().unwrap()
    };
    let sheared = [
        [0.75, 0.0, 0.0, 0.0],
        [0.0, 0.75, 4.0, 0.0],
        [0.0, 0.0, 12.0, 0.0],
    ];
    let sheared = Handmade {
        srow: sheared,
        codes: [0, 1],
        ..Handmade::default()
    };
    assert!(hint_for(&sheared).starts_with("resample the stack to orthogonal axes"));
    let small = Handmade {
        units: 3,
        ..Handmade::default()
    };
    assert!(hint_for(&small).starts_with("correct the voxel size in the header or its unit"));
    let beyond = Handmade {
        qoffset: [1.0, 2.0, 203.0],
        ..Handmade::default()
    };
    fs::write(folder.path().join("x_C0.nii"), Handmade::default().bytes()).unwrap();
    fs::write(folder.path().join("x_LGE.nii"), beyond.bytes()).unwrap();
    let error = find_cases(folder.path()).unwrap()[0].load().unwrap_err();
    assert!(
        error
            .hint()
            .unwrap()
            .starts_with("check that the images are of one exam")
    );

    let hint_for_label = |file: Handmade| {
        hint(decode_labels(&file.bytes(), Path::new(NAME), &[LabelNumbers::codes()]).map(drop))
    };
    let scaled = Handmade {
        scaling: [0.5, 0.0],
        ..Handmade::labels(&[0.0, 333.0])
    };
    assert!(hint_for_label(scaled).starts_with("the file scales its numbers (scl_slope = 0.5)"));
    let interpolated = Handmade {
        data_type: 16,
        ..Handmade::labels(&[0.0, 350.5])
    };
    assert!(hint_for_label(interpolated).starts_with("labels are whole numbers"));
    assert!(hint_for_label(Handmade::labels(&[0.0, 7.0])).starts_with("labels are 0 background"));
}

/// Writes the files of a case `x` into a folder, and gives the error of reading it.
fn load_error(folder: &Path, files: &[(&str, Handmade)]) -> IoError {
    for (name, file) in files {
        fs::write(folder.join(name), file.gzip()).unwrap();
    }
    find_cases(folder).unwrap()[0].load().unwrap_err()
}

#[test]
fn sequences_that_show_nothing_of_one_another_are_named_by_their_paths() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let told = |image: Handmade| {
        let files = [("x_C0.nii.gz", image), ("x_T2.nii.gz", Handmade::default())];
        load_error(folder.path(), &files).to_string()
    };
    let (bssfp, t2) = (path("x_C0.nii.gz"), path("x_T2.nii.gz"));
    // Two slices 12 mm apart each: from 3 to 15 mm, and from 203 to 215 mm.
    let beyond = Handmade {
        qoffset: [1.0, 2.0, 203.0],
        ..Handmade::default()
    };
    assert_eq!(
        told(beyond),
        format!("{bssfp} shows nothing of {t2}: the nearest slices are 188.0 mm apart")
    );
    let beside = Handmade {
        qoffset: [201.0, 2.0, 3.0],
        ..Handmade::default()
    };
    assert_eq!(
        told(beside),
        format!(
            "{bssfp} shows nothing of {t2}: the centres of the two are 200.0 mm apart and no slice of the one lies in one of the other"
        )
    );
    // Rows that point to the head instead of to the front: slices at right angles.
    let upright = Handmade {
        srow: [
            [0.75, 0.0, 0.0, 1.0],
            [0.0, 0.0, -12.0, 2.0],
            [0.0, 0.75, 0.0, 3.0],
        ],
        codes: [0, 1],
        ..Handmade::default()
    };
    assert_eq!(
        told(upright),
        format!(
            "the slices of {bssfp} are tilted by 90 degrees to those of {t2} (bound 30): both have to be short-axis stacks"
        )
    );
}

#[test]
fn labels_on_other_voxels_are_named_by_their_paths() {
    let folder = tempfile::tempdir().unwrap();
    let labels = Handmade {
        qoffset: [1.0, 3.0, 3.0],
        ..Handmade::labels(&[200.0])
    };
    let files = [
        ("x_T2.nii.gz", Handmade::default()),
        ("x_gd.nii.gz", labels),
    ];
    let error = load_error(folder.path(), &files);
    assert_eq!(
        error.to_string(),
        format!(
            "{} is displaced by 1.0 mm relative to {} (bound 0.1 mm): both must lie on the same voxels",
            folder.path().join("x_gd.nii.gz").display(),
            folder.path().join("x_T2.nii.gz").display()
        )
    );
    let hint = error.hint().unwrap();
    assert!(hint.starts_with("give labels that were drawn on the image"));
}
