//! "My files are called otherwise, and some of them are no cases: what was taken for what?"

use std::fs;
use std::path::Path;

use myops_image::io::{Placement, read_labels, write_image};

use super::program::{
    SAME, copy, copy_case, copy_file, done, myops, names, network, patients, place, reference,
    refused, tiny_settings,
};

/// Writes the reference labels of a phantom with the class numbers 0 to 5.
fn write_classes(number: u32, to: &str) {
    let labels = read_labels(reference(number)).unwrap().volume;
    let classes = labels.map(|label| label.class() as u8);
    write_image(to, &classes, &Placement::of_grid(labels.grid())).unwrap();
}

#[test]
fn a_folder_of_label_maps_holds_whole_names() {
    let data = place("names/whole");
    for (number, id) in [
        (1, "heart_0000"),
        (2, "heart_0001"),
        (3, "heart_0002"),
        (4, "x_T2"),
    ] {
        copy_file(reference(number), format!("{data}/ref/{id}.nii.gz"));
        copy_file(reference(number), format!("{data}/pred/{id}.nii.gz"));
    }
    let run = myops(&format!(
        "evaluate --prediction {data}/pred --reference {data}/ref --out {data}/scores"
    ));
    assert!(
        run.code == 0 && run.err.starts_with("4 cases scored; "),
        "{}",
        run.err
    );
    let table = done(&format!("quantify {data}/pred --out {data}/reports"));
    assert!(
        table.contains("\nheart_0000 ")
            && table.contains("\nheart_0002 ")
            && table.contains("\nx_T2 "),
        "{table}"
    );
    let one = done(&format!(
        "quantify {data}/pred/x_T2.nii.gz --out {data}/one"
    ));
    assert!(one.contains("\nx_T2 "), "{one}");
}

#[test]
fn another_sequence_beside_a_case_is_no_label_map() {
    let data = place("names/beside");
    copy_case(1, SAME, &format!("{data}/data/p5"));
    copy_file(
        format!("{}/phantom-001/phantom-001_T2.nii.gz", patients()),
        format!("{data}/data/p5_T1m.nii.gz"),
    );
    copy_file(reference(1), format!("{data}/pred/p5.nii.gz"));
    let run = myops(&format!(
        "evaluate --prediction {data}/pred --reference {data}/data --out {data}/scores"
    ));
    let expected = format!("1 file passed over: {data}/data/p5_T1m.nii.gz\n1 case scored; ");
    assert!(
        run.code == 0 && run.err.starts_with(&expected),
        "{}",
        run.err
    );

    // Labels and images in one folder: what neither search takes is named once.
    let measured = myops(&format!(
        "quantify {data}/data --images {data}/data --out {data}/reports"
    ));
    assert_eq!(measured.code, 0, "{}", measured.err);
    assert_eq!(
        measured.err.matches("passed over").count(),
        1,
        "{}",
        measured.err
    );

    // One case has a value, and nothing that speaks of others.
    let row = run
        .out
        .lines()
        .find(|line| line.starts_with("LV pool"))
        .unwrap();
    assert_eq!(
        row.split_whitespace().skip(2).take(6).collect::<Vec<_>>(),
        ["1.000", "±", "–", "1.000", "–", "–"],
        "{row}"
    );
    let csv = fs::read_to_string(format!("{data}/scores/summary.csv")).unwrap();
    assert!(
        csv.lines().nth(1).unwrap().ends_with(",1,1,,1,,,,"),
        "{csv}"
    );
}

#[test]
fn what_is_no_case_is_named() {
    let data = place("names/misnamed");
    copy_case(1, SAME, &format!("{data}/data/p5/p5"));
    copy_case(
        2,
        [("C0", "-1"), ("LGE", "-2"), ("T2", "-3"), ("gd", "_gd")],
        &format!("{data}/data/p6/p6"),
    );
    fs::write(format!("{data}/data/s.mha"), "ObjectType = Image").unwrap();
    let labels =
        format!("case p6 has labels ({data}/data/p6/p6_gd.nii.gz) and no image under a known name");
    for verb in ["train", "cross-validate"] {
        let error = refused(&format!(
            "{verb} {data}/data --config {} --out {data}/{verb}",
            tiny_settings()
        ));
        assert!(
            error.contains(&format!(
                "\nerror: {labels}\nhint: images are called p6_C0, "
            )),
            "{error}"
        );
        assert!(
            error.starts_with("4 files passed over: ")
                && error.contains("p6-1.nii.gz (nothing tells which sequence it is), "),
            "{error}"
        );
    }
    let error = refused(&format!("augment {data}/data --out {data}/augmented"));
    assert!(error.contains(&labels), "{error}");
    let run = myops(&format!(
        "segment {data}/data --model {} --out {data}/out",
        network()
    ));
    assert!(
        run.code == 0 && run.err.contains(&labels) && run.err.contains("data/s.mha"),
        "{}",
        run.err
    );
    assert!(run.err.contains("1 case segmented"), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn a_name_in_latin_1_is_segmented() {
    use std::os::unix::ffi::OsStrExt;
    let data = place("names/latin");
    copy_case(1, SAME, &format!("{data}/ok"));
    for suffix in ["C0", "LGE", "T2"] {
        let name = [b"M\xfcller_".as_slice(), suffix.as_bytes(), b".nii.gz"].concat();
        fs::rename(
            format!("{data}/ok_{suffix}.nii.gz"),
            Path::new(&data).join(std::ffi::OsStr::from_bytes(&name)),
        )
        .unwrap();
    }
    let out = place("names/latin-out");
    let run = myops(&format!("segment {data} --model {} --out {out}", network()));
    assert!(
        run.code == 0 && run.err.contains("1 case segmented"),
        "{}",
        run.err
    );
    assert!(
        Path::new(&out)
            .join("M%FCller/M%FCller_labels.nii.gz")
            .is_file(),
        "{:?}",
        names(&out)
    );
}

#[test]
fn segmenting_needs_no_labels() {
    let data = place("names/regions");
    for (suffix, channel) in [("C0", "0000"), ("LGE", "0001"), ("T2", "0002")] {
        let image = format!("{}/phantom-001/phantom-001_{suffix}.nii.gz", patients());
        copy_file(image, format!("{data}/imagesVal/h_{channel}.nii.gz"));
    }
    write_classes(1, &format!("{data}/p.nii.gz"));
    copy_file(
        format!("{data}/p.nii.gz"),
        format!("{data}/labelsVal/h.nii.gz"),
    );
    let regions = r#"{"channel_names": {"0": "C0", "1": "LGE", "2": "T2"}, "labels": {"background": 0, "edema": [4, 5]}}"#;
    fs::write(format!("{data}/dataset.json"), regions).unwrap();
    let told = format!(
        "{data}/dataset.json: invalid nnU-Net dataset description: label \"edema\" is a list of numbers"
    );
    let run = myops(&format!(
        "segment {data}/imagesVal --model {} --out {data}/out",
        network()
    ));
    assert!(run.code == 0, "{}", run.err);
    assert_eq!(
        run.err
            .matches(&format!(
                "case h: reference labels are left out: {told}: regions are not supported"
            ))
            .count(),
        1
    );
    let error = refused(&format!("quantify {data}/labelsVal --out {data}/q"));
    assert!(error.contains(&told), "{error}");
}

#[test]
fn all_verbs_read_the_same_numbers() {
    let data = place("names/numbers");
    copy_case(1, SAME, &format!("{data}/data/p5"));
    write_classes(1, &format!("{data}/data/p5_gd.nii.gz"));
    copy_file(reference(1), format!("{data}/pred/p5_labels.nii.gz"));
    let table = done(&format!(
        "evaluate --prediction {data}/pred --reference {data}/data --out {data}/scores"
    ));
    assert!(
        table
            .lines()
            .skip(1)
            .take(7)
            .all(|line| line.contains(" 1.000 ± –")),
        "{table}"
    );
    done(&format!("quantify {data}/data --out {data}/reports"));
    let run = format!(
        "train {data}/data --epochs 1 --config {} --out {data}/run",
        tiny_settings()
    );
    assert_eq!(myops(&run).code, 0);
}

#[test]
fn label_names_are_looked_up_and_not_guessed() {
    let data = place("names/table");
    let labels = read_labels(reference(1)).unwrap().volume;
    // ACDC's numbers: RV 1, MLV 2, LVC 3.
    let numbers = labels.map(|label| [0_u8, 3, 1, 2, 4, 5][label.class()]);
    fs::create_dir_all(format!("{data}/labelsTr")).unwrap();
    write_image(
        format!("{data}/labelsTr/h0.nii.gz"),
        &numbers,
        &Placement::of_grid(labels.grid()),
    )
    .unwrap();
    let describe = |labels: &str| {
        fs::write(
            format!("{data}/dataset.json"),
            format!("{{\"labels\": {{\"background\": 0, {labels}}}}}"),
        )
        .unwrap();
    };
    describe(r#""RV": 1, "MLV": 2, "LVC": 3, "edema": 4, "scar": 5"#);
    let table = done(&format!("quantify {data}/labelsTr --out {data}/q"));
    let truth = done(&format!("quantify {} --out {data}/truth", reference(1)));
    let numbers = |table: &str| {
        table
            .lines()
            .nth(1)
            .unwrap()
            .split_whitespace()
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers(&table), numbers(&truth));
    for (labels, words) in [
        (r#""RV": 1, "LV": 2, "LVC": 3"#, "both mean LV pool"),
        (
            r#""RV": 1, "LV wall and pool": 2"#,
            "unknown label \"LV wall and pool\"; known names: background; LV",
        ),
    ] {
        describe(labels);
        let error = refused(&format!("quantify {data}/labelsTr --out {data}/no"));
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn a_patient_is_in_one_fold() {
    let data = place("names/patients");
    for (number, id) in [(1, "a,1"), (2, "b")] {
        copy_case(number, SAME, &format!("{data}/data/{id}/{id}"));
    }
    done(&format!("augment {data}/data --times 2 --out {data}/aug"));
    let table = fs::read_to_string(format!("{data}/aug/patients.csv")).unwrap();
    assert_eq!(
        table,
        "case,patient\n\"a,1x00\",\"a,1\"\n\"a,1x01\",\"a,1\"\nbx00,b\nbx01,b\n"
    );
    let cv = format!("--folds 2 --epochs 1 --config {}", tiny_settings());
    done(&format!("cross-validate {data}/aug {cv} --out {data}/cv"));
    let folds = fs::read_to_string(format!("{data}/cv/folds.csv")).unwrap();
    let fold = |n: usize| folds.lines().nth(n).unwrap().rsplit(',').next().unwrap();
    assert_eq!(folds.lines().count(), 5, "{folds}");
    assert!(
        fold(1) == fold(2) && fold(3) == fold(4) && fold(1) != fold(3),
        "{folds}"
    );
    assert!(folds.contains("\"a,1x00\","), "{folds}");

    // Without the table the names say so, and standard error that they did; a table that lacks a case is refused.
    fs::remove_file(format!("{data}/aug/patients.csv")).unwrap();
    let run = myops(&format!("train {data}/aug {cv} --fold 0 --out {data}/run"));
    assert!(
        run.err
            .starts_with("taken for one patient by their names: a,1x00, a,1x01 (a,1)\n"),
        "{}",
        run.err
    );
    assert!(run.err.contains(", 2 held out"), "{}", run.err);
    fs::write(format!("{data}/p.csv"), "case,patient\nbx00,b\n").unwrap();
    let error = refused(&format!(
        "train {data}/aug {cv} --fold 0 --out {data}/other --patients {data}/p.csv"
    ));
    assert_eq!(
        error,
        format!(
            "error: {data}/p.csv: no patient of a,1x00, a,1x01, bx01\nhint: add a row for each case: case,patient\n"
        )
    );
}

#[test]
fn one_patient_is_too_few_for_folds() {
    let data = place("names/one");
    copy_case(1, SAME, &format!("{data}/data/p5"));
    let error = refused(&format!(
        "cross-validate {data}/data --config {} --out {data}/cv",
        tiny_settings()
    ));
    assert_eq!(
        error,
        "error: cross-validation needs at least 2 patients, there is 1\n"
    );
}

#[test]
fn no_name_is_a_formula() {
    let data = place("names/formula");
    copy_file(reference(1), format!("{data}/pred/=1+1.nii.gz"));
    copy(format!("{data}/pred"), format!("{data}/ref"));
    done(&format!(
        "evaluate --prediction {data}/pred --reference {data}/ref --out {data}/scores"
    ));
    done(&format!("quantify {data}/pred --out {data}/reports"));
    for table in ["scores/scores.csv", "reports/cohort.csv"] {
        let csv = fs::read_to_string(format!("{data}/{table}")).unwrap();
        assert!(csv.lines().nth(1).unwrap().starts_with("'=1+1,"), "{csv}");
    }
}
