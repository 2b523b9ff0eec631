//! Real cases, where `MYOPS_DATA` names a folder that holds `myops2020/train`, `sample` and `unseen_centre`.

use std::path::PathBuf;

use myops_image::io::{find_cases, read_image, read_labels, write_labels};
use myops_image::label::{Label, LabelMap};
use myops_image::sequence::Sequence;

/// A folder of real cases, or `None` (said aloud) where there are none on this machine.
fn data(folder: &str) -> Option<PathBuf> {
    let data = std::env::var_os("MYOPS_DATA")
        .map(|root| PathBuf::from(root).join(folder))
        .filter(|f| f.is_dir());
    if data.is_none() {
        eprintln!("skipped: MYOPS_DATA names no folder with {folder}");
    }
    data
}

#[test]
fn the_training_cases_are_read_and_their_labels_written_back() {
    let Some(folder) = data("myops2020/train") else {
        return;
    };
    let out = tempfile::tempdir().unwrap();
    let cases = find_cases(folder).unwrap();
    assert_eq!(cases.len(), 25);
    let mut slices = 0;
    for files in &cases {
        let case = files.require_all().unwrap().load().unwrap();
        let reference = case.study.reference().unwrap();
        slices += reference.shape()[2];
        assert!(
            Label::ALL.iter().all(|l| reference.data().contains(l)),
            "{}: all six labels",
            files.id()
        );

        let path = out.path().join(format!("{}.nii.gz", files.id()));
        write_labels(&path, &case.study.stored(reference), &case.placement()).unwrap();
        let again = read_labels(&path).unwrap();
        assert_eq!(again.volume, *case.study.stored(reference));
        assert_eq!(again.placement, case.placement());
    }
    assert_eq!(slices, 102);
}

#[test]
fn the_sample_is_found_under_its_names_of_2020() {
    let Some(folder) = data("sample") else { return };
    let cases = find_cases(folder).unwrap();
    assert_eq!(cases[0].id(), "myops_training_119");
    let case = cases[0].require_all().unwrap().load().unwrap();
    assert_eq!(case.study.grid().shape(), [485, 480, 5]);
    let sums = Sequence::ALL.map(|s| {
        case.study
            .image(s)
            .unwrap()
            .data()
            .iter()
            .fold(0.0_f32, |m, v| m.max(*v))
    });
    assert_eq!(
        sums,
        [2788.0, 3178.0, 2894.0],
        "the largest voxels, as nibabel reads them"
    );
}

#[test]
fn another_centre_is_read_too() {
    let Some(folder) = data("unseen_centre") else {
        return;
    };
    let out = tempfile::tempdir().unwrap();
    let cases = find_cases(folder).unwrap();
    assert_eq!(cases.len(), 10);
    for files in &cases {
        let case = files.require_all().unwrap().load().unwrap();
        assert!(case.study.reference().is_none());
        let path = out.path().join("out.nii.gz");
        write_labels(
            &path,
            &LabelMap::filled(*case.study.storage().grid(), Label::Scar),
            &case.placement(),
        )
        .unwrap();
        let image = read_image(files.image(Sequence::Bssfp).unwrap()).unwrap();
        assert_eq!(
            read_labels(&path).unwrap().volume.grid(),
            image.volume.grid()
        );
    }
}
