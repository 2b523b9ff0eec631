//! "It must never overwrite my data."

use std::fs;
use std::path::Path;

use super::program::{
    SAME, copy_case, copy_file, names, network, place, reference, refused, tiny_settings,
};

/// Commands whose results would be written among what they read, each with the input that is named.
fn commands_over_inputs(data: &str) -> [(String, &'static str); 7] {
    [
        (
            format!(
                "segment {data}/data --model {} --out {data}/data",
                network()
            ),
            "data/p5/p5_C0.nii.gz",
        ),
        (
            format!("segment {data}/data/p5 --model {} --out {data}", network()),
            "data/p5/p5_C0.nii.gz",
        ),
        (
            format!("quantify {data}/pred --out {data}/pred"),
            "pred/p5.nii.gz",
        ),
        (
            format!("augment {data}/data --times 1 --out {data}/data"),
            "data/p5/p5_C0.nii.gz",
        ),
        (
            format!(
                "train {data}/data --config {} --out {data}/data/p5",
                tiny_settings()
            ),
            "data/p5/p5_C0.nii.gz",
        ),
        (
            format!("evaluate --prediction {data}/pred --reference {data}/data --out {data}/pred"),
            "pred",
        ),
        (
            format!(
                "evaluate --prediction {data}/pred --reference {data}/data --out {data}/data/scores"
            ),
            "data",
        ),
    ]
}

#[test]
fn results_go_over_nothing_that_was_read() {
    let data = place("names/over");
    copy_case(1, SAME, &format!("{data}/data/p5/p5"));
    copy_file(reference(1), format!("{data}/pred/p5.nii.gz"));
    let before = names(&format!("{data}/data/p5"));
    for (line, among) in commands_over_inputs(&data) {
        let error = refused(&line);
        assert!(
            error.contains(&format!(
                "results would be written among the input {data}/{among}\n"
            )),
            "{line}\n{error}"
        );
    }
    let error = refused(&format!("phantom --cases 1 --out {data}/data"));
    assert!(
        error.starts_with(&format!(
            "error: {data}/data: holds p5, which myops phantom did not write\n"
        )),
        "{error}"
    );
    assert_eq!(
        (
            names(&format!("{data}/data")),
            names(&format!("{data}/data/p5"))
        ),
        (vec!["p5".to_owned()], before)
    );
}

#[test]
fn an_import_goes_over_nothing_but_models() {
    let data = place("protecting/import");
    copy_file(reference(1), format!("{data}/pred/p5.nii.gz"));
    let keras = format!("{data}/x.h5");
    fs::write(&keras, "weights").unwrap();
    let error = refused(&format!("import {keras} --out {keras}"));
    assert_eq!(
        error,
        format!("error: {keras}: one of the files read, so it is not overwritten\n")
    );
    let error = refused(&format!("import {keras} --out {data}/pred/p5.nii.gz"));
    assert!(
        error.contains("p5.nii.gz: exists and is not a model file, so it is not overwritten"),
        "{error}"
    );
    assert_eq!(fs::read_to_string(&keras).unwrap(), "weights");
}

#[cfg(unix)]
#[test]
fn results_stay_in_their_folder() {
    use std::os::unix::fs::symlink;
    let data = place("names/links");
    copy_file(reference(1), format!("{data}/pred/p5.nii.gz"));
    fs::create_dir_all(format!("{data}/elsewhere")).unwrap();
    fs::create_dir_all(format!("{data}/out")).unwrap();
    symlink(format!("{data}/elsewhere"), format!("{data}/out/p5")).unwrap();
    let error = refused(&format!("quantify {data}/pred --out {data}/out"));
    assert!(
        error.contains(&format!("{data}/out/p5: a symbolic link out of {data}/out")),
        "{error}"
    );
    assert_eq!(names(&format!("{data}/elsewhere")), Vec::<String>::new());

    copy_file(reference(1), format!("{data}/dots/.._labels.nii.gz"));
    let error = refused(&format!(
        "quantify {data}/dots/.._labels.nii.gz --out {data}/a/out"
    ));
    assert!(
        error.starts_with("error: case name \"..\" cannot be used: "),
        "{error}"
    );
    assert!(!Path::new(&format!("{data}/a")).exists());
}
