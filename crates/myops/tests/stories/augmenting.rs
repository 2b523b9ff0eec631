//! "I want the enlarged training set of the published system, and to see what was done."

use myops_image::io::{find_cases, read_labels};

use super::program::{bytes, copy, done, names, patients, place, refused};

#[test]
fn the_set_grows_and_a_sheet_shows_how() {
    let (data, out) = (place("augment/data"), place("augment/out"));
    copy(
        format!("{}/phantom-001", patients()),
        format!("{data}/phantom-001"),
    );
    copy(
        format!("{}/phantom-002", patients()),
        format!("{data}/phantom-002"),
    );
    done(&format!("augment {data} --times 3 --out {out}"));

    let cases = find_cases(&out).unwrap();
    let ids: Vec<&str> = cases.iter().map(myops_image::io::CaseFiles::id).collect();
    let expected = ["phantom-001x00", "phantom-001x01", "phantom-001x02"];
    assert_eq!((&ids[..3], ids.len()), (&expected[..], 6));
    let [first, second] = [0, 1].map(|n| cases[n].load().unwrap().study);
    assert_eq!(first.grid(), second.grid());
    assert_eq!(first.grid().shape()[..2], [256, 256]);
    assert_ne!(first.images(), second.images());
    assert_ne!(first.reference(), second.reference());
    assert_eq!(bytes(format!("{out}/augmentation.png"))[..4], *b"\x89PNG");

    let again = place("augment/again");
    done(&format!("augment {data} --times 3 --out {again}"));
    let labels =
        |out: &str| read_labels(format!("{out}/phantom-002x02/phantom-002x02_gd.nii.gz")).unwrap();
    assert_eq!(labels(&out), labels(&again), "the same seed draws the same");
    done(&format!("augment {data} --times 3 --seed 2 --out {again}"));
    assert_ne!(labels(&out), labels(&again), "another seed draws others");
}

#[test]
fn a_case_without_labels_is_named() {
    let data = place("augment/unlabelled");
    copy(
        format!("{}/phantom-001", patients()),
        format!("{data}/phantom-001"),
    );
    std::fs::remove_file(format!("{data}/phantom-001/phantom-001_gd.nii.gz")).unwrap();
    let error = refused(&format!("augment {data} --out {data}/out"));
    assert_eq!(
        error,
        format!(
            "error: {data}/phantom-001: case phantom-001 has no reference labels\n\
             hint: put its labels beside the images as ..._gd.nii.gz, or move the case away\n"
        )
    );
    assert_eq!(names(&data), ["phantom-001"], "nothing was written");
}
