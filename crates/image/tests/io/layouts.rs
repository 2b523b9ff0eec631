//! Cases found by the names of their files.

use std::fs;
use std::path::Path;

use myops_image::io::{CaseFiles, Found, find_cases, find_cases_among, search};
use myops_image::label::Label;
use myops_image::sequence::Sequence;

use super::handmade::Handmade;

/// A folder with empty files of these names.
pub(super) fn folder(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        put(folder.path(), name, b"");
    }
    folder
}

pub(super) fn put(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

pub(super) fn ids(cases: &[CaseFiles]) -> Vec<&str> {
    cases.iter().map(CaseFiles::id).collect()
}

/// The files that were passed over.
pub(super) fn paths(found: &Found) -> Vec<&Path> {
    found
        .passed_over
        .iter()
        .map(|file| file.path.as_path())
        .collect()
}

/// What a case holds, as `C0 LGE T2 gd` with `-` for what is missing.
pub(super) fn holds(case: &CaseFiles) -> String {
    let name = |path: Option<&Path>| {
        path.map_or("-".into(), |p| p.file_name().unwrap().display().to_string())
    };
    let images = Sequence::ALL.map(|s| name(case.image(s))).join(" ");
    format!("{images} {}", name(case.reference()))
}

#[test]
fn a_flat_folder_in_the_style_of_2020() {
    let folder = folder(&[
        "myops_training_119_C0.nii.gz",
        "myops_training_119_DE.nii.gz",
        "myops_training_119_T2.nii.gz",
        "myops_training_119_gd.nii.gz",
        "myops_training_20_C0.nii.gz",
        "myops_training_101_de.nii",
        "myops_training_102_gd.nii.gz",
        "readme.txt",
        "._myops_training_7_C0.nii.gz",
    ]);
    let cases = find_cases(folder.path()).unwrap();
    assert_eq!(
        ids(&cases),
        [
            "myops_training_20",
            "myops_training_101",
            "myops_training_119"
        ]
    );
    assert_eq!(holds(&cases[1]), "- myops_training_101_de.nii - -");
    assert_eq!(cases[1].missing(), [Sequence::Bssfp, Sequence::T2]);
    assert_eq!(
        holds(&cases[2]),
        "myops_training_119_C0.nii.gz myops_training_119_DE.nii.gz myops_training_119_T2.nii.gz \
         myops_training_119_gd.nii.gz"
    );
    assert!(cases[2].require_all().is_ok());
}

#[test]
fn a_folder_a_case_or_the_folder_of_one() {
    let names = ["C0", "LGE", "T2", "gd"].map(|s| format!("Case3019/Case3019_{s}.nii.gz"));
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.extend(["Case3002/Case3002_C0.nii.gz", "notes/list.txt"]);
    let folder = folder(&names);
    let cases = find_cases(folder.path()).unwrap();
    assert_eq!(ids(&cases), ["Case3002", "Case3019"]);
    let one = find_cases(folder.path().join("Case3019")).unwrap();
    assert_eq!(one[0], cases[1]);
    assert_eq!(
        holds(&one[0]),
        "Case3019_C0.nii.gz Case3019_LGE.nii.gz Case3019_T2.nii.gz Case3019_gd.nii.gz"
    );
    assert_eq!(one[0].folder(), folder.path().join("Case3019"));
}

#[test]
fn one_case_by_the_beginning_of_its_names_or_by_one_file() {
    let folder = folder(&["a1_C0.nii.gz", "a1_LGE.nii.gz", "a10_C0.nii.gz"]);
    let found = |name: &str| find_cases(folder.path().join(name)).map(|cases| holds(&cases[0]));
    for name in ["a1", "a1_", "a1_C0.nii.gz", "a1_T2.nii.gz"] {
        assert_eq!(
            found(name).unwrap(),
            "a1_C0.nii.gz a1_LGE.nii.gz - -",
            "{name}"
        );
    }
    assert!(found("a").is_err() && found("a2").is_err());
}

#[test]
fn a_case_named_twice_in_a_list_is_given_once() {
    let folder = folder(&["a1_C0.nii.gz", "a1_LGE.nii.gz", "b/a2_C0.nii.gz"]);
    let paths = ["b/a2", "a1_C0.nii.gz", "a1_LGE.nii.gz"].map(|name| folder.path().join(name));
    assert_eq!(ids(&find_cases_among(paths).unwrap()), ["a1", "a2"]);
}

#[test]
fn no_case_says_what_was_looked_for() {
    let folder = folder(&["scan.txt", "deep/deeper/a_scan.nii.gz"]);
    for path in [
        folder.path().to_owned(),
        folder.path().join("no"),
        folder.path().join("no/where"),
    ] {
        let error = find_cases(&path).unwrap_err();
        let seen = if path == folder.path() {
            ", but 1 otherwise named NIfTI file"
        } else {
            ""
        };
        let words = "; looked for ID_{C0,LGE,T2}.nii.gz (DE for LGE, .nii too), for ID_000{0,1,2}.nii.gz in imagesTr and \
                     imagesTs, and for names that tell cine or bSSFP, LGE or PSIR, and T2, up to 8 folders deep";
        let passed_over = if seen.is_empty() {
            String::new()
        } else {
            let file = path.join("deep/deeper/a_scan.nii.gz");
            format!(
                "; passed over {} (nothing tells which sequence it is)",
                file.display()
            )
        };
        assert_eq!(
            error.to_string(),
            format!(
                "{}: no case found{seen}{words}{passed_over}",
                path.display()
            )
        );
        let hint = error.hint().unwrap();
        let expected = if seen.is_empty() {
            "check the path: "
        } else {
            "name the files of a case ID_C0.nii.gz"
        };
        assert!(hint.starts_with(expected), "{hint}");
    }
}

#[test]
fn images_of_other_formats_are_named_with_what_to_do() {
    let refusal = |files: &[(&str, &[u8])]| {
        let folder = tempfile::tempdir().unwrap();
        files
            .iter()
            .for_each(|(name, bytes)| put(folder.path(), name, bytes));
        let error = find_cases(folder.path()).unwrap_err();
        let words = error
            .to_string()
            .replace(&folder.path().display().to_string(), "HERE");
        (
            words.split(';').next().unwrap().to_owned(),
            error.hint().unwrap(),
        )
    };
    let dicom = [&[0; 128][..], b"DICM rest"].concat();
    let (words, hint) = refusal(&[
        ("p/s/IM0001", &dicom),
        ("p/s/IM0002", &dicom),
        ("p/s/x.dcm", b""),
        ("note.txt", b""),
    ]);
    assert_eq!(words, "HERE: no case found, but 3 DICOM files");
    assert!(hint.starts_with("convert DICOM with dcm2niix"), "{hint}");
    let (words, hint) = refusal(&[("a.MHA", b""), ("b.nrrd", b""), ("c.mhd", b"")]);
    assert_eq!(
        words,
        "HERE: no case found, but 2 MetaImage (.mha, .mhd) files, 1 NRRD file"
    );
    assert!(hint.starts_with("convert the images to NIfTI"), "{hint}");
    let (words, hint) = refusal(&[("a_C0.hdr", b""), ("a_C0.img", b"")]);
    assert_eq!(words, "HERE: no case found, but 1 .hdr/.img file");
    assert!(hint.starts_with("convert each pair"), "{hint}");
    let (words, hint) = refusal(&[("readme.txt", b"")]);
    assert_eq!(words, "HERE: no case found");
    assert!(hint.starts_with("give a folder of cases"), "{hint}");
}

#[test]
fn a_missing_sequence_is_named_with_its_file() {
    let missing = |names: &[&str]| {
        let folder = folder(names);
        let cases = find_cases(folder.path()).unwrap();
        let error = cases[0].require_all().unwrap_err().to_string();
        error.replace(&folder.path().display().to_string(), "HERE")
    };
    assert_eq!(
        missing(&["x_C0.nii.gz", "x_T2.nii.gz"]),
        "case x has no LGE: expected x_LGE.nii.gz or x_DE.nii.gz in HERE"
    );
    assert_eq!(
        missing(&["x/x_LGE.nii.gz"]),
        "case x has no bSSFP: expected x_C0.nii.gz in HERE/x"
    );
    assert_eq!(
        missing(&["imagesTr/x_0000.nii.gz", "imagesTr/x_0001.nii.gz"]),
        "case x has no T2: expected x_0002.nii.gz in HERE/imagesTr"
    );
}

#[test]
fn two_files_for_one_sequence_and_two_cases_of_one_name_are_refused() {
    let refused = |names: &[&str]| {
        let folder = folder(names);
        let error = find_cases(folder.path()).unwrap_err().to_string();
        error.replace(&folder.path().display().to_string(), "HERE")
    };
    assert_eq!(
        refused(&["x_DE.nii.gz", "x_LGE.nii.gz"]),
        "case x has two files for LGE: HERE/x_DE.nii.gz and HERE/x_LGE.nii.gz"
    );
    assert_eq!(
        refused(&["a/x_C0.nii", "b/x_C0.nii"]),
        "duplicate case x: in HERE/a and in HERE/b"
    );
}

#[test]
fn a_case_is_loaded_with_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "x_LGE.nii.gz", &Handmade::default().gzip());
    put(
        folder.path(),
        "x_gd.nii.gz",
        &Handmade::labels(&[200.0, 2221.0]).gzip(),
    );
    let case = find_cases(folder.path()).unwrap()[0].load().unwrap();
    assert_eq!(case.study.id(), "x");
    assert_eq!(case.study.missing(), [Sequence::Bssfp, Sequence::T2]);
    assert_eq!(case.study.reference().unwrap()[[1, 0, 0]], Label::Scar);
}

#[test]
fn what_is_passed_over_is_told_and_labels_without_images_are_named() {
    let folder = folder(&[
        "p5_C0.nii.gz",
        "p6-C0.nii.gz",
        "p6_gd.nii.gz",
        "p5_T1m.nii.gz",
        "s.mha",
        "notes.txt",
    ]);
    let found = search(folder.path()).unwrap();
    let told: Vec<String> = found.passed_over.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "p5_T1m.nii.gz (T1 image or map)",
            "p6-C0.nii.gz (one file alone, and other cases there are named ID_C0, ID_LGE, ID_T2)",
            "s.mha"
        ]
        .map(|n| folder.path().join(n).display().to_string())
    );
    assert_eq!(
        found.without_images,
        [("p6".to_owned(), folder.path().join("p6_gd.nii.gz"))]
    );
    let folder = self::folder(&[
        "imagesTr/a_0000.nii.gz",
        "labelsTr/a.nii.gz",
        "labelsTr/b.nii.gz",
    ]);
    let found = search(folder.path()).unwrap();
    assert_eq!(
        found.without_images,
        [("b".to_owned(), folder.path().join("labelsTr/b.nii.gz"))]
    );
    let folder = self::folder(&[
        "a.dcm", "b.dcm", "c.dcm", "d.dcm", "e.dcm", "f.dcm", "g.dcm",
    ]);
    let error = search(folder.path()).unwrap_err().to_string();
    assert!(
        error.ends_with("e.dcm, and 2 more") && error.contains("; passed over "),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn a_name_that_is_no_text_is_a_name() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let name = std::ffi::OsStr::from_bytes(b"M\xfcller_LGE.nii.gz");
    fs::write(folder.path().join(name), Handmade::default().gzip()).unwrap();
    for place in [folder.path().to_owned(), folder.path().join(name)] {
        let cases = find_cases(place).unwrap();
        assert_eq!(ids(&cases), ["M%FCller"]);
        assert_eq!(cases[0].load().unwrap().study.id(), "M%FCller");
    }
}
