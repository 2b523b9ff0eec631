//! Cases and label maps in the layout of nnU-Net.

use std::fs;

use myops_image::io::{IoError, Numbering, find_cases, read_label_map, search};
use myops_image::label::Label;
use myops_image::sequence::Sequence;

use super::handmade::Handmade;
use super::layouts::{folder, holds, ids, put};

/// An nnU-Net data set of one case whose label map holds these numbers.
fn nnu_net(numbers: &[f64], dataset: Option<&str>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for channel in 0..3_u8 {
        let voxels = (0..24).map(|n| f64::from(n + 100 * channel)).collect();
        let image = Handmade {
            voxels,
            ..Handmade::default()
        };
        put(
            folder.path(),
            &format!("imagesTr/x_000{channel}.nii.gz"),
            &image.gzip(),
        );
    }
    put(
        folder.path(),
        "labelsTr/x.nii.gz",
        &Handmade::labels(numbers).gzip(),
    );
    if let Some(text) = dataset {
        put(folder.path(), "dataset.json", text.as_bytes());
    }
    folder
}

fn loaded_labels(folder: &tempfile::TempDir) -> Result<Vec<Label>, IoError> {
    let case = find_cases(folder.path())?[0].load()?;
    Ok(case.study.reference().unwrap().data()[..6].to_vec())
}

#[test]
fn nnu_net_from_its_root_or_from_its_images() {
    let folder = folder(&[
        "imagesTr/heart_2_0000.nii.gz",
        "imagesTr/heart_2_0001.nii.gz",
        "imagesTr/heart_2_0002.nii.gz",
        "imagesTs/heart_10_0001.nii.gz",
        "labelsTr/heart_2.nii.gz",
    ]);
    let cases = find_cases(folder.path()).unwrap();
    assert_eq!(ids(&cases), ["heart_2", "heart_10"]);
    let both = "heart_2_0000.nii.gz heart_2_0001.nii.gz heart_2_0002.nii.gz heart_2.nii.gz";
    assert_eq!(holds(&cases[0]), both);
    assert_eq!(holds(&cases[1]), "- heart_10_0001.nii.gz - -");
    assert_eq!(
        find_cases(folder.path().join("imagesTr")).unwrap(),
        cases[..1]
    );
    assert_eq!(
        find_cases(folder.path().join("imagesTr/heart_2")).unwrap(),
        cases[..1]
    );
}

#[test]
fn nnu_net_labels_are_class_numbers_or_codes_or_what_the_dataset_says() {
    let classes = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
    let codes = [0.0, 500.0, 600.0, 200.0, 1220.0, 2221.0];
    assert_eq!(loaded_labels(&nnu_net(&classes, None)).unwrap(), Label::ALL);
    assert_eq!(loaded_labels(&nnu_net(&codes, None)).unwrap(), Label::ALL);
    let dataset = r#"{"labels": {"background": 0, "scar": 1, "edema": 2, "myocardium": 3, "LV": 4, "RV": 5}}"#;
    let reordered = [
        Label::Background,
        Label::Scar,
        Label::Edema,
        Label::Myocardium,
        Label::LvPool,
        Label::RvPool,
    ];
    assert_eq!(
        loaded_labels(&nnu_net(&classes, Some(dataset))).unwrap(),
        reordered
    );
}

#[test]
fn nnu_net_channels_are_what_the_dataset_says() {
    let folder = nnu_net(
        &[0.0],
        Some(r#"{"channel_names": {"0": "T2", "1": "C0", "2": "LGE"}}"#),
    );
    let case = find_cases(folder.path()).unwrap()[0].load().unwrap();
    let first = |s| case.study.image(s).unwrap().data()[0];
    assert_eq!(Sequence::ALL.map(first), [100.0, 200.0, 0.0]);
}

#[test]
fn a_dataset_that_makes_no_sense_is_refused_by_name_where_labels_are_read() {
    let folder = nnu_net(&[0.0, 1.0], Some(r#"{"labels": {"liver": 1}}"#));
    let path = folder.path().join("dataset.json");
    let case = &find_cases(folder.path()).unwrap()[0];
    let error = case.load().unwrap_err();
    let words =
        "invalid nnU-Net dataset description: unknown label \"liver\"; known names: background; LV";
    assert!(
        error
            .to_string()
            .starts_with(&format!("{}: {words}", path.display())),
        "{error}"
    );
    // Images need no labels.
    let (loaded, left_out) = case.load_images(None).unwrap();
    assert!(loaded.study.reference().is_none() && loaded.study.missing().is_empty());
    assert_eq!(left_out.unwrap().to_string(), error.to_string());
    // Nor do codes need a description.
    let folder = nnu_net(&[0.0, 2221.0], Some(r#"{"labels": {"scar": [4, 5]}}"#));
    assert_eq!(loaded_labels(&folder).unwrap()[1], Label::Scar);
}

#[test]
fn two_reference_maps_are_refused_where_they_are_read() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "x_LGE.nii.gz", &Handmade::default().gzip());
    for name in ["x_gd.nii", "x_gd.nii.gz"] {
        put(folder.path(), name, &Handmade::labels(&[200.0]).gzip());
    }
    let case = &find_cases(folder.path()).unwrap()[0];
    let error = case
        .load()
        .unwrap_err()
        .to_string()
        .replace(&folder.path().display().to_string(), "HERE");
    assert_eq!(
        error,
        "case x has two files for reference labels: HERE/x_gd.nii and HERE/x_gd.nii.gz"
    );
    assert!(case.load_images(None).unwrap().1.is_some());
}

#[test]
fn a_dataset_counts_beside_any_folder_of_channels() {
    for place in ["imagesVal", "images", "mri", "."] {
        let from = nnu_net(
            &[0.0, 1.0],
            Some(r#"{"channel_names": {"0": "T2", "1": "C0", "2": "LGE"}}"#),
        );
        let root = from.path();
        if place == "." {
            fs::rename(
                root.join("dataset.json"),
                root.join("imagesTr/dataset.json"),
            )
            .unwrap();
            fs::rename(root.join("imagesTr"), root.join("x")).unwrap();
        } else {
            fs::rename(root.join("imagesTr"), root.join(place)).unwrap();
        }
        let folder = root.join(if place == "." { "x" } else { place });
        let case = find_cases(&folder).unwrap()[0].load_images(None).unwrap().0;
        let first = |s| case.study.image(s).unwrap().data()[0];
        assert_eq!(Sequence::ALL.map(first), [100.0, 200.0, 0.0], "{place}");
    }
}

#[test]
fn channels_of_other_sequences_are_passed_over() {
    let folder = folder(&[
        "imagesTr/x_0000.nii.gz",
        "imagesTr/x_0001.nii.gz",
        "imagesTr/x_0002.nii.gz",
    ]);
    put(
        folder.path(),
        "dataset.json",
        br#"{"channel_names": {"0": "T1", "1": "C0", "2": "LGE"}}"#,
    );
    let found = search(folder.path()).unwrap();
    assert_eq!(holds(&found.cases[0]), "x_0001.nii.gz x_0002.nii.gz - -");
    assert_eq!(
        super::layouts::paths(&found),
        [folder.path().join("imagesTr/x_0000.nii.gz")]
    );
}

#[test]
fn four_digits_are_a_channel_in_folders_of_images_alone() {
    let names = [
        "scans/heart_0001_C0.nii.gz",
        "scans/heart_0001_gd.nii.gz",
        "masks/heart_0001.nii.gz",
        "lone_0002.nii",
    ];
    let folder = folder(&names);
    let found = search(folder.path()).unwrap();
    assert_eq!(ids(&found.cases), ["heart_0001"]);
    assert_eq!(
        holds(&found.cases[0]),
        "heart_0001_C0.nii.gz - - heart_0001_gd.nii.gz"
    );
    assert_eq!(
        super::layouts::paths(&found),
        ["lone_0002.nii", "masks/heart_0001.nii.gz"].map(|n| folder.path().join(n))
    );
    // Label maps beside images are labels, whatever their names.
    let folder = self::folder(&[
        "images/x_T2_0000.nii.gz",
        "images/x_T2_0001.nii.gz",
        "labels/x_T2.nii.gz",
    ]);
    let found = search(folder.path()).unwrap();
    assert_eq!(ids(&found.cases), ["x_T2"]);
    assert_eq!(
        holds(&found.cases[0]),
        "x_T2_0000.nii.gz x_T2_0001.nii.gz - x_T2.nii.gz"
    );
    assert_eq!((found.passed_over, found.without_images), (vec![], vec![]));
}

#[test]
fn every_label_map_is_read_by_one_rule() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str, numbers: &[f64]| {
        let path = folder.path().join(name);
        put(folder.path(), name, &Handmade::labels(numbers).gzip());
        read_label_map(&path).map(|(labels, numbering)| (labels.volume.data()[1], numbering))
    };
    assert_eq!(
        read("p5_gd.nii.gz", &[0.0, 5.0]).unwrap(),
        (Label::Scar, Numbering::Classes)
    );
    assert_eq!(
        read("p5_gd.nii.gz", &[0.0, 2221.0]).unwrap(),
        (Label::Scar, Numbering::Codes)
    );
    assert_eq!(
        read("p5_gd.nii.gz", &[0.0, 0.0]).unwrap(),
        (Label::Background, Numbering::Codes)
    );
    let error = read("p5_gd.nii.gz", &[0.0, 1.0, 200.0])
        .unwrap_err()
        .to_string();
    let words = "mixed label codes: 200 at voxel [2, 0, 0] belongs to another numbering scheme than the codes before it";
    assert!(error.ends_with(words), "{error}");
    // A description in the folder or around it is that of all maps there.
    put(
        folder.path(),
        "dataset.json",
        br#"{"labels": {"background": 0, "scar": "1", "LV": 5, "RV": 200}}"#,
    );
    for name in ["p5_gd.nii.gz", "p5/p5_labels.nii.gz"] {
        assert_eq!(read(name, &[0.0, 1.0]).unwrap().0, Label::Scar, "{name}");
        assert_eq!(read(name, &[0.0, 5.0]).unwrap().0, Label::LvPool, "{name}");
        let error = read(name, &[0.0, 200.0]).unwrap_err().to_string();
        assert!(
            error.contains("the challenge and dataset.json assign different labels to it"),
            "{error}"
        );
    }
    assert_eq!(read("a/b/c.nii", &[0.0, 1.0]).unwrap().0, Label::LvPool);
}
