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
    let shape = Handmade {
        dim: vec![3, 4, 2],
        ..Handmade::default()
    };
    fs::write(folder.path().join("x_C0.nii"), Handmade::default().bytes()).unwrap();
    fs::write(folder.path().join("x_LGE.nii"), shape.bytes()).unwrap();
    let error = find_cases(folder.path()).unwrap()[0].load().unwrap_err();
    assert!(error.hint().unwrap().starts_with("resample the sequences"));

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
fn sequences_of_different_shapes_are_named_by_their_paths() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let other = Handmade {
        dim: vec![3, 4, 2],
        ..Handmade::default()
    };
    let files = [("x_C0.nii.gz", Handmade::default()), ("x_T2.nii.gz", other)];
    assert_eq!(
        load_error(folder.path(), &files).to_string(),
        format!(
            "{} has [3, 4, 2] voxels where {} has [4, 3, 2]: the images of a case must share one grid",
            path("x_T2.nii.gz"),
            path("x_C0.nii.gz")
        )
    );
}

#[test]
fn files_in_different_places_are_named_by_their_paths() {
    let folder = tempfile::tempdir().unwrap();
    let words = |name: &str, mm: &str| {
        format!(
            "{} is displaced by {mm} mm relative to {} (bound 0.1 mm): the images of a case must be aligned",
            folder.path().join(name).display(),
            folder.path().join("x_C0.nii.gz").display()
        )
    };
    let image = Handmade {
        qoffset: [1.0, 2.0, 8.0],
        ..Handmade::default()
    };
    let files = [("x_C0.nii.gz", Handmade::default()), ("x_T2.nii.gz", image)];
    let error = load_error(folder.path(), &files);
    assert_eq!(error.to_string(), words("x_T2.nii.gz", "5.0"));
    let labels = Handmade {
        qoffset: [1.0, 3.0, 3.0],
        ..Handmade::labels(&[200.0])
    };
    let files = [
        ("x_T2.nii.gz", Handmade::default()),
        ("x_gd.nii.gz", labels),
    ];
    let error = load_error(folder.path(), &files);
    assert_eq!(error.to_string(), words("x_gd.nii.gz", "1.0"));
    let hint = error.hint().unwrap();
    assert!(hint.starts_with("register the sequences to one another"));
}
