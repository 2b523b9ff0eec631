//! "These are other images under the same names": results are those of the files that are there now.

use std::collections::BTreeMap;
use std::fs;

use super::program::{
    bytes, contents, copy, done, json, myops, network, patients, place, refused, tiny_settings,
};

fn image(data: &str, patient: u32, name: &str) -> String {
    format!("{data}/phantom-00{patient}/phantom-00{patient}_{name}.nii.gz")
}

/// What a run says that has to end well.
fn said(line: &str) -> String {
    let run = myops(line);
    assert_eq!(run.code, 0, "{}", run.err);
    run.err
}

/// Patients that are segmented, changed, and segmented again.
struct Segmented {
    data: String,
    out: String,
    line: String,
    first: BTreeMap<String, Vec<u8>>,
}

impl Segmented {
    fn new(name: &str) -> Self {
        let (data, out) = (
            place(&format!("{name}/data")),
            place(&format!("{name}/out")),
        );
        copy(patients(), &data);
        let line = format!("segment {data} --model {} --out {out}", network());
        done(&line);
        let first = contents(&out);
        Self {
            data,
            out,
            line,
            first,
        }
    }

    /// What the same command says now.
    fn again(&self) -> String {
        said(&self.line)
    }

    fn file(&self, case: u32, ending: &str) -> String {
        format!("{}/phantom-00{case}/phantom-00{case}{ending}", self.out)
    }

    fn is_as_before(&self) -> bool {
        contents(&self.out) == self.first
    }
}

fn finished(n: u32) -> String {
    format!("{n} cases finished before; --overwrite segments them again\n")
}

#[test]
fn a_case_whose_images_changed_is_segmented_again() {
    let case = Segmented::new("changing/images");
    let data = &case.data;
    assert!(case.again().starts_with(&finished(4)));

    // Another image under the same name.
    fs::copy(image(data, 1, "T2"), image(data, 1, "LGE")).unwrap();
    let told = case.again();
    let expected = finished(3) + "1 case segmented again, input changed since (LGE): phantom-001\n";
    assert!(
        told.starts_with(&expected) && told.contains("\n1 case segmented with "),
        "{told}"
    );
    let panel = "phantom-001/phantom-001_panel.png";
    assert!(contents(&case.out)[panel] != case.first[panel]);
    assert!(case.again().starts_with(&finished(4)));

    // A file of the same length and time: the clock in the header of gzip is no part of the image.
    fs::copy(image(patients(), 1, "LGE"), image(data, 1, "LGE")).unwrap();
    done(&case.line);
    let file = image(data, 3, "T2");
    let time = fs::metadata(&file).unwrap().modified().unwrap();
    let mut other = bytes(&file);
    other[4] ^= 1;
    fs::write(&file, &other).unwrap();
    let written = fs::File::options().write(true).open(&file).unwrap();
    written.set_modified(time).unwrap();
    let told = case.again();
    assert!(told.contains("1 case segmented again, input changed since (T2): phantom-003\n"));
    fs::remove_file(image(data, 4, "gd")).unwrap();
    let expected = "1 case segmented again, input changed since (reference labels): phantom-004\n";
    assert!(case.again().contains(expected));
    fs::copy(image(patients(), 3, "T2"), &file).unwrap();
    fs::copy(image(patients(), 4, "gd"), image(data, 4, "gd")).unwrap();
    done(&case.line);
    assert!(case.is_as_before());
}

#[test]
fn a_case_whose_results_changed_is_segmented_again() {
    let case = Segmented::new("changing/results");
    fs::write(case.file(2, "_panel.png"), b"").unwrap();
    fs::copy(
        case.file(4, "_labels.nii.gz"),
        case.file(1, "_labels.nii.gz"),
    )
    .unwrap();
    fs::write(case.file(3, ".json"), b"{}").unwrap();
    let told = case.again();
    assert!(told.starts_with("1 case finished before"), "{told}");
    for expected in [
        "output missing or changed since (phantom-002_panel.png): phantom-002\n",
        "output missing or changed since (phantom-001_labels.nii.gz): phantom-001\n",
        "the record of the results is damaged or of another version: phantom-003\n",
    ] {
        assert!(told.contains(expected), "{told}");
    }
    assert!(case.is_as_before());

    // Results of an earlier version, whose records had other names.
    let record = case.file(3, ".json");
    fs::rename(&record, record.replace(".json", "_record.json")).unwrap();
    fs::write(record.replace(".json", "_quantities.json"), b"{}").unwrap();
    let told = case.again();
    assert!(
        told.contains("the record of the results is damaged or of another version: phantom-003\n"),
        "{told}"
    );
    assert!(case.is_as_before(), "the old records are gone");
}

#[test]
fn a_case_computed_otherwise_is_segmented_again() {
    let case = Segmented::new("changing/device");
    let line = &case.line;
    let told = said(&format!("{line} --device cpu-bf16"));
    assert!(told.contains("4 cases segmented again, computed on cpu: phantom-001, "));
    let told = case.again();
    assert!(told.contains("4 cases segmented again, computed on cpu-bf16: phantom-001, "));
    assert!(case.is_as_before());
    done(&format!("{line} --probabilities"));
    let outputs = json(case.file(1, ".json"))["outputs"].clone();
    assert_eq!(outputs.as_object().unwrap().len(), 9);
    let told = case.again();
    assert!(
        told.starts_with(&finished(4)),
        "more than is asked for is there"
    );
    // Probabilities of other images do not stay beside the new labels.
    fs::copy(image(&case.data, 1, "T2"), image(&case.data, 1, "C0")).unwrap();
    done(line);
    assert!(!fs::exists(case.file(1, "_probability_scar.nii.gz")).unwrap());
}

#[test]
fn a_training_does_not_go_on_with_other_images_of_the_same_names() {
    let (data, run) = (place("changing/train"), place("changing/run"));
    copy(patients(), &data);
    let line = format!(
        "train {data} --config {} --out {run} --resume",
        tiny_settings()
    );
    done(&line);
    let before = contents(&run);
    fs::copy(image(&data, 1, "LGE"), image(&data, 1, "T2")).unwrap();
    let error = refused(&format!("{line} --epochs 3"));
    let expected = format!(
        "error: {run}/cases.json: images or labels changed since the training began: phantom-001\n\
         hint: --out starts another training elsewhere\n"
    );
    assert!(error.ends_with(&expected), "{error}");
    assert!(contents(&run) == before, "a refusal changes nothing");
    fs::copy(image(patients(), 1, "T2"), image(&data, 1, "T2")).unwrap();
    // The same voxels packed otherwise are the same case.
    let mut other = bytes(image(&data, 1, "LGE"));
    other[4] ^= 1;
    fs::write(image(&data, 1, "LGE"), other).unwrap();
    done(&format!("{line} --epochs 3"));
}
